"""The Butler-Volmer reaction on a surface: the facet terms and their sign, written once.

With n out of the solid and j > 0 in oxidation (the ion leaves the solid),

    -D grad c . n = j / (z F),     eta = phi_s - phi_e - ocp(x),     x = c / c_s_max,

so that in the weak form of the stoichiometry the surface contributes
+ int j / (z F c_s_max) v dS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..materials.constants import FARADAY

if TYPE_CHECKING:
    from ..materials.material import Material

Array = NDArray[np.float64]


class SurfaceReaction(NamedTuple):
    """The reaction at surface points, each (n,).

    Attributes:
        j: Local current density [A m-2].
        slope_x: Total derivative of j over the stoichiometry at fixed potential [A m-2].
        slope_potential: Derivative of j over phi_s - phi_e [A m-2 V-1].
        ocp_slope: Slope of the open-circuit potential [V].
    """

    j: Array
    slope_x: Array
    slope_potential: Array
    ocp_slope: Array


def react(
    material: Material,
    x: Array,
    potential: float | Array,
    *,
    c_e: float | Array,
    temperature: float,
) -> SurfaceReaction:
    """The reaction where the solid has stoichiometry x.

    Args:
        material: Its open-circuit potential and kinetics.
        x: (n,) stoichiometry at the surface.
        potential: phi_s - phi_e [V].
        c_e: Salt concentration [mol m-3].
        temperature: [K].
    """
    ocp, ocp_slope = material.ocp.evaluate(x)
    reaction = material.kinetics.evaluate(
        x, potential - ocp, c_e=c_e, c_s_max=material.c_s_max, temperature=temperature
    )
    slope_x = reaction.dj_dx - reaction.dj_deta * ocp_slope
    return SurfaceReaction(reaction.j, slope_x, reaction.dj_deta, ocp_slope)


def molar_flux_scale(material: Material) -> float:
    """1 / (z F c_s_max) [m/s per A m-2]: a current density as a flux of stoichiometry."""
    return 1.0 / (material.charge_number * FARADAY * material.c_s_max)
