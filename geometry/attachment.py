"""What takes no part is left out: electrode with no way to the collector, pores with no way out.

A way leads through facets that two cells share: a line or a point conducts nothing. Each solid
carries electrons on, and nothing passes the box's sides. What is left out leaves a hole that
nothing enters, and the mesh's notes say how much it was.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..errors import InputError
from .arrays import Ints
from .measure import tet_volumes, triangle_areas
from .tags import BOUNDARIES, REGIONS, boundary_tags
from .topology import Facets, facets_of, find_rows, pieces

if TYPE_CHECKING:
    from .mesh import ElectrodeMesh

NOTE = "left_out"
"""Key of a mesh's notes."""
UNTOLD = 1e-3
"""Share of a structure's solid that may be loose without a word: flakes that a cut leaves."""
BY_CONSTRUCTION = ("film", "nanowire-array", "nanobelt-array")
"""Kinds of shapes that stand on the collector, in one electrolyte."""


class _Parts(NamedTuple):
    """A mesh by its pieces of solid and of electrolyte.

    Attributes:
        every: Its facets.
        of: (m,) piece of each cell.
        solid: (m,) whether a cell is solid.
    """

    every: Facets
    of: Ints
    solid: np.ndarray


def attached(mesh: ElectrodeMesh, *, pores: bool) -> ElectrodeMesh:
    """The mesh without what takes no part; itself where all does.

    Args:
        mesh: Of an electrode, with its electrolyte or alone.
        pores: Whether ions come through the pores alone, so that closed ones are left out too;
            else only those that touch nothing that is left.

    Raises:
        InputError: No electrode touches the collector, or no electrolyte the separator.
    """
    if mesh.shape.get("kind") in BY_CONSTRUCTION:
        return mesh
    every = facets_of(mesh.cells)
    solid = mesh.cell_tags != REGIONS["electrolyte"]
    parts = _Parts(every, pieces(every, solid), solid)
    loose, closed = _loose(mesh, parts), _closed(mesh, parts)
    if not pores:
        closed &= ~_touches(mesh, parts, ~loose & ~closed)
    if not (loose.any() or closed.any()):
        return mesh
    return _without(mesh, parts, loose, closed)


def _loose(mesh: ElectrodeMesh, parts: _Parts) -> np.ndarray:
    """(m,) electrode that nothing joins to the collector; none, where no collector is known."""
    electrode = mesh.cell_tags == REGIONS["electrode"]
    if "collector" not in mesh.names or not electrode.any():
        return np.zeros(len(electrode), dtype=bool)
    held = parts.solid & np.isin(parts.of, parts.of[_beside(mesh, parts, "collector")])
    if not (electrode & held).any():
        hint = ""
        if "separator" in mesh.names and electrode[_beside(mesh, parts, "separator")].any():
            hint = "; it touches the separator: have the two changed places?"
        raise InputError(f"boundaries: no part of the electrode touches the collector{hint}")
    return electrode & ~held


def _closed(mesh: ElectrodeMesh, parts: _Parts) -> np.ndarray:
    """(m,) electrolyte that nothing joins to the separator; none, where no separator is known."""
    if "separator" not in mesh.names or parts.solid.all():
        return np.zeros(len(parts.solid), dtype=bool)
    opened = ~parts.solid & np.isin(parts.of, parts.of[_beside(mesh, parts, "separator")])
    if not opened.any():
        raise InputError("boundaries: no part of the electrolyte touches the separator")
    return ~parts.solid & ~opened


def _beside(mesh: ElectrodeMesh, parts: _Parts, boundary: str) -> Ints:
    """The cells behind a boundary's facets."""
    facets = mesh.facets[np.isin(mesh.facet_tags, boundary_tags(boundary)), :3]
    place = find_rows(parts.every.nodes, facets)
    place = place[place >= 0]
    both = np.concatenate([parts.every.first[place], parts.every.second[place]])
    return np.asarray(np.unique(both[both >= 0]))


def _touches(mesh: ElectrodeMesh, parts: _Parts, kept: np.ndarray) -> np.ndarray:
    """(m,) cells of pieces that share a facet with electrode that is kept, or the collector."""
    host = kept & (mesh.cell_tags == REGIONS["electrode"])
    first, second = parts.every.first, parts.every.second
    inner = second >= 0
    one, other = first[inner], second[inner]
    found = np.concatenate([one[host[other]], other[host[one]]])
    if "collector" in mesh.names:
        found = np.concatenate([found, _beside(mesh, parts, "collector")])
    return np.isin(parts.of, parts.of[found])


def _without(
    mesh: ElectrodeMesh, parts: _Parts, loose: np.ndarray, closed: np.ndarray
) -> ElectrodeMesh:
    """The mesh without these cells; where they were, its facets are sides."""
    kept = ~(loose | closed)
    place = find_rows(parts.every.nodes, mesh.facets[:, :3])
    first, second = parts.every.first[place], parts.every.second[place]
    beside = np.where(second >= 0, kept[second], kept[first])
    stays, whole = kept[first] | beside, kept[first] & beside
    tags = np.where(whole, mesh.facet_tags, BOUNDARIES["sides"])[stays]
    nodes = np.unique(mesh.cells[kept])
    number = np.full(len(mesh.points), -1, dtype=np.int32)
    number[nodes] = np.arange(len(nodes), dtype=np.int32)
    return replace(
        mesh,
        points=mesh.points[nodes],
        cells=number[mesh.cells[kept]],
        cell_tags=mesh.cell_tags[kept],
        facets=number[mesh.facets[stays]],
        facet_tags=tags.astype(np.int32),
        shape=mesh.shape | {NOTE: _notes(mesh, parts, loose, closed, lost=~whole)},
        parent_nodes=None,
    )


def _notes(
    mesh: ElectrodeMesh, parts: _Parts, loose: np.ndarray, closed: np.ndarray, *, lost: np.ndarray
) -> dict[str, float]:
    """How many pieces are left out, and their shares of electrode, electrolyte and interface."""
    volumes = np.abs(tet_volumes(mesh.points, mesh.cells))
    electrode = mesh.cell_tags == REGIONS["electrode"]
    facing = np.isin(mesh.facet_tags, boundary_tags("interface"))
    areas = triangle_areas(mesh.points, mesh.facets) * facing
    return {
        "electrode pieces": len(np.unique(parts.of[loose])),
        "share of the electrode": _share(volumes, loose, electrode),
        "pores": len(np.unique(parts.of[closed])),
        "share of the electrolyte": _share(volumes, closed, ~parts.solid),
        "share of the interface": _share(areas, lost, facing),
    }


def _share(sizes: np.ndarray, part: np.ndarray, whole: np.ndarray) -> float:
    return float(sizes[part].sum() / max(float(sizes[whole].sum()), 1e-300))


def told(notes: dict[str, object]) -> list[str]:
    """What a mesh's notes say was left out, in sentences."""
    found, said = notes.get(NOTE), []
    loose = notes.get("loose_share")
    if isinstance(loose, float) and loose > UNTOLD:
        said.append(f"{_percent(loose)} of the solid touches no collector: taken as electrolyte")
    if isinstance(found, dict) and found["electrode pieces"]:
        said.append(
            f"{_percent(found['share of the electrode'])} of the electrode "
            f"({_count(found['electrode pieces'], 'piece')}) touches no collector and is left out"
        )
    if isinstance(found, dict) and found["pores"]:
        said.append(
            f"{_percent(found['share of the electrolyte'])} of the electrolyte "
            f"({_count(found['pores'], 'closed pore')}) has no way to the separator and is left out"
        )
    if isinstance(found, dict):
        said[-1] += f"; {_percent(found['share of the interface'])} of the interface goes with that"
    return said


def _percent(share: float) -> str:
    return f"{100.0 * share:.3g} %"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
