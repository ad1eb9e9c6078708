"""The contract between a model and the integrator.

A model is the semi-discrete system

    M du/dt + f(u, V) = 0,        rate(u, V) = integral of the reaction over the electrode,

of which rate is the sum of all equations' f: what moves inside moves nothing out.

with one scalar control V, the electrode potential [V]: either V is imposed, or the rate is
and V is solved for with the field (`control`). A model knows no protocol and no time step;
the integrator knows no mesh and no kinetics.

All arrays are the part of this rank; `totals` and `largest` make global numbers of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, SupportsFloat

import numpy as np
from numpy.typing import NDArray

from ..errors import NanotrodeError

if TYPE_CHECKING:
    from mpi4py import MPI

    from .._fenics import PETSc

Array = NDArray[np.float64]


class StageFailure(ArithmeticError):
    """A stage did not converge; the step is to be cut."""


@dataclass(frozen=True)
class Evaluation:
    """The reaction of a model at one state.

    Attributes:
        rate: Global rate [1/s] at which the reaction empties the electrode.
        rate_slope: d rate / d V [1/(s V)].
        uniform_slope: d rate / d u [1/s] where u changes by the same amount everywhere.
        j: (points,) local current density [A m-2], positive in oxidation.
        flux: (points,) j in the units of the equations.
        potential_slope: (points,) d flux / d V.
        state_slope: (points,) d flux / d u, for the Jacobian.
    """

    rate: float
    rate_slope: float
    uniform_slope: float
    j: Array
    flux: Array
    potential_slope: Array
    state_slope: Array


class Jacobian(NamedTuple):
    """A matrix, and whether only its diagonal has changed since the last one was asked for."""

    matrix: PETSc.Mat
    diagonal_only: bool = False


class Model(Protocol):
    """What the integrator asks; see the module's text.

    Attributes:
        comm: The communicator that the state is spread over.
        symmetric: Whether the Jacobian is symmetric.
        lumped_mass: (owned,) row sums of M; they add up to 1 over all ranks.
        mass_diagonal: (owned,) diagonal of M, positive.
    """

    comm: MPI.Comm
    symmetric: bool
    lumped_mass: Array
    mass_diagonal: Array

    def evaluate(self, u: Array, potential: float) -> Evaluation:
        """The reaction and its slopes at a state."""

    def apply_mass(self, u: Array) -> Array:
        """M u."""

    def residual(self, shift: float, u: Array, at: Evaluation) -> Array:
        """(owned,) shift M u + f(u, V) [1/s], with the reaction there."""

    def jacobian(self, shift: float, u: Array, at: Evaluation) -> Jacobian:
        """Shift M + df/du; valid until the next call."""

    def potential_slope(self, at: Evaluation) -> Array:
        """(owned,) df/dV [1/(s V)]."""

    def uniform_response(self, shift: float, at: Evaluation) -> Array:
        """(owned,) the Jacobian times a change of one everywhere, which no diffusion opposes."""

    def rate_along(self, at: Evaluation, change: Array) -> float:
        """This rank's part of the rate's slope along a change (owned,) of the state [1/s]."""

    def admissible(self, old: Array, new: Array, *, reach: float = math.inf) -> Array:
        """`new` (changed in place), kept in the physical range where the step left it.

        No unknown of any rank has changed by more than `reach`.
        """

    def restrained(self, old: Array, new: Array) -> Array:
        """`new` (changed in place), an extrapolation, not so far that no iteration comes back."""

    def settled(self, u: Array, potential: float) -> Array:
        """A copy of `u` whose surface is where the potential drives no current."""

    def error_norm(self, error: Array, at: Evaluation) -> float:
        """A local error of the state as one number, in units of the tolerance's."""

    def equilibrium_potential(self, u: Array) -> float:
        """A potential [V] from which the search for a consistent one can start."""


def totals(comm: MPI.Comm, *local: SupportsFloat) -> tuple[float, ...]:
    """Sums over the ranks, in one exchange."""
    if comm.size == 1:
        return tuple(float(value) for value in local)
    return tuple(comm.allreduce(np.array(local, dtype=float)).tolist())


def total(comm: MPI.Comm, local: SupportsFloat) -> float:
    """Sum over the ranks."""
    return totals(comm, local)[0]


def largest(comm: MPI.Comm, local: float) -> float:
    """Maximum over the ranks."""
    if comm.size == 1:
        return local
    from mpi4py import MPI

    return comm.allreduce(local, op=MPI.MAX)


def on_root(comm: MPI.Comm, action: Callable[[], object]) -> None:
    """Do on rank 0 what is its business alone; where it fails, no rank is left waiting.

    Raises:
        NanotrodeError: On the other ranks, with what went wrong on rank 0, where it is raised as
            it came.
    """
    if comm.size == 1:
        action()
        return
    failure: Exception | None = None
    if comm.rank == 0:
        try:
            action()
        except Exception as error:
            failure = error
    said = comm.bcast(failure and f"{type(failure).__name__}: {failure}")
    if failure is not None:
        raise failure
    if said is not None:
        raise NanotrodeError(f"rank 0 failed: {said}")
