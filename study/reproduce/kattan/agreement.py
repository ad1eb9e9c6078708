"""The 3-D runs beside the independent solution in one dimension."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ....materials.material import Material
from ..sheets import Cell, Sheet
from . import electrodes
from .cases import CONCENTRATION, EARLY, RATE, TEMPERATURE, Case
from .harvest import GOAL, Harvest
from .radial import Course, Radial

_BEYOND = 1.05
"""How far past the 3-D cut-off the one-dimensional solution looks for its own."""


class Comparison(NamedTuple):
    """One quantity of one run.

    Attributes:
        electrode: Its name, and its material.
        quantity: With unit, and where it was taken.
        in_3d: Of the run; None where the largest difference of a whole curve is meant.
        in_1d: Of the independent solution.
        difference: Relative; for potentials over the change of potential in the run.
    """

    electrode: str
    quantity: str
    in_3d: float | None
    in_1d: float | None
    difference: float


def compare(harvest: Harvest) -> list[Comparison]:
    """All comparisons of one run."""
    return _held(harvest) if harvest.case.held is not None else _driven(harvest)


def radial(case: Case, material: Material | None = None) -> Radial:
    """The independent solver for a case with the card's own exchange current, or another's."""
    return Radial(
        dimension=case.electrode.dimension,
        depth=case.electrode.depth,
        material=material or case.material,
        start=case.chemistry.start,
        c_e=CONCENTRATION,
        temperature=TEMPERATURE,
    )


def _held(harvest: Harvest) -> list[Comparison]:
    case, done = harvest.case, harvest.time_to()
    assert case.held is not None
    surface = harvest.surface()
    fine = np.geomspace(EARLY, _BEYOND * done, 2001)
    times = np.unique(np.concatenate([harvest.time[harvest.time >= EARLY], fine, [surface.time]]))
    course = radial(case).hold(case.held, times)
    inside = (harvest.time >= EARLY) & (harvest.time <= done)
    j = np.interp(harvest.time[inside], times, course.j)
    current = j * case.electrode.side_area / electrodes.FOOTPRINT
    worst = float(np.abs(harvest.current[inside] / current - 1).max())
    charged = (case.chemistry.start - course.mean) / harvest.span
    name, held = case.name, f"held at {case.held:g} V"
    goal = f"{100 * GOAL:.0f} %"
    local = f"local current density halfway up, at {surface.time:.4g} s [A m-2]"
    return [
        Comparison(name, f"{held}: charging current, 10 ms to {goal} charged", None, None, worst),
        _both(name, f"{held}: time to {goal} [s]", done, float(np.interp(GOAL, charged, times))),
        _both(
            name,
            f"{held}: {local}",
            surface.halfway,
            float(np.interp(surface.time, times, course.j)),
        ),
    ]


def _driven(harvest: Harvest) -> list[Comparison]:
    case, end = harvest.case, float(harvest.time[-1])
    j = float(harvest.current[-1]) * electrodes.FOOTPRINT / case.electrode.side_area
    times = np.unique(np.concatenate([harvest.time, np.linspace(0.9, _BEYOND, 3001) * end]))
    course = radial(case).drive(j, times)
    inside = (harvest.time >= EARLY) & (harvest.time <= GOAL * end)
    potential = np.interp(harvest.time[inside], times, course.potential)
    swing = case.chemistry.cut_off - float(harvest.potential[0])
    worst = float(np.abs(harvest.potential[inside] - potential).max()) / swing
    name, driven = case.name, f"charged at {RATE}"
    surface = harvest.surface()
    curve, until = (
        f"10 ms to {100 * GOAL:.0f} % of the time",
        f"time to {case.chemistry.cut_off:g} V",
    )
    return [
        _both(name, f"{driven}: mean local current density [A m-2]", surface.mean, j),
        _both(name, f"{driven}: local current density halfway up [A m-2]", surface.halfway, j),
        Comparison(name, f"{driven}: potential, {curve}", None, None, worst),
        _both(name, f"{driven}: {until} [s]", end, _when(course, case.chemistry.cut_off)),
    ]


def together(array: Harvest) -> Comparison:
    """All poles meshed together, at the end of their run."""
    time, case = float(array.time[-1]), array.case
    assert case.held is not None
    j = radial(case).hold(case.held, np.array([time])).j[0]
    return _both(
        f"{case.name}, all meshed",
        f"held at {case.held:g} V: charging current at {time:g} s [A m-2 of collector]",
        float(array.current[-1]),
        float(j) * case.electrode.side_area / electrodes.FOOTPRINT,
    )


def _when(course: Course, potential: float) -> float:
    """First time at which a rising potential [V] is reached [s]."""
    last = int(np.argmax(course.potential >= potential))
    return float(
        np.interp(
            potential, course.potential[last - 1 : last + 1], course.time[last - 1 : last + 1]
        )
    )


def _both(name: str, quantity: str, in_3d: float, in_1d: float) -> Comparison:
    return Comparison(name, quantity, in_3d, in_1d, abs(in_3d / in_1d - 1))


def sheet(comparisons: list[Comparison]) -> Sheet:
    """The comparisons as a table."""
    rows: list[list[Cell]] = [
        [c.electrode, c.quantity, c.in_3d, c.in_1d, 100 * c.difference] for c in comparisons
    ]
    tips = ", ".join(
        f"{100 * (1 - e.side_area / e.area):.2f} % for {e.name}" for e in electrodes.ELECTRODES[1:]
    )
    return Sheet(
        "The 3-D runs against an independent solution in one dimension",
        ["electrode", "quantity", "3-D", "1-D", "difference [%]"],
        rows,
        note=(
            "One-dimensional: finite volumes over the depth, integrated by SciPy's LSODA; it "
            "shares the card's numbers with the 3-D runs, and no other code. Its poles have no "
            f"tips; of the surface the tips are {tips}, which is most of the difference. Of a "
            "curve the largest difference is given, of potentials over the rise from start to "
            "cut-off. The array that is meshed whole has straight elements, the others curved ones."
        ),
    )
