"""Integrals over a tagged boundary whose integrand is a pointwise function of the field.

A reaction on a surface needs its field at a few points there, and its sum against the test
functions; both are linear maps that depend on the mesh alone. They are built once, so that
a Newton step evaluates the kinetics in numpy and never assembles a form.

Order 1 takes the vertex rule (exact for what order 1 can promise, and its Jacobian is a
diagonal); order 2 a six-point rule of degree 4 on the curved facets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import basix
import numpy as np
from numpy.typing import NDArray

from .._fenics import PETSc

if TYPE_CHECKING:
    from .domain import Domain

Array = NDArray[np.float64]

REFERENCE_VERTICES = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=float)
QUADRATURE_DEGREE = 4
"""Of the rule of order 2."""
FACET_VERTICES = ((1, 2, 3), (0, 2, 3), (0, 1, 3), (0, 1, 2))


class SurfaceOperator(Protocol):
    """What a model asks of a reacting surface; arrays are this rank's part.

    Attributes:
        weights: (n,) area that each evaluation point stands for [m2].
        unknowns: The owned unknowns that lie on the surface.
        pointwise: Whether they are the evaluation points too.
    """

    pointwise: bool
    weights: Array
    unknowns: NDArray[np.int64]

    def values(self, field: Array) -> Array:
        """(n,) the field (owned,) at the evaluation points."""

    def add_tests(self, flux: Array, to: Array) -> None:
        """Add int flux phi_i dS [m2 x flux] to (owned,), of a flux (n,) at the points."""

    def add_to(self, base: PETSc.Mat, slope: Array, into: PETSc.Mat, *, anew: bool) -> bool:
        """`into` = base + int slope phi_i phi_j dS, all of one pattern.

        Args:
            base: What stands beside the surface's part.
            slope: (n,) at the evaluation points.
            into: The sum; before, the sum of an earlier call with the same base.
            anew: Whether base has changed since.

        Returns:
            Whether only the diagonal of `into` has changed.
        """


class NodalSurface:
    """The vertex rule: the evaluation points are the surface's own unknowns."""

    pointwise = True

    def __init__(self, domain: Domain, samples: FacetSamples) -> None:
        area = _vector(domain)
        area.setValues(
            domain.global_unknowns(samples.unknowns).ravel(),
            np.einsum("fq,fqi->fi", samples.weights, samples.basis).ravel(),
            addv=PETSc.InsertMode.ADD_VALUES,
        )
        area.assemble()
        self.unknowns = np.flatnonzero(area.array_r > 0)
        self.weights = area.array_r[self.unknowns].copy()
        self._base_diagonal, self._diagonal = _vector(domain), _vector(domain)

    def values(self, field: Array) -> Array:
        """See `SurfaceOperator`."""
        return field[self.unknowns]

    def add_tests(self, flux: Array, to: Array) -> None:
        """See `SurfaceOperator`."""
        to[self.unknowns] += self.weights * flux

    def add_to(self, base: PETSc.Mat, slope: Array, into: PETSc.Mat, *, anew: bool) -> bool:
        """See `SurfaceOperator`: only the diagonal is written."""
        if anew:
            base.copy(into, PETSc.Mat.Structure.SAME_NONZERO_PATTERN)
            base.getDiagonal(self._base_diagonal)
        self._base_diagonal.copy(self._diagonal)
        self._diagonal.array_w[self.unknowns] += self.weights * slope
        into.setDiagonal(self._diagonal)
        return not anew


class QuadratureSurface:
    """A quadrature rule inside each facet: point values are B u, tests B^T (w flux)."""

    pointwise = False

    def __init__(self, domain: Domain, samples: FacetSamples) -> None:
        self.weights = samples.weights.ravel()
        unknowns = domain.global_unknowns(samples.unknowns)
        n_basis = samples.basis.shape[2]
        self._basis = samples.basis
        self._interpolation = _interpolation_matrix(domain, unknowns, samples.basis)
        self._points, self._tests = (
            self._interpolation.createVecLeft(),
            self._interpolation.createVecRight(),
        )
        self._field = self._tests.duplicate()
        self._field.set(0.0)
        # counted, not integrated: on a flat facet the corners' functions integrate to nothing
        touched = _vector(domain)
        touched.setValues(
            unknowns.ravel(), np.ones(unknowns.size), addv=PETSc.InsertMode.ADD_VALUES
        )
        touched.assemble()
        self.unknowns = np.flatnonzero(touched.array_r > 0)
        self._matrix = PETSc.Mat().create(domain.comm)
        size = (domain.owned, domain.space.dofmap.index_map.size_global)
        self._matrix.setSizes((size, size))
        self._matrix.setType(PETSc.Mat.Type.AIJ)
        rows = np.repeat(unknowns, n_basis, axis=1).ravel()
        columns = np.tile(unknowns, (1, n_basis)).ravel()
        self._matrix.setPreallocationCOO(rows, columns)

    def values(self, field: Array) -> Array:
        """See `SurfaceOperator`."""
        self._field.array_w[:] = field
        self._interpolation.mult(self._field, self._points)
        return self._points.array_r.copy()

    def add_tests(self, flux: Array, to: Array) -> None:
        """See `SurfaceOperator`."""
        self._points.array_w[:] = self.weights * flux
        self._interpolation.multTranspose(self._points, self._tests)
        to += self._tests.array_r

    def add_to(self, base: PETSc.Mat, slope: Array, into: PETSc.Mat, *, anew: bool) -> bool:
        """See `SurfaceOperator`."""
        base.copy(into, PETSc.Mat.Structure.SAME_NONZERO_PATTERN)
        weighted = (self.weights * slope).reshape(self._basis.shape[:2])
        entries = np.einsum("fq,fqi,fqj->fij", weighted, self._basis, self._basis, optimize=True)
        self._matrix.setValuesCOO(entries.ravel(), addv=PETSc.InsertMode.INSERT_VALUES)
        into.axpy(1.0, self._matrix, PETSc.Mat.Structure.SUBSET_NONZERO_PATTERN)
        return False


class FacetSamples(NamedTuple):
    """A boundary's facets, sampled at the points of a quadrature rule.

    Attributes:
        unknowns: (facets, basis) local unknowns of each facet's cell that live on the facet.
        basis: (facets, points, basis) value of each unknown's basis function at each point.
        weights: (facets, points) area of each point [m2].
    """

    unknowns: NDArray[np.int32]
    basis: Array
    weights: Array


def build_surface(domain: Domain, boundary: str) -> SurfaceOperator:
    """The surface operator of a named boundary, by the domain's order."""
    if domain.order == 1:
        vertices = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
        return NodalSurface(domain, sample_facets(domain, boundary, vertices, np.full(3, 1 / 6)))
    points, weights = basix.make_quadrature(basix.CellType.triangle, QUADRATURE_DEGREE)
    return QuadratureSurface(domain, sample_facets(domain, boundary, points, weights))


def within_points(values: Array, facets: NDArray[np.integer[Any]]) -> Array:
    """Nodal values of a surface, each kept in the range that its facets react in.

    At order 2 the reaction is evaluated inside the facets, and a node on an edge may lie beyond
    full or empty, where no law means anything; at order 1 the nodes themselves react.

    Args:
        values: (n,) at the nodes.
        facets: (facets, 3 or 6) nodes of each facet, middles of edges last.
    """
    if facets.shape[1] == 3:
        return values
    points, _ = basix.make_quadrature(basix.CellType.triangle, QUADRATURE_DEGREE)
    corners = np.column_stack([1.0 - points.sum(axis=1), points])
    edges = [4.0 * corners[:, a] * corners[:, b] for a, b in ((0, 1), (1, 2), (2, 0))]
    basis = np.column_stack([corners * (2.0 * corners - 1.0), *edges])
    inside = values[facets] @ basis.T
    low, high = np.full_like(values, np.inf), np.full_like(values, -np.inf)
    for column in facets.T:
        np.minimum.at(low, column, inside.min(axis=1))
        np.maximum.at(high, column, inside.max(axis=1))
    # corners carry next to no area, and overshoot most
    middles = values[facets[:, 3:]]
    return np.clip(np.clip(values, middles.min(), middles.max()), low, high)


def sample_facets(domain: Domain, boundary: str, points: Array, weights: Array) -> FacetSamples:
    """Tabulate a rule of the reference triangle on every facet of a boundary.

    Args:
        domain: The distributed mesh.
        boundary: Its name.
        points: (n, 2) on the reference triangle.
        weights: (n,) that sum to its area, 1/2.
    """
    cells, local_facets = domain.integration_facets(boundary)
    element = domain.space.element.basix_element
    closure = [np.array(element.entity_closure_dofs[2][f]) for f in range(4)]
    geometry = domain.mesh.geometry
    corners = geometry.x[geometry.dofmaps[0][cells]]
    unknowns = np.empty((len(cells), len(closure[0])), dtype=np.int32)
    basis = np.empty((len(cells), len(points), len(closure[0])))
    areas = np.empty((len(cells), len(points)))
    for facet, vertices in enumerate(FACET_VERTICES):
        mine = np.flatnonzero(local_facets == facet)
        origin, first, second = REFERENCE_VERTICES[list(vertices)]
        edges = np.stack([first - origin, second - origin])
        table = element.tabulate(1, origin + points @ edges)[..., 0]
        unknowns[mine] = domain.space.dofmap.list[cells[mine]][:, closure[facet]]
        basis[mine] = table[0][:, closure[facet]]
        # the mesh is isoparametric: the same table maps the reference cell
        jacobian = np.einsum("dqn,fnx->fqxd", table[1:], corners[mine])
        tangents = np.einsum("fqxd,kd->fqkx", jacobian, edges)
        normal = np.cross(tangents[:, :, 0], tangents[:, :, 1])
        areas[mine] = weights * np.linalg.norm(normal, axis=2)
    return FacetSamples(unknowns, basis, areas)


def _vector(domain: Domain) -> PETSc.Vec:
    size = (domain.owned, domain.space.dofmap.index_map.size_global)
    vector = PETSc.Vec().createMPI(size, comm=domain.comm)
    vector.set(0.0)
    return vector


def _interpolation_matrix(domain: Domain, unknowns: NDArray[np.int32], basis: Array) -> PETSc.Mat:
    """B (points x unknowns): the field at every point of every facet."""
    n_facets, n_points, n_basis = basis.shape
    rows = n_facets * n_points
    pointers = np.arange(0, rows * n_basis + 1, n_basis, dtype=np.int32)
    columns = np.repeat(unknowns, n_points, axis=0).reshape(rows, n_basis)
    order = np.argsort(columns, axis=1)
    columns = np.take_along_axis(columns, order, axis=1)
    values = np.take_along_axis(basis.reshape(rows, n_basis), order, axis=1)
    size = (domain.owned, domain.space.dofmap.index_map.size_global)
    return PETSc.Mat().createAIJ(
        ((rows, PETSc.DETERMINE), size),
        csr=(pointers, columns.ravel().astype(np.int32), values.ravel()),
        comm=domain.comm,
    )
