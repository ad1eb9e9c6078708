"""The salt in the pores: a binary electrolyte whose concentration the current moves.

Only anions say where salt is needed: they cross no surface, so that

    d(eps c)/dt = -div N,     N = -D grad c - (1 - t_plus) i_l / F,     N.n = 0 on all surfaces,
    i_l = -kappa grad (phi_l - psi),     psi = (2 R T / F) (1 - t_plus) chi ln(c / c_0),

with chi the thermodynamic factor and phi_l what a lithium electrode at the same place reads. In
weak form, with K_ij = int eps^1.5 grad v_i . grad v_j dx over the pores and M the lumped mass,

    M dc/dt + D K c = -(1 - t_plus) / F J,      J = int i_l . grad v dx = -kappa K (phi_l - psi).

Each step takes c by BDF2 (`scheme`), and goes to and fro between potentials and salt until both
fit. eps is what lithium has left open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...materials.constants import FARADAY
from ..model import StageFailure, largest, total
from .diffusion import Diffusion

if TYPE_CHECKING:
    from .model import PlatingModel

Array = NDArray[np.float64]

DEPLETED = 1e-3
"""Share of the concentration at rest below which the electrolyte counts as used up."""
BRUGGEMAN = 1.5


class SaltField:
    """The salt of one host; fields are over this rank's nodes [mol m-3].

    Args:
        model: The host.

    Attributes:
        rest: The concentration everywhere at rest.
    """

    def __init__(self, model: PlatingModel) -> None:
        self.law = model.anode.salt
        self.comm, self._model = model.comm, model
        self._diffusion = Diffusion(model.domain)
        self.rest = np.full(model.domain.owned, self.law.concentration)

    def surround(self, share: Array) -> None:
        """Take the share (local cells,) that is open to the electrolyte; 0 in the host."""
        self._diffusion.fill(share, share**BRUGGEMAN)

    def potential(self, salt: Array) -> Array:
        """(nodes,) psi [V]."""
        law = self.law
        scale = 2.0 / self._model.thermal * (1.0 - law.transference) * law.thermodynamic_factor
        return scale * np.log(np.maximum(salt / law.concentration, DEPLETED))

    def flow(self, ions: Array, salt: Array) -> Array:
        """(nodes,) J [A] of an ion potential (nodes,) [V], by which salt is moved."""
        driving = np.where(self._diffusion.mass > 0.0, ions - self.potential(salt), 0.0)
        return -self.law.conductivity * self._diffusion.stiffness(driving)

    def drive(self, salt: Array) -> Array:
        """(nodes,) what the salt adds to the equations of the ion potential [A]."""
        return -self.law.conductivity * self._diffusion.stiffness(self.potential(salt))

    def strength(self, salt: Array) -> Array:
        """(nodes,) c / c_0, as reactions see it: never nothing."""
        return np.maximum(salt / self.law.concentration, DEPLETED)

    def stepped(self, before: Array, flow: Array, size: float) -> Array:
        """The salt (nodes,) after a step of a length [s] with a mean flow (nodes,) [A].

        Raises:
            StageFailure: The equations were not solved.
        """
        return self._diffusion.stepped(
            before, self._source(flow), size=size, diffusivity=self.law.diffusivity
        )

    def check(self, salt: Array) -> None:
        """See that there is salt everywhere.

        Raises:
            StageFailure: The electrolyte is used up somewhere.
        """
        least = -largest(self.comm, float(-salt.min(initial=np.inf)))
        if least < DEPLETED * self.law.concentration:
            raise StageFailure("the electrolyte is used up at the surface: the limiting current")

    def fastest(self, flow: Array) -> float:
        """Rate at which a flow (nodes,) [A] changes the salt where it does so most [s-1]."""
        mass, moved = self._diffusion.mass, np.abs(self._source(flow))
        rate = np.divide(moved, mass, where=mass > 0.0, out=np.zeros_like(mass))
        return self.size(rate)

    def _source(self, flow: Array) -> Array:
        return -(1.0 - self.law.transference) / FARADAY * flow

    def amount(self, salt: Array) -> float:
        """All salt of the meshed part [mol]."""
        return total(self.comm, self._diffusion.mass @ salt)

    def size(self, gap: Array) -> float:
        """Of a difference of two fields (nodes,): the largest, over the concentration at rest."""
        return largest(self.comm, float(np.abs(gap).max(initial=0.0))) / self.law.concentration
