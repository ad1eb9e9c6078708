"""The error that the whole mesh makes at the surface, from how far gradients are from better ones.

A recovered gradient G is the mean of the cells' around each corner, and on the reacting surface has
the normal part that the reaction asks for (O. C. Zienkiewicz, J. Z. Zhu, Int. J. Numer. Methods
Eng. 24 (1987) 337, doi:10.1002/nme.1620240206). With q the flux out of the surface, the energy of
the difference is, by Galerkin's orthogonality, the error of the surface's mean stoichiometry,
weighted with the flux:

    int q dx dS = int D |G - grad x|^2 dV.

It sees layers that are too thick anywhere, not at the surface alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .model import totals

if TYPE_CHECKING:
    from .domain import Domain

Array = NDArray[np.float64]

_CHUNK = 50_000
"""Cells whose gradients are made at once."""
_CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=float)


def surface_error(
    domain: Domain,
    u: Array,
    *,
    diffusivity: Array,
    normal_slope: Array,
    normals: Array,
    flux: float,
) -> float:
    """Estimated error of the flux-weighted mean stoichiometry on the surface, positive.

    Args:
        domain: The distributed mesh.
        u: (owned,) the field.
        diffusivity: (owned,) [m2 s-1].
        normal_slope: (owned,) derivative of the field along the outward normal that the reaction
            asks for [1/m]; nan away from the surface.
        normals: (owned, 3) outward unit normals; zero away from the surface.
        flux: Integral of |flux| of stoichiometry over the surface [m3/s].
    """
    if flux <= 0.0:
        return 0.0
    parts = _Parts(domain, u)
    recovered = parts.recovered()
    wanted = np.isfinite(normal_slope)
    missing = np.where(wanted, normal_slope, 0.0) - (recovered[: domain.owned] * normals).sum(1)
    recovered[: domain.owned] += np.where(wanted, missing, 0.0)[:, None] * normals
    energy = parts.energy(parts.shared(recovered[: domain.owned]), diffusivity)
    return totals(domain.comm, energy)[0] / flux


class _Parts:
    """Gradients in this rank's cells, in chunks: all of them at once would not fit."""

    def __init__(self, domain: Domain, u: Array) -> None:
        self._domain, self._map = domain, domain.space.dofmap.index_map
        self._u = self.shared(u[:, None])[:, 0]
        at = _CORNERS if domain.order == 2 else _CORNERS[:1]
        self._table = domain.space.element.basix_element.tabulate(1, at)[1:, ..., 0]
        self._cells = domain.space.dofmap.list
        self._own = len(domain.input_cells)

    def shared(self, owned: Array) -> Array:
        """(owned and ghosts, k) of values (owned, k)."""
        from dolfinx import la

        vector = la.vector(self._map, owned.shape[1])
        vector.array[: owned.size] = owned.ravel()
        vector.scatter_forward()
        return vector.array.reshape(-1, owned.shape[1]).copy()

    def recovered(self) -> Array:
        """(owned and ghosts, 3) mean gradient of the cells around each corner."""
        from dolfinx import la

        vector = la.vector(self._map, 4)
        sums = vector.array.reshape(-1, 4)
        for corners, gradients, volumes in self._chunks():
            where = corners.ravel()
            for axis in range(3):
                weighted = (gradients[..., axis] * volumes[:, None]).ravel()
                sums[:, axis] += np.bincount(where, weighted, len(sums))
            sums[:, 3] += np.bincount(where, np.repeat(volumes, 4), len(sums))
        vector.scatter_reverse(la.InsertMode.add)
        vector.scatter_forward()
        return sums[:, :3] / np.where(sums[:, 3:] > 0.0, sums[:, 3:], 1.0)

    def energy(self, recovered: Array, diffusivity: Array) -> float:
        """This rank's part of int D |G - grad u|^2 [m3/s]."""
        d = self.shared(diffusivity[:, None])[:, 0]
        total = 0.0
        for corners, gradients, volumes in self._chunks():
            apart = recovered[corners] - gradients
            # the square of a linear function, integrated over a tetrahedron
            square = (apart**2).sum(axis=(1, 2)) + (apart.sum(axis=1) ** 2).sum(axis=1)
            total += float((d[corners].mean(axis=1) * volumes / 20.0) @ square)
        return total

    def _chunks(self) -> Iterator[tuple[NDArray[np.int32], Array, Array]]:
        """Corners (f, 4), gradients there (f, 4, 3) [1/m] and volumes (f,) [m3] of some cells."""
        geometry = self._domain.mesh.geometry
        for start in range(0, self._own, _CHUNK):
            part = slice(start, min(start + _CHUNK, self._own))
            x = geometry.x[geometry.dofmaps[0][part]]
            a, b, c = (np.einsum("qn,fnx->fqx", d, x, optimize=True) for d in self._table)
            normals = np.cross(b, c), np.cross(c, a), np.cross(a, b)
            determinant = (a * normals[0]).sum(axis=2)
            u = self._u[self._cells[part]]
            gradients = sum(
                (u @ d.T)[..., None] * normal
                for d, normal in zip(self._table, normals, strict=True)
            )
            gradients = gradients / determinant[..., None]
            volumes = np.abs(determinant).mean(axis=1) / 6.0
            # at order 1 one point says it all
            gradients = np.broadcast_to(gradients, (len(u), 4, 3))
            yield self._cells[part][:, :4], gradients, volumes
