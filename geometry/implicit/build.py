"""From an implicit shape to its mesh: the story of how level sets become tagged tetrahedra.

1. a lattice of tetrahedra that fits the box, coarser away from the surfaces;
2. the first level set, shifted until the connected porosity is the wanted one, cuts it; loose
   solid becomes electrolyte and closed pores become solid;
3. each further level set cuts the solid;
4. flat cells are repaired, vertices of surfaces staying on them;
5. cells and facets are tagged by what they are and where they lie, and by what coats them.

Lengths are in units of the lattice's spacing until the end.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np

from ...errors import MeshError
from ..arrays import Floats, Ints
from ..measure import tet_volumes
from ..mesh import ElectrodeMesh
from ..sizing import Sizing
from ..tags import REGIONS
from ..topology import Facets, facets_of
from .bcc import Grid, Tets, fill
from .coating import coat
from .cutting import Field
from .image import Image
from .islands import count_crowded_edges, find_islands, solid_volume
from .level_set import LevelSet
from .outcome import finish_implicit
from .parts import Part, cut_part
from .phases import Body, cut_phase, uncut
from .porosity import Forecast, search
from .sampling import Samples, fit_grid, levels_that_fit, octree_levels, sample
from .shape import ImplicitShape

log = logging.getLogger(__name__)

# Cubes are joined this often at most.
_MOST_LEVELS = 2


class Cut(NamedTuple):
    """A lattice cut by the first level set.

    Attributes:
        body: the mesh with its tags.
        notes: what the mesh's notes say of it.
    """

    body: Body
    notes: dict[str, object]


@dataclass(frozen=True)
class Frame:
    """The lattice before it is cut.

    Attributes:
        shape: what is meshed.
        unit: the spacing [m].
        grid: the cubes.
        samples: of each level set.
        tets: the lattice, and `values` (n,) of the first level set on it.
    """

    shape: ImplicitShape
    unit: float
    grid: Grid
    samples: Samples
    tets: Tets
    values: Floats

    @property
    def top(self) -> float:
        """Level of the box's top."""
        return float(self.grid.z[2 * self.grid.floor])

    @cached_property
    def in_box(self) -> np.ndarray:
        """Cells (m,) that do not belong to the headroom."""
        z = self.tets.points[:, 2]
        return (z[self.tets.cells] <= self.top).all(axis=1)


def build_implicit(shape: ImplicitShape, sizing: Sizing, *, order: int) -> ElectrodeMesh:
    """Mesh a shape given by level sets; the same shape and sizing give the same mesh.

    Args:
        shape: what to mesh.
        sizing: `interface` is the spacing at the surfaces, `core` and `bulk` the largest sizes
            in solid and in electrolyte, `growth` says how soon they are reached.
        order: 1 for straight elements, 2 for curved ones.

    Raises:
        MeshError: if the porosity is not reached, a phase does not percolate, or the mesh
            breaks a promise.
    """
    unit = (sizing.interface or shape.resolution) / sizing.refine
    try:
        frame = _frame(shape, sizing, unit)
        cut, shift = _first_phase(frame)
        body, fields = _further_phases(frame, cut.body, shift)
        notes = {**cut.notes, "spacing": unit, "iso_shift": shift * unit}
        mesh = finish_implicit(shape, body, fields, notes, unit=unit, order=order)
        return coat(mesh, shape)
    except MeshError as error:
        seed = getattr(shape, "seed", None)
        which = shape.kind if seed is None else f"{shape.kind}, seed {seed}"
        raise MeshError(f"{which}: {error}") from error


def _frame(shape: ImplicitShape, sizing: Sizing, unit: float) -> Frame:
    """The graded lattice, fitted to all level sets."""
    x, y, z = (length / unit for length in shape.size)
    inside, outside = (
        _MOST_LEVELS if size is None else max(0, int(np.log2(size / sizing.refine / unit + 1e-9)))
        for size in (sizing.core, sizing.bulk)
    )
    # The same lattice whatever the largest sizes are.
    most = levels_that_fit((x, y, z), _MOST_LEVELS)
    above = (shape.headroom or 0.0) / unit
    grid = fit_grid((x, y, z), above, most=most, periodic=shape.periodic)
    samples = [sample(grid, _scaled(level_set, unit)) for _, level_set in shape.phases()]
    levels = octree_levels(
        grid, samples, inside=inside, outside=outside, most=most, growth=sizing.growth
    )
    tets, keys = fill(grid, levels)
    return Frame(shape, unit, grid, samples[0], tets, samples[0].at(keys))


def _scaled(level_set: LevelSet, unit: float, shift: float = 0.0) -> Field:
    """A level set in units of the spacing; a positive shift makes its solid larger."""
    return lambda points: level_set(points * unit) / unit - shift


def _first_phase(frame: Frame) -> tuple[Cut, float]:
    """The solid as a whole, and by how much its level set was shifted."""
    if frame.shape.porosity is None:
        return _cut(frame, 0.0)[0], 0.0
    cells = frame.tets.cells[frame.in_box]
    forecast = Forecast(
        values=np.sort(frame.values[cells], axis=1),
        volumes=tet_volumes(frame.tets.points, cells),
        samples=frame.samples,
    )
    return search(
        frame.shape.porosity,
        forecast,
        lambda shift: _cut(frame, shift),
        advice=_advice(frame.shape),
    )


def _advice(shape: ImplicitShape) -> str:
    """What may help where a porosity is not reached."""
    if isinstance(shape, Image):
        return (
            "voxels that touch along an edge or at a corner join or part when they are smoothed: "
            "smoothing = 0 keeps them as they are, another smoothing may do"
        )
    finer = "a smaller element size will do"
    return f"another seed or {finer}" if getattr(shape, "seed", None) is not None else finer


def _cut(frame: Frame, shift: float) -> tuple[Cut, float]:
    """Cut out the solid, without what is cut off; with the connected porosity."""
    (region, level_set), *_ = frame.shape.phases()
    tag = REGIONS[region]
    body = uncut(frame.tets)
    field = _scaled(level_set, frame.unit, shift)
    body = cut_phase(body, frame.in_box, frame.values - shift, field, tag=tag, surface=0)
    every = facets_of(body.tets.cells)
    solid = body.tags == tag
    notes: dict[str, object] = {"relabelled_islands": 0}
    volume = float(frame.grid.x[-1] * frame.grid.y[-1] * frame.top)
    total = 1 - solid_volume(body.tets.points, body.tets.cells, solid) / volume
    if getattr(frame.shape, "percolates", True):
        solid, notes = _without_islands(frame, body, every, solid)
    porosity = 1 - solid_volume(body.tets.points, body.tets.cells, solid) / volume
    tags: Ints = np.where(solid, tag, REGIONS["electrolyte"])
    between = (every.second >= 0) & (solid[every.first] != solid[every.second])
    facets = every.nodes[between]
    notes |= {
        "connected_porosity": porosity,
        "total_porosity": total,
        "nonmanifold_edges": count_crowded_edges(body.tets.masters, facets),
    }
    return Cut(body._replace(tags=tags), notes), porosity


def _without_islands(
    frame: Frame, body: Body, every: Facets, solid: np.ndarray
) -> tuple[np.ndarray, dict[str, object]]:
    """The solid that percolates, beside electrolyte that does.

    Raises:
        MeshError: if one of them does not.
    """
    found = find_islands(body.tets, every, solid, frame.top)
    if not found.solid_through:
        raise MeshError("the solid does not percolate from the collector to the top")
    if not found.pore_through:
        raise MeshError("the pores do not percolate from the top to the collector")
    loose, whole = (
        solid_volume(body.tets.points, body.tets.cells, part) for part in (found.loose, solid)
    )
    notes: dict[str, object] = {
        "relabelled_islands": found.pieces,
        "loose_share": loose / whole,
        "relabelled_cells": int(found.loose.sum() + found.closed.sum()),
    }
    return (solid & ~found.loose) | found.closed, notes


def _further_phases(frame: Frame, body: Body, shift: float) -> tuple[Body, list[Field]]:
    """The solid divided by the level sets that come after the first; all fields."""
    (region, first), *others = frame.shape.phases()
    fields = [_scaled(first, frame.unit, shift)]
    wanted = getattr(frame.shape, "volumes", {})
    for k, (name, level_set) in enumerate(others, start=1):
        target = wanted[name] / frame.unit**3 if name in wanted else None
        part = Part(region, name, k, target)
        body, field = cut_part(body, part, partial(_scaled, level_set, frame.unit))
        fields.append(field)
    return body, fields
