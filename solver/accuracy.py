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
        scale = model.flux_scale
        x = model.surface.values(state.u)
        diffusivity = np.asarray(model.material.diffusivity(x))
        flux = scale * at.j
        apart = resolution.of_stoichiometry(state.u, flux, diffusivity)
        # slopes [m/s] and [m/s/V]; the first cells' resistance is their height over D
        law = model.react(x, state.potential)
        slope, conductance = scale * law.slope_x, scale * law.slope_potential
        feedback = 1.0 + np.maximum(slope, 0.0) * resolution.heights / diffusivity
        error, conductance = slope * apart / feedback, conductance / feedback
        if imposed:
            weights = model.surface.weights
            both, all_ = totals(model.comm, weights @ error, weights @ conductance)
            error = error - conductance * both / max(all_, 1e-300)
        uneven = resolution.of_unevenness(at.j)
        found = float((np.abs(error) / scale + np.abs(uneven)).max(initial=0.0))
        fill = x - model.mean(state.u)
        unseen = resolution.of_edges(at.j, flux, slope, fill, diffusivity)
        return largest(model.comm, max(found, unseen))

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
