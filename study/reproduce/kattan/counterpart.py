"""The three electrodes of one material side by side, figure by figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..sheets import Cell, Sheet
from . import electrodes
from .cases import EARLY, RATE, Case, Chemistry
from .electrodes import ELECTRODES, FEW, FILM, MANY, Electrode
from .harvest import GOAL, Harvest, crossing

TIMES = (EARLY, 0.1, 1.0, 10.0, 100.0)
"""At which charging currents are read [s]; the first is the paper's "charging time"."""
EARLY_WINDOW = (EARLY, 0.1)
SHARES = (0.1, 0.5)
"""Of the charge: between these the droop is taken again, at equal states of charge."""


@dataclass(frozen=True)
class Counterpart:
    """All runs of one material, by what was asked of them.

    Attributes:
        chemistry: The material and its conditions.
        harvests: By case.
    """

    chemistry: Chemistry
    harvests: Mapping[Case, Harvest]

    def held(self, electrode: Electrode, *, faster: float = 1.0) -> Harvest:
        """The run at the potential held."""
        return self.harvests[Case(electrode, self.chemistry, self.chemistry.held, faster)]

    def high(self, electrode: Electrode) -> Harvest:
        """The run at the larger potential."""
        return self.harvests[Case(electrode, self.chemistry, self.chemistry.high)]

    def driven(self, electrode: Electrode) -> Harvest:
        """The run at constant current."""
        return self.harvests[Case(electrode, self.chemistry)]

    def early(self, electrode: Electrode) -> float:
        """Charging current per collector area at 10 ms [A m-2]."""
        current = self.held(electrode).current_at(EARLY)
        assert current is not None
        return current

    def sheet(self) -> Sheet:
        """The table: film, 20 poles, 200 poles, and the last over the second."""
        of = self.chemistry
        rows = [*_shapes(), *self._held_rows(), *self._driven_rows()]
        crossed = crossing(self.held(FEW), self.held(MANY))
        return Sheet(
            f"The physical counterpart, of {of.name}",
            ["figure", *(e.name for e in ELECTRODES), "200 over 20 poles"],
            [[*row, _ratio(row)] for row in rows],
            note=(
                f"{electrodes.VOLUME * 1e18:.4g} um3 of {of.name} on "
                f"{electrodes.FOOTPRINT * 1e12:.2g} um2 of collector in all three; charged from "
                f"a stoichiometry of {of.start:g}. Currents are per collector area; an "
                "empty cell is after the end of charging. Droop is the share of the current that "
                "is lost between two times or two states of charge, spread the standard deviation "
                "over the mean, by area. "
                f"Charged is all that passes until rest at {of.held:g} V. The 200 poles, whose "
                f"current is the larger at first, fall below the 20 after {crossed:.3g} s."
            ),
        )

    def droops(self) -> list[tuple[str, list[float]]]:
        """Share of the current that is lost, by what it is taken over, for each electrode."""
        runs = [self.held(e) for e in ELECTRODES]
        over_time = [
            (f"from {_seconds(start)} to {_seconds(end)}", [run.droop(start, end) for run in runs])
            for start, end in (EARLY_WINDOW, self.chemistry.window)
            if end <= min(run.time[-1] for run in runs)
        ]
        first, last = (f"{100 * share:.0f}" for share in SHARES)
        by_charge = [run.droop_by_charge(*SHARES) for run in runs]
        return [*over_time, (f"from {first} to {last} % charged", by_charge)]

    def _held_rows(self) -> list[list[Cell]]:
        runs = [self.held(e) for e in ELECTRODES]
        surfaces = [run.surface() for run in runs]
        held = f"held at {self.chemistry.held:g} V"
        currents: list[list[Cell]] = [
            [f"{held}: charging current at {_seconds(t)} [mA cm-2]", *_currents(runs, t)]
            for t in TIMES
        ]
        droops: list[list[Cell]] = [
            [f"{held}: droop {where} [%]", *(100 * droop for droop in found)]
            for where, found in self.droops()
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
        driven, end = f"charged at {RATE}", f"{self.chemistry.cut_off:g} V"
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

    def extra(self) -> list[list[Cell]]:
        """A faster reaction, and a larger overpotential: rows of `extra_sheet`."""
        runs = [
            self.held(FILM),
            self.held(FILM, faster=10.0),
            self.held(MANY),
            self.held(MANY, faster=10.0),
            self.high(MANY),
        ]
        return [
            [
                run.case.name,
                run.case.held,
                run.case.faster,
                (run.current_at(EARLY) or 0.0) / 10,
                run.time_to(),
                100 * run.efficiency(),
            ]
            for run in runs
        ]


def extra_sheet(found: Sequence[Counterpart]) -> Sheet:
    """Faster reactions and larger overpotentials of all materials."""
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
        [row for each in found for row in each.extra()],
        note=(
            "Energy stored is the integral of the open-circuit potential over the same charge; "
            "losses elsewhere in a cell come on top."
        ),
    )


def _shapes() -> list[list[Cell]]:
    return [
        ["film thickness, pole radius [nm]", *(1e9 * e.depth for e in ELECTRODES)],
        ["surface per collector area [-]", *(e.area / electrodes.FOOTPRINT for e in ELECTRODES)],
        ["mean path of an ion to the surface [nm]", *(1e9 * e.ion_path for e in ELECTRODES)],
    ]


def _currents(runs: Sequence[Harvest], time: float) -> list[Cell]:
    """Charging currents at a time [mA cm-2]."""
    found = [run.current_at(time) for run in runs]
    return [None if current is None else current / 10 for current in found]


def _ratio(row: list[Cell]) -> Cell:
    few, many = row[2], row[3]
    return many / few if isinstance(few, float) and isinstance(many, float) else None


def _seconds(time: float) -> str:
    return f"{1e3 * time:g} ms" if time < 1 else f"{time:g} s"
