"""What it would cost to lead the electrons through the material itself.

The runs take the solid as one potential. A pole gives its current off along its side, so that of
the current density at its root half the length counts, as far as its tip; a film passes all of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ....solver.assumptions import Poles, along_poles
from ..sheets import Cell, Sheet
from .cases import EARLY, RATE
from .counterpart import Counterpart
from .electrodes import ELECTRODES, FOOTPRINT, Electrode

_ALLOWED = 1e-3
"""Loss for which the last column gives the conductivity [V]."""


def sheet(found: Sequence[Counterpart]) -> Sheet:
    """Losses along bare poles, for each material, electrode and current."""
    return Sheet(
        "Electrons along a bare pole",
        [
            "electrode",
            "current",
            "current density at the root [A m-2]",
            "conductivity of the card [S m-1]",
            "loss as far as the tip [V]",
            f"conductivity that loses {1e3 * _ALLOWED:g} mV [S m-1]",
        ],
        [row for one in found for row in _rows(one)],
        note=(
            "The runs lead electrons without loss. The loss is i L/(2 sigma) and a little more for "
            "the tip, i at a pole's root and L its length, or i d/sigma through a film of "
            "thickness d. Where it is more than "
            "some millivolts the figures of this page hold for poles with a conducting core or "
            "coat, and bare ones cannot be charged like that."
        ),
    )


def loss(electrode: Electrode, current: float, conductivity: float) -> float:
    """Voltage between collector and tip [V], by the estimate that every run makes.

    Args:
        electrode: The shape.
        current: Per collector area [A m-2].
        conductivity: Electronic, of the solid [S m-1].
    """
    poles = Poles(
        "", electrode.height, electrode.root / FOOTPRINT, tip=electrode.root / electrode.area
    )
    return along_poles(_at_root(electrode, current), poles, conductivity)[0]


def _at_root(electrode: Electrode, current: float) -> float:
    return current * FOOTPRINT / electrode.root


def _rows(found: Counterpart) -> list[list[Cell]]:
    sigma = found.chemistry.material.electronic_conductivity
    rows: list[list[Cell]] = []
    for electrode in ELECTRODES:
        driven = float(found.driven(electrode).current[-1])
        early = f"at {found.chemistry.held:g} V after {1e3 * EARLY:g} ms"
        for said, current in ((RATE, driven), (early, found.early(electrode))):
            rows.append(
                [
                    found.driven(electrode).case.name,
                    said,
                    _at_root(electrode, current),
                    sigma,
                    None if sigma is None else loss(electrode, current, sigma),
                    loss(electrode, current, 1.0) / _ALLOWED,
                ]
            )
    return rows
