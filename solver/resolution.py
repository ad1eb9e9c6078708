"""How well a mesh resolves what happens at its surface: estimated errors of the local currents.

Two things are looked at. Into the depth: the flux q that the reaction takes from the surface, less
the flux at which the field beside it falls, is what the first cells store; over a cell of height h
it stands for an error of the surface's stoichiometry of h (q + D dx/dn) / (6 D), the nodal value
of a linear element against the parabola through it. Along the surface: what differs from the mean
of the facets around it is an edge that the mesh does not resolve, or noise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import basix
import numpy as np
from numpy.typing import NDArray

from .._fenics import PETSc
from .model import largest
from .surface import FACET_VERTICES, QUADRATURE_DEGREE, REFERENCE_VERTICES

if TYPE_CHECKING:
    from .domain import Domain
    from .surface import SurfaceOperator

Array = NDArray[np.float64]

_MIDDLE = np.array([[1 / 3, 1 / 3]])
_INTO_DEPTH = {1: 1 / 6, 2: 1 / 12}
"""By order: the error of a nodal value over (height of its cell) (flux not seen) / D."""

SHARP = 0.85
"""Cosine between a facet's normal and the mean one at a corner, below which there is an edge."""


class Facets(NamedTuple):
    """This rank's facets of a boundary, with the cells behind them.

    Attributes:
        corners: (f, 3) global unknowns of each facet's corners.
        unknowns: (f, 4 or 10) global unknowns of the cell behind.
        slopes: (f, 4 or 10) derivative of their functions along the outward normal in the
            facet's middle [1/m].
        areas: (f,) [m2].
        heights: (f,) of the cell over the facet [m].
        sharp: (f,) whether the boundary turns sharply at one of the corners.
    """

    corners: NDArray[np.int32]
    unknowns: NDArray[np.int32]
    slopes: Array
    areas: Array
    heights: Array
    sharp: NDArray[np.bool_]


class Resolution:
    """Estimates on one boundary, from matrices that are built once.

    Args:
        domain: The distributed mesh.
        surface: The reacting surface on it.
        boundary: Its name.

    Attributes:
        heights: (points,) of the cells beneath [m].
        has_edges: Whether the boundary turns sharply anywhere, on any rank.
    """

    def __init__(self, domain: Domain, surface: SurfaceOperator, boundary: str) -> None:
        self._surface, self._order = surface, domain.order
        facets = facets_behind(domain, boundary)
        self._areas, self._heights = facets.areas, facets.heights
        self._sharp = np.flatnonzero(facets.sharp)
        self.has_edges = largest(domain.comm, float(facets.sharp.any())) > 0.0
        third = np.full(facets.corners.shape, 1 / 3)
        self._mean = _Map(_matrix(domain, facets.corners, third))
        self._slope = _Map(_matrix(domain, facets.unknowns, facets.slopes))
        if surface.pointwise:
            at_edges = _matrix(domain, facets.corners[self._sharp], third[self._sharp])
            self._mean_at_edges = _Map(at_edges)
            self._field = np.zeros(domain.owned)
        else:
            self._between = _Map(_between(domain, facets.corners))
            # a rank may have no facet at all
            points = surface.weights.size // max(len(self._areas), 1)
            weights = surface.weights.reshape(len(self._areas), points)
            self._shares = weights / weights.sum(axis=1, keepdims=True)
        around = self._mean.transposed(self._areas)
        self._around = self._areas, np.where(around > 0.0, around, 1.0)
        self.heights = self._at_points(self._heights)

    def facet_means(self, values: Array) -> Array:
        """(facets,) means of values at the surface's points."""
        if not self._surface.pointwise:
            return np.einsum("fq,fq->f", self._shares, values.reshape(self._shares.shape))
        self._field[self._surface.unknowns] = values
        return self._mean(self._field)

    def of_stoichiometry(self, u: Array, flux: Array, diffusivity: Array | float) -> Array:
        """(points,) estimated error of the surface's stoichiometry, with its sign.

        Args:
            u: (owned,) the field.
            flux: (facets,) of stoichiometry out of the solid [m/s].
            diffusivity: (facets,) [m2 s-1].
        """
        unseen = flux / diffusivity + self._slope(u)
        return self._at_points(_INTO_DEPTH[self._order] * self._heights * unseen)

    def of_unevenness(self, values: Array, means: Array) -> Array:
        """(points,) how far each value differs from the mean of the facets around it.

        At order 2 what is left when that is done twice: a parabola differs the first time.

        Args:
            values: (points,).
            means: (facets,) of them.
        """
        apart = values - self._at_points(means)
        if not self._surface.pointwise:
            apart = apart - self._at_points(self.facet_means(apart))
        return apart

    def of_edges(self, flux: Array, slope: Array, fill: Array, diffusivity: Array | float) -> float:
        """Largest error of the flux at sharp edges that the mesh cannot see [m/s].

        Within the depth w that the ion has gone so far, an edge between two faces fills from both:
        at a right angle by twice what is filled beside it. Its flux is off by
        q B / (1 + B) there, with B the slope of the flux times that fill over q (by q B where the
        reaction grows as it fills). A facet of size L sees none of it while L > 4 w, and more with
        the square of w / L.

        Args:
            flux: (points,) q [m/s].
            slope: (points,) of the flux over the stoichiometry [m/s].
            fill: (points,) stoichiometry above or below the mean.
            diffusivity: (points,) [m2 s-1].
        """
        q, s, x = (self._at_edges(values) for values in (np.abs(flux), slope, np.abs(fill)))
        d = diffusivity if isinstance(diffusivity, float) else self._at_edges(diffusivity)
        tiny = np.finfo(float).tiny
        depth = d * x / np.maximum(q, tiny)
        size = np.sqrt(2.0 * self._areas[self._sharp])
        unseen = np.minimum(1.0, size / np.maximum(4.0 * self._order * depth, tiny)) ** 2
        part = np.abs(s) * x / np.maximum(q + np.maximum(s, 0.0) * x, tiny)
        return float((q * np.minimum(part, 1.0) * unseen).max(initial=0.0))

    def _at_edges(self, values: Array) -> Array:
        """(sharp facets,) means of values at the surface's points."""
        if not self._surface.pointwise:
            return self.facet_means(values)[self._sharp]
        self._field[self._surface.unknowns] = values
        return self._mean_at_edges(self._field)

    def _at_points(self, on_facets: Array) -> Array:
        """(points,) of values on facets the mean over those around each corner, and between."""
        areas, around = self._around
        corners = self._mean.transposed(areas * on_facets) / around
        if self._surface.pointwise:
            return corners[self._surface.unknowns]
        return self._between(corners)


class _Map:
    """A matrix from this rank's unknowns to its rows, used from numpy."""

    def __init__(self, matrix: PETSc.Mat) -> None:
        self._matrix = matrix
        self._unknowns, self._rows = matrix.createVecs()

    def __call__(self, field: Array) -> Array:
        self._unknowns.array_w[:] = field
        self._matrix.mult(self._unknowns, self._rows)
        return self._rows.array_r.copy()

    def transposed(self, rows: Array) -> Array:
        """(owned,) of values on the rows."""
        self._rows.array_w[:] = rows
        self._matrix.multTranspose(self._rows, self._unknowns)
        return self._unknowns.array_r.copy()


def facets_behind(domain: Domain, boundary: str) -> Facets:
    """The facets of a boundary and what the field does behind them."""
    cells, local_facets = domain.integration_facets(boundary)
    element = domain.space.element.basix_element
    corners_of = domain.mesh.geometry.x[domain.mesh.geometry.dofmaps[0][cells]]
    own = domain.space.dofmap.list[cells]
    n_basis = own.shape[1]
    corners = np.empty((len(cells), 3), dtype=np.int32)
    slopes, areas = np.empty((len(cells), n_basis)), np.empty(len(cells))
    normals = np.empty((len(cells), 3))
    for facet, vertices in enumerate(FACET_VERTICES):
        mine = np.flatnonzero(local_facets == facet)
        origin, first, second = REFERENCE_VERTICES[list(vertices)]
        middle = origin + _MIDDLE @ np.stack([first - origin, second - origin])
        table = element.tabulate(1, middle)[1:, 0, :, 0]
        jacobian = np.einsum("dn,fnx->fxd", table, corners_of[mine])
        tangents = jacobian @ np.stack([first - origin, second - origin]).T
        normal = np.cross(tangents[:, :, 0], tangents[:, :, 1])
        areas[mine] = 0.5 * np.linalg.norm(normal, axis=1)
        outward = corners_of[mine][:, list(vertices)].mean(axis=1) - corners_of[mine][:, facet]
        normal *= np.sign((normal * outward).sum(axis=1) / areas[mine])[:, None]
        normal /= 2.0 * areas[mine][:, None]
        slopes[mine] = np.einsum("fx,fdx,dn->fn", normal, np.linalg.inv(jacobian), table)
        corners[mine] = own[mine][:, list(vertices)]
        normals[mine] = normal
    volume = np.abs(_straight_volume(corners_of))
    around = nodal_normals(domain, boundary, ghosts=True)[corners]
    return Facets(
        domain.global_unknowns(corners),
        domain.global_unknowns(own),
        slopes,
        areas,
        3.0 * volume / areas,
        (np.einsum("fx,fvx->fv", normals, around) < SHARP).any(axis=1),
    )


def nodal_normals(domain: Domain, boundary: str, *, ghosts: bool = False) -> Array:
    """(owned, 3) outward unit normals at a boundary's corners, at ghosts too if asked; else 0."""
    from dolfinx import la

    cells, local_facets = domain.integration_facets(boundary)
    geometry = domain.mesh.geometry
    x, own = geometry.x[geometry.dofmaps[0][cells]], domain.space.dofmap.list[cells]
    vector = la.vector(domain.space.dofmap.index_map, 3)
    sums = vector.array.reshape(-1, 3)
    for facet, vertices in enumerate(FACET_VERTICES):
        mine = np.flatnonzero(local_facets == facet)
        a, b, c = (x[mine, vertex] for vertex in vertices)
        normal = np.cross(b - a, c - a)
        outward = (a + b + c) / 3.0 - x[mine, facet]
        normal *= np.sign((normal * outward).sum(axis=1))[:, None]
        np.add.at(sums, own[mine][:, list(vertices)], normal[:, None, :])
    vector.scatter_reverse(la.InsertMode.add)
    vector.scatter_forward()
    sums = vector.array.reshape(-1, 3)[: None if ghosts else domain.owned]
    length = np.linalg.norm(sums, axis=1, keepdims=True)
    return sums / np.where(length > 0.0, length, 1.0)


def _between(domain: Domain, corners: NDArray[np.int32]) -> PETSc.Mat:
    """(points x unknowns) the linear function through each facet's corners, at its points."""
    points, _ = basix.make_quadrature(basix.CellType.triangle, QUADRATURE_DEGREE)
    linear = np.column_stack([1.0 - points.sum(axis=1), points])
    return _matrix(
        domain, np.repeat(corners, len(points), axis=0), np.tile(linear, (len(corners), 1))
    )


def _straight_volume(corners: Array) -> Array:
    edges = corners[:, 1:4] - corners[:, :1]
    return np.linalg.det(edges) / 6.0


def _matrix(domain: Domain, unknowns: NDArray[np.int32], values: Array) -> PETSc.Mat:
    """(rows x unknowns) of one value per pair, on this rank's rows."""
    rows, width = values.shape
    order = np.argsort(unknowns, axis=1)
    size = (domain.owned, domain.space.dofmap.index_map.size_global)
    return PETSc.Mat().createAIJ(
        ((rows, PETSc.DETERMINE), size),
        csr=(
            np.arange(0, rows * width + 1, width, dtype=np.int32),
            np.take_along_axis(unknowns, order, axis=1).ravel().astype(np.int32),
            np.take_along_axis(values, order, axis=1).ravel(),
        ),
        comm=domain.comm,
    )
