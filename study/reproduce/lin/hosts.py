"""The hosts that are compared, and the study of each run."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

HOSTS = ("LLTO@CNT", "LLTO", "CNT", "Cu foil")
SEED = 2
"""Of the framework: one whose pores percolate at all three element sizes."""
CURRENT = 0.5
"""The paper's current of Fig. 3 [mA/cm2]."""
CAPACITIES = (1.0, 2.0, 4.0)
"""The paper's capacities of Fig. 3 [mA.h/cm2]."""
SIZE, TOLERANCE = 1.5, 0.04
"""Usual element size on the interface [um], and error of a time step."""
THICKNESS, WIDTH, HEADROOM = 42, 15, 25
"""Of the piece of framework [um]; 42 um of 46 % pores take just 4 mA.h/cm2. The electrolyte above
leaves room for lithium that grows on the top."""

_GEOMETRY = """\
[geometry]
kind = "miec-scaffold"
preset = "{host}"
thickness = "{thickness} um"
width = "{width} um"
headroom = "{headroom} um"
seed = {seed}

[mesh]
interface = "{size} um"

[plating]
{plating}
[solver]
tolerance = {tolerance}

[output]
fraction = 1
pictures = {pictures}
report = {pictures}

[[protocol]]
steps = [
{steps}
]
"""


@dataclass(frozen=True)
class Case:
    """One run.

    Attributes:
        host: Of `HOSTS`.
        capacities: Of which the deposit is looked at, ascending [mA.h/cm2].
        current: [mA/cm2].
        changes: Keys of `[plating]` in place of the anode's own, with the values.
        size: Of elements on the interface [um].
        tolerance: Of a time step.
        label: What is changed, for the run's name.
    """

    host: str
    capacities: tuple[float, ...] = CAPACITIES
    current: float = CURRENT
    changes: tuple[tuple[str, str], ...] = ()
    size: float = SIZE
    tolerance: float = TOLERANCE
    label: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """A name for its folder."""
        host = self.host.replace("@", "-at-").replace(" ", "-")
        parts = [host, f"{self.current:g}-mA", self.label]
        if self.size != SIZE:
            parts.append(f"{self.size:g}-um")
        if self.tolerance != TOLERANCE:
            parts.append(f"tolerance-{self.tolerance:g}")
        return "_".join(part for part in parts if part)

    @property
    def study(self) -> str:
        """The study file."""
        sums = [0.0, *self.capacities]
        steps = [
            f'    "Plate at {self.current:g} mA/cm2 until {after - before:g} mAh/cm2",'
            for before, after in pairwise(sums)
        ]
        changes = "".join(f'{key} = "{value}"\n' for key, value in self.changes)
        return _GEOMETRY.format(
            host=self.host,
            thickness=THICKNESS,
            width=WIDTH,
            headroom=HEADROOM,
            seed=SEED,
            size=self.size,
            plating=changes,
            tolerance=self.tolerance,
            steps="\n".join(steps),
            pictures="true" if self in FIGURES else "false",
        )


FIGURES = tuple(Case(host) for host in HOSTS)
"""The four anodes of the paper's Fig. 3."""

_NO_BARRIER, _BARRIER = ("nucleation_barrier", "0 mV"), ("nucleation_barrier", "95 mV")
_OF_CNT = (("ionic_conductivity", "0 S/m"), ("electronic_conductivity", "100 S/m"))
_OF_LLTO = (("ionic_conductivity", "0.1 S/m"), ("electronic_conductivity", "1e-6 S/m"))
_ELECTRONS = (("electronic_conductivity", "100 S/m"),)
FIRST = (0.25, 1.0)
SWAPS = (
    Case("LLTO@CNT", FIRST, changes=(_BARRIER,), label="barrier-of-CNT"),
    Case("CNT", FIRST, changes=(_NO_BARRIER,), label="barrier-of-LLTO-at-CNT"),
    Case("LLTO@CNT", FIRST, changes=_OF_CNT, label="conductivities-of-CNT"),
    Case("CNT", FIRST, changes=_OF_LLTO, label="conductivities-of-LLTO"),
    Case("LLTO", FIRST, changes=_ELECTRONS, label="electrons-of-CNT"),
    Case("LLTO", FIRST, changes=(_NO_BARRIER,), label="no-barrier"),
)
"""Only the barrier changed, or only the conductivities: what decides where lithium goes."""

CHECKED = ("LLTO@CNT", "LLTO", "CNT")
REFINED = tuple(
    case
    for host in CHECKED
    for case in (
        Case(host, FIRST, size=2.2),
        Case(host, FIRST, size=1.1),
        Case(host, FIRST, tolerance=0.02),
        Case(host, FIRST, tolerance=0.01),
    )
)
"""Two refinements in space and two in time."""

RATES = tuple(
    Case(host, current=current) for host in ("LLTO@CNT", "Cu foil") for current in (1.0, 2.0, 4.0)
)
"""The paper's rates and capacities of Fig. 4."""

ALL = (*FIGURES, *SWAPS, *REFINED, *RATES)
