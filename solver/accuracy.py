"""What a run knows of its own error in space: of local currents at each step, of the surface."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .model import largest, totals
from .recovery import surface_error
from .resolution import Resolution, nodal_normals

if TYPE_CHECKING:
    from .domain import Domain
    from .insertion import InsertionModel
    from .stepping import State

Array = NDArray[np.float64]

UNSURE = 0.02
"""Error of the surface's mean stoichiometry beyond which a protocol step's mesh is too coarse."""
UNRESOLVED = 0.1
"""Error of the largest local current density, over it, beyond which it is not resolved."""


class Accuracy:
    """Estimates for one model on its mesh.

    Args:
        domain: The distributed mesh.
        model: The electrode on it.
    """

    def __init__(self, domain: Domain, model: InsertionModel) -> None:
        self._domain, self._model = domain, model
        self._resolution = Resolution(domain, model.surface, "interface")
        self._normals = nodal_normals(domain, "interface")

    def of_current(self, state: State, *, imposed: bool) -> float:
        """Largest estimated error of the local current density on the interface [A m-2].

        An error dx of the surface's stoichiometry changes j by its slope times dx, less what the
        slower or faster filling of the cells beneath takes back; where the current is imposed,
        the potential takes up what all of the surface has in common.

        Args:
            state: Where the run stands.
            imposed: Whether the current is imposed, not the potential.
        """
        model, resolution, at = self._model, self._resolution, state.at
        scale, x = model.flux_scale, model.surface.values(state.u)
        diffusivity, on_facets = self._diffusivity(x)
        means = resolution.facet_means(at.j)
        apart = resolution.of_stoichiometry(state.u, scale * means, on_facets)
        # slopes [m/s] and [m/s/V]; the first cells' resistance is their height over D
        slope, conductance = at.state_slope * model.volume, at.potential_slope * model.volume
        feedback = 1.0 + np.maximum(slope, 0.0) * resolution.heights / diffusivity
        error, conductance = slope * apart / feedback, conductance / feedback
        if imposed:
            weights = model.surface.weights
            both, all_ = totals(model.comm, weights @ error, weights @ conductance)
            error = error - conductance * both / max(all_, 1e-300)
        uneven = resolution.of_unevenness(at.j, means)
        found = float((np.abs(error) / scale + np.abs(uneven)).max(initial=0.0))
        if resolution.has_edges:
            # there a reaction that grows as it fills counts too, which Newton's slopes leave out
            slope = scale * model.react(x, state.potential).slope_x
            fill = x - model.mean(state.u)
            found = max(found, resolution.of_edges(scale * at.j, slope, fill, diffusivity) / scale)
        return largest(model.comm, found)

    def _diffusivity(self, x: Array) -> tuple[Array | float, Array | float]:
        """At the surface's points and on its facets [m2 s-1]; one number where it is constant."""
        law = self._model.material.diffusivity
        if law.is_constant:
            value = float(np.asarray(law(0.5)))
            return value, value
        values = np.asarray(law(x))
        return values, self._resolution.facet_means(values)

    def of_surface(self, state: State) -> float:
        """Estimated error of the surface's mean stoichiometry, weighted with the current."""
        model, scale = self._model, self._model.flux_scale
        flux = totals(model.comm, scale * (model.surface.weights @ np.abs(state.at.j)))[0]
        on = np.abs(self._normals).max(axis=1) > 0.0
        x = state.u[on]
        j = model.react(x, state.potential).j
        slope = np.full(len(state.u), np.nan)
        slope[on] = -scale * j / model.material.diffusivity(x)
        return surface_error(
            self._domain,
            state.u,
            diffusivity=np.asarray(model.material.diffusivity(state.u)),
            normal_slope=slope,
            normals=self._normals,
            flux=flux,
        )
