"""How far a number may be from the exact one: Richardson's extrapolation with a safety factor.

    error = 3 |f - f_coarse| / (r^p - 1) + 3 |f - f_loose| / (s - 1)

f_coarse is the same case on a mesh whose elements are r times as large, f_loose with time steps
of a larger tolerance. The factor 3 is that of the grid convergence index for pairs of meshes:
Roache, J. Fluids Eng. 116, 405 (1994), doi:10.1115/1.2910291. r is the cube root of the ratio of
the meshes' nodes, as in Celik et al., J. Fluids Eng. 130, 078001 (2008), doi:10.1115/1.2960953.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from .levels import LOOSER

SAFETY = 3.0
ORDER = 2.0
"""p: of straight elements; assumed for curved ones too, whose 3 is lost where edges are sharp."""
STEP_RATIO = LOOSER ** (2.0 / 3.0)
"""s: by a local error of third order, a global one of second."""
LEAST_RATIO = 1.1
"""r below which two meshes are as good as the same."""
NODES = "geometry: nodes"
_EXACT = (NODES, "geometry: tetrahedra", "unknowns", "conservation")
"""Numbers about the run, not about the electrode."""


def error_bars(
    fine: Mapping[str, float],
    coarse: Mapping[str, float] | None,
    loose: Mapping[str, float] | None,
) -> dict[str, float]:
    """The error bar of each number.

    Args:
        fine: The case's numbers.
        coarse: Those on the coarser mesh; None where there are none, and then no error is known.
        loose: Those with the looser time steps; None where a case has no time.

    Returns:
        Label -> half width, in the unit of the number; NaN where it is not known.
    """
    if not coarse or not {NODES} <= fine.keys() & coarse.keys():
        return dict.fromkeys(fine, math.nan)
    ratio = (fine[NODES] / coarse[NODES]) ** (1.0 / 3.0)
    gain = ratio**ORDER - 1.0 if ratio > LEAST_RATIO else math.nan
    longer = fine if loose is None else loose
    found = {}
    for label, value in fine.items():
        if label.startswith(_EXACT):
            continue
        in_space = SAFETY * abs(value - coarse.get(label, math.nan)) / gain
        in_time = SAFETY * abs(value - longer.get(label, math.nan)) / (STEP_RATIO - 1.0)
        found[label] = in_space + in_time
    return found
