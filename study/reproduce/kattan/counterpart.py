"""The three electrodes side by side, figure by figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..sheets import Cell, Sheet
from . import electrodes
from .electrodes import ELECTRODES, FEW, FILM, HELD, HIGH, MANY, Case, Electrode
from .harvest import GOAL, Harvest, crossing

TIMES = (0.01, 0.1, 1.0, 10.0, 100.0)
"""At which charging currents are read [s]; the first is the paper's "charging time"."""
WINDOW = (1.0, 10.0)
"""Over which the droop is taken [s]: none of the three is charged by its end."""
EARLY_WINDOW = (0.01, 0.1)


@dataclass(frozen=True)
class Counterpart:
    """All runs, by what was asked of them.

    Attributes:
        harvests: By case.
    """

    harvests: Mapping[Case, Harvest]

    def held(
        self, electrode: Electrode, *, potential: float = HELD, faster: float = 1.0
    ) -> Harvest:
        """The run at a potential [V]."""
        return self.harvests[Case(electrode, held=potential, faster=faster)]

    def driven(self, electrode: Electrode) -> Harvest:
        """The run at constant current."""
        return self.harvests[Case(electrode)]

    def sheet(self) -> Sheet:
        """The table: film, 20 poles, 200 poles, and the last over the second."""
        rows = [*self._shapes(), *self._held_rows(), *self._driven_rows()]
        crossed = crossing(self.held(FEW), self.held(MANY))
        return Sheet(
            "The physical counterpart",
            ["figure", *(e.name for e in ELECTRODES), "200 over 20 poles"],
            [[*row, _ratio(row)] for row in rows],
            note=(
                f"{electrodes.VOLUME * 1e18:.4g} um3 of {electrodes.MATERIAL} on "
                f"{electrodes.FOOTPRINT * 1e12:.2g} um2 of collector in all three; charged from "
                f"a stoichiometry of {electrodes.START:g}. Currents are per collector area; an "
                "empty cell is after the end of charging. Droop is the share of the current that "
                "is lost between two times, spread the standard deviation over the mean, by area. "
                f"Charged is all that passes until rest at {HELD:g} V. The 200 poles, whose "
                f"current is the larger at first, fall below the 20 after {crossed:.1f} s."
            ),
        )

    def _shapes(self) -> list[list[Cell]]:
        return [
            ["film thickness, pole radius [nm]", *(1e9 * e.depth for e in ELECTRODES)],
            [
                "surface per collector area [-]",
                *(e.area / electrodes.FOOTPRINT for e in ELECTRODES),
            ],
            ["mean path of an ion to the surface [nm]", *(1e9 * e.ion_path for e in ELECTRODES)],
        ]

    def _held_rows(self) -> list[list[Cell]]:
        runs = [self.held(e) for e in ELECTRODES]
        surfaces = [run.surface() for run in runs]
        held = f"held at {HELD:g} V"
        currents: list[list[Cell]] = [
            [f"{held}: charging current at {_seconds(t)} [mA cm-2]", *_currents(runs, t)]
            for t in TIMES
        ]
        droops: list[list[Cell]] = [
            [
                f"{held}: droop from {_seconds(start)} to {_seconds(end)} [%]",
                *(100 * run.droop(start, end) for run in runs),
            ]
            for start, end in (EARLY_WINDOW, WINDOW)
        ]
        return [
            *currents,
            *droops,
            [f"{held}: time to {100 * GOAL:.0f} % charged [s]", *(run.time_to() for run in runs)],
            [
                f"{held}: spread of local current density, half charged [%]",
                *(round(100 * s.variation, 3) for s in surfaces),
            ],
        ]

    def _driven_rows(self) -> list[list[Cell]]:
        runs = [self.driven(e) for e in ELECTRODES]
        surfaces = [run.surface() for run in runs]
        driven, end = f"charged at {electrodes.RATE}", f"{electrodes.CUT_OFF:g} V"
        return [
            [f"{driven}: mean local current density [mA m-2]", *(1e3 * s.mean for s in surfaces)],
            [f"{driven}: peak local current density [mA m-2]", *(1e3 * s.peak for s in surfaces)],
            [
                f"{driven}: spread of local current density [%]",
                *(round(100 * s.variation, 3) for s in surfaces),
            ],
            [f"{driven}: time to {end} [s]", *(float(run.time[-1]) for run in runs)],
            [f"{driven}: charged by {end} [%]", *(100 * float(run.charged[-1]) for run in runs)],
        ]

    def extra(self) -> Sheet:
        """What a faster reaction and a higher potential do."""
        runs = [
            self.held(FILM),
            self.held(FILM, faster=10.0),
            self.held(MANY),
            self.held(MANY, faster=10.0),
            self.held(MANY, potential=HIGH),
        ]
        rows: list[list[Cell]] = [
            [
                run.case.electrode.name,
                run.case.held,
                run.case.faster,
                (run.current_at(TIMES[0]) or 0.0) / 10,
                run.time_to(),
                100 * run.efficiency(),
            ]
            for run in runs
        ]
        return Sheet(
            "A faster reaction, a larger overpotential",
            [
                "electrode",
                "held at [V]",
                "i0 over the card's",
                "charging current at 10 ms [mA cm-2]",
                f"time to {100 * GOAL:.0f} % charged [s]",
                "energy stored over energy put in [%]",
            ],
            rows,
            note=(
                "Energy stored is the integral of the open-circuit potential over the same charge; "
                "losses elsewhere in a cell come on top."
            ),
        )


def _currents(runs: Sequence[Harvest], time: float) -> list[Cell]:
    """Charging currents at a time [mA cm-2]."""
    found = [run.current_at(time) for run in runs]
    return [None if current is None else current / 10 for current in found]


def _ratio(row: list[Cell]) -> Cell:
    few, many = row[2], row[3]
    return many / few if isinstance(few, float) and isinstance(many, float) else None


def _seconds(time: float) -> str:
    return f"{1e3 * time:g} ms" if time < 1 else f"{time:g} s"
