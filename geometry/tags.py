"""The only place where the integers of regions and boundaries are written.

`interface` is the electrode's surface that faces the electrolyte (an outer boundary when only
the electrode is meshed), and `coating` the part of it that carries one; `collector` the plane
z = 0, under the electrode and under the electrolyte; `separator` the top plane of the
electrolyte; `sides` the outer lateral planes, the symmetry planes and all other cuts through an
electrode that goes on behind them, which nothing passes;
`contact` is where two solids touch, and `binder-surface` where a solid that stores nothing faces
the electrolyte.
"""

from __future__ import annotations

REGIONS: dict[str, int] = {"electrode": 1, "electrolyte": 2, "binder": 3, "additive": 4}
BOUNDARIES: dict[str, int] = {
    "interface": 10,
    "collector": 11,
    "separator": 12,
    "sides": 13,
    "coating": 14,
    "contact": 15,
    "binder-surface": 16,
}


def boundary_tags(name: str) -> tuple[int, ...]:
    """All integers that a boundary's facets may have: what is coated is interface too."""
    if name == "interface":
        return BOUNDARIES["interface"], BOUNDARIES["coating"]
    return (BOUNDARIES[name],)


def names_of(cell_tags: set[int], facet_tags: set[int]) -> dict[str, int]:
    """The names that occur on a mesh's cells or facets, with their integers."""
    regions = {name: tag for name, tag in REGIONS.items() if tag in cell_tags}
    boundaries = {
        name: tag
        for name, tag in BOUNDARIES.items()
        if not facet_tags.isdisjoint(boundary_tags(name))
    }
    return regions | boundaries
