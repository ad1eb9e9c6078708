"""Ten times the poles, in two readings: the same volume in thinner ones, or more of the same."""

from __future__ import annotations

from collections.abc import Sequence

from ..sheets import Cell, Sheet
from .cases import EARLY, RATE
from .counterpart import Counterpart
from .electrodes import FEW, FOOTPRINT, MANY
from .harvest import GOAL

_TIMES = MANY.poles / FEW.poles


def sheet(found: Sequence[Counterpart]) -> Sheet:
    """Everything as a ratio, 200 over 20 poles."""
    columns = [_equal_volume(one) for one in found]
    rows: list[list[Cell]] = [
        [name, equal, *(column[name] for column in columns)] for name, equal in _EQUAL_POLES.items()
    ]
    names = [f"equal volume, {one.chemistry.name}" for one in found]
    return Sheet(
        "200 poles over 20, in two readings",
        ["ratio of", "equal poles, any material", *names],
        rows,
        note=(
            "The paper adds poles and does not say what becomes of their size. Equal poles in a "
            "uniform electrolyte do each the same, so that these ratios are exact; of the other "
            "reading they are the runs'."
        ),
    )


_EQUAL_POLES = {
    "active material [-]": _TIMES,
    "surface per collector area [-]": _TIMES,
    f"charging current per collector area at {1e3 * EARLY:g} ms [-]": _TIMES,
    f"the same per interface area at {1e3 * EARLY:g} ms [-]": 1.0,
    "local current density at the same current in all [-]": 1 / _TIMES,
    f"local current density at {RATE} of what each holds [-]": 1.0,
    f"time to {100 * GOAL:.0f} % charged [-]": 1.0,
}


def _equal_volume(found: Counterpart) -> dict[str, float]:
    early = found.early(MANY) / found.early(FEW)
    driven = [found.driven(e).surface().mean for e in (FEW, MANY)]
    areas = [e.area / FOOTPRINT for e in (FEW, MANY)]
    times = [found.held(e).time_to() for e in (FEW, MANY)]
    values = [
        1.0,
        areas[1] / areas[0],
        early,
        early * areas[0] / areas[1],
        driven[1] / driven[0],
        driven[1] / driven[0],
        times[1] / times[0],
    ]
    return dict(zip(_EQUAL_POLES, values, strict=True))
