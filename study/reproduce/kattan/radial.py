"""An independent solution in one dimension: the depth of a film or of a long pole.

Finite volumes in space, SciPy's LSODA in time. It shares the material's numbers and laws with
nanotrode's solver and nothing else: no mesh, no weak form, no Newton's method, no time stepping
of ours. Its only idealisation is that a pole has no tip.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....errors import SolverError
from ....materials.constants import FARADAY, GAS_CONSTANT
from ....materials.kinetics import RootExchange

if TYPE_CHECKING:
    from ....materials.material import Material

Array = NDArray[np.float64]

SLAB, CYLINDER = 1, 2
"""What `Radial.dimension` takes: of the space in which the depth is a radius."""
_RTOL, _ATOL, _FIRST = 1e-8, 1e-10, 1e-6
_FAR = 10.0
"""Overpotential that only a step which is refused comes to [V]."""


class Course(NamedTuple):
    """What happened at given times, each (n,).

    Attributes:
        time: [s].
        mean: Mean stoichiometry.
        j: Current density at the surface [A m-2], positive in oxidation.
        potential: Of the electrode [V].
    """

    time: Array
    mean: Array
    j: Array
    potential: Array


@dataclass(frozen=True)
class Radial:
    """A solid that reacts at one surface, which lies equally deep everywhere.

    Attributes:
        dimension: `SLAB` or `CYLINDER`.
        depth: From the insulated back, or the axis, to the surface [m].
        material: Whose laws hold; its exchange current must be the root law.
        start: Uniform stoichiometry at the start.
        c_e: Salt concentration [mol m-3].
        temperature: [K].
        nodes: From the back to the surface, where they crowd.
    """

    dimension: int
    depth: float
    material: Material
    start: float
    c_e: float = 1000.0
    temperature: float = 298.15
    nodes: int = 401

    def hold(self, potential: float, times: Array) -> Course:
        """Impose a potential [V]; the course at `times` (n,) [s], ascending from above 0."""
        profiles, mean = self._solve(lambda x: self.reaction(x, potential), times)
        j = np.array([self.reaction(row[-1], potential) for row in profiles])
        return Course(times, mean, j, np.full(len(times), potential))

    def drive(self, j: float, times: Array) -> Course:
        """Impose a current density [A m-2]; the course at `times` (n,) [s]."""
        profiles, mean = self._solve(lambda x: j, times)
        potential = np.array([self.potential(row[-1], j) for row in profiles])
        return Course(times, mean, np.full(len(times), j), potential)

    def reaction(self, x: float, potential: float) -> float:
        """Butler-Volmer's current density [A m-2] where the surface has stoichiometry x."""
        f, kinetics = FARADAY / (GAS_CONSTANT * self.temperature), self.material.kinetics
        eta = float(np.clip(potential - self._ocp(x), -_FAR, _FAR))
        drive = np.exp(kinetics.alpha_a * f * eta) - np.exp(-kinetics.alpha_c * f * eta)
        return self._exchange(x) * float(drive)

    def potential(self, x: float, j: float) -> float:
        """The potential [V] at which a surface of stoichiometry x passes j [A m-2]."""
        from scipy.optimize import brentq

        ocp = self._ocp(x)
        return float(brentq(lambda v: self.reaction(x, v) - j, ocp - 2.0, ocp + 2.0, xtol=1e-12))

    def _ocp(self, x: float) -> float:
        return float(self.material.ocp(np.array([x]))[0])

    def _exchange(self, x: float) -> float:
        """F k sqrt(c_e c_s (c_s_max - c_s)) [A m-2]."""
        law, c_s_max = self.material.kinetics.exchange_current, self.material.c_s_max
        assert isinstance(law, RootExchange)
        c_s = c_s_max * min(max(x, 1e-9), 1.0 - 1e-9)
        return FARADAY * law.rate_constant * float(np.sqrt(self.c_e * c_s * (c_s_max - c_s)))

    def _solve(self, surface: Callable[[float], float], times: Array) -> tuple[Array, Array]:
        """Profiles (times, nodes) and means; `surface(x)` is the current density [A m-2]."""
        from scipy.integrate import solve_ivp

        r, faces, shares = self._grid()
        reach, power = np.diff(r), self.dimension - 1
        charge = self.material.charge_number * FARADAY * self.material.c_s_max

        def slope(_: float, x: Array) -> Array:
            flow = np.zeros(self.nodes + 1)
            between = self.material.diffusivity(0.5 * (x[1:] + x[:-1]))
            flow[1:-1] = faces**power * between * np.diff(x) / reach
            flow[-1] = -(self.depth**power) * surface(float(x[-1])) / charge
            return np.diff(flow) / shares

        # its own first step can be longer than thin, fast poles bear
        first = _FIRST * min(1.0, self.depth**2 / float(self.material.diffusivity(self.start)))
        found = solve_ivp(
            slope, (0.0, float(times[-1])), np.full(self.nodes, self.start), t_eval=times,
            method="LSODA", lband=1, uband=1, rtol=_RTOL, atol=_ATOL, first_step=first,
        )  # fmt: skip
        if not found.success:
            raise SolverError(
                f"one-dimensional solution, {found.t[-1] if len(found.t) else 0:g} s: got "
                f"'{found.message}', expected to come to {times[-1]:g} s; report this case"
            )
        return found.y.T, found.y.T @ shares / shares.sum()

    def _grid(self) -> tuple[Array, Array, Array]:
        """Nodes, the faces between them [m], and what each node has of the volume."""
        r = self.depth * np.sin(0.5 * np.pi * np.linspace(0.0, 1.0, self.nodes))
        faces = 0.5 * (r[1:] + r[:-1])
        edges = np.concatenate([[0.0], faces, [self.depth]])
        return r, faces, np.diff(edges**self.dimension) / self.dimension
