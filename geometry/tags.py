"""The only place where the integers of regions and boundaries are written.

`interface` is the electrode's surface that faces the electrolyte (an outer boundary when only
the electrode is meshed); `collector` the plane z = 0, under the electrode and under the
electrolyte; `separator` the top plane of the electrolyte; `sides` the outer lateral planes and
the symmetry planes, which nothing passes.
"""

from __future__ import annotations

REGIONS: dict[str, int] = {"electrode": 1, "electrolyte": 2}
BOUNDARIES: dict[str, int] = {"interface": 10, "collector": 11, "separator": 12, "sides": 13}


def names_of(cell_tags: set[int], facet_tags: set[int]) -> dict[str, int]:
    """The names whose integers occur on a mesh's cells or facets."""
    regions = {name: tag for name, tag in REGIONS.items() if tag in cell_tags}
    boundaries = {name: tag for name, tag in BOUNDARIES.items() if tag in facet_tags}
    return regions | boundaries
