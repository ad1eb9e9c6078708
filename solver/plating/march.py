"""Steps in time of a plating host, each with its error.

    dh/dt = -i V_Li / F

is taken by the trapezoidal rule while lithium plates everywhere, and by backward Euler in a step
in which it dissolves somewhere, since a deposit that is used up in mid-step has no trapezoid.
Coverage, film and closed pores are those of the thickness predicted by the rates at the step's
start; its distance from what comes out is the error of the step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from ..control import Control, ImposedPotential, ImposedRate
from ..model import StageFailure, total
from .kinetics import Current, Plating, Side
from .model import PlatingModel, Surroundings
from .newton import Solution

Array = NDArray[np.float64]

SALT_SETTLED, SALT_ROUNDS = 1e-6, 40
"""Change of the salt, over that at rest, at which it fits the potentials; rounds to get there."""
SALT_SHARE = 0.5
"""Error of a step, over the salt's largest change in it, relative to that at rest."""
LARGEST_POTENTIAL = 20.0
"""Magnitude of V beyond which no start is looked for [V]."""


@dataclass(frozen=True)
class State:
    """A host at one instant.

    Attributes:
        time: [s].
        thickness: (sites,) of the deposit [m].
        u: (own unknowns,) potentials [V].
        potential: V [V].
        plating: (sites,) current density of plating, positive in oxidation [A m-2].
        side: (sites,) of the side reaction [A m-2].
        drop: (sites,) phi_s - phi_l [V].
        current: Sum of all reactions in the meshed part [A].
        surroundings: What the thickness makes of the host.
        salt: (own nodes,) concentration of the electrolyte [mol m-3], where it is resolved.
    """

    time: float
    thickness: Array
    u: Array
    potential: float
    plating: Array
    side: Array
    drop: Array
    current: float
    surroundings: Surroundings = field(repr=False)
    salt: Array | None = field(default=None, repr=False)


class Step(NamedTuple):
    """A step that was taken.

    Attributes:
        end: The state at its end.
        size: [s].
        error: Of its thickness, in units of the tolerance.
        plated, side: (sites,) mean current densities over it [A m-2].
        passed: Charge that went through the collector, positive in oxidation [C].
    """

    end: State
    size: float
    error: float
    plated: Array
    side: Array
    passed: float


class _Law:
    """Plating and side reaction of this rank's sites, added up for the system."""

    def __init__(self, plating: Plating, side: Side | None) -> None:
        self.plating, self.side = plating, side

    def __call__(self, drop: Array) -> Current:
        found = self.plating.current(drop)
        if self.side is None:
            return found
        more = self._side(drop)
        return Current(found.density + more.density, found.slope + more.slope)

    def parts(self, drop: Array) -> tuple[Array, Array]:
        """Current density of plating, and of the side reaction [A m-2]."""
        plating = self.plating.current(drop).density
        return plating, np.zeros_like(plating) if self.side is None else self._side(drop).density

    def _side(self, drop: Array) -> Current:
        assert self.side is not None
        found = self.side.current(drop)
        return Current(found.density * self.plating.activity, found.slope * self.plating.activity)


@dataclass(frozen=True)
class _Instant:
    """The equations of one instant, before they are solved.

    Attributes:
        time: [s].
        around: What the deposit makes of the host.
        start: (sites,) thickness that the plating law starts from [m].
        weight: k of the plating law [m3 A-1].
        size: Time since the last instant [s]; 0 where nothing moves.
        near: Where the run stood, if it has begun.
    """

    time: float
    around: Surroundings
    start: Array
    weight: float
    size: float
    near: State | None


def consistent_state(
    model: PlatingModel, control: Control, *, time: float, thickness: Array, near: State | None
) -> State:
    """The potentials that belong to a deposit (sites,) [m] and a control, nothing moving yet.

    Raises:
        StageFailure: Nothing can carry the current.
    """
    around = model.surroundings(thickness)
    return _solved(model, control, _Instant(time, around, thickness, 0.0, 0.0, near))


def attempt_step(
    model: PlatingModel, control: Control, start: State, *, size: float, tolerance: float
) -> Step:
    """One step of a length [s], from a state that belongs to the control (`consistent_state`).

    Raises:
        StageFailure: No solution was found.
    """
    moving = -model.volume_per_charge * start.plating
    predicted = np.clip(start.thickness + size * moving, 0.0, model.limit)
    half = start.thickness + 0.5 * size * moving
    trapezoid = not (start.plating > 0.0).any() and bool((half < model.limit).all())
    share = 0.5 if trapezoid else 1.0  # of the step's end in its means
    instant = _Instant(
        time=start.time + size,
        around=model.surroundings(predicted),
        start=half if trapezoid else start.thickness,
        weight=share * size * model.volume_per_charge,
        size=size,
        near=start,
    )
    end = _solved(model, control, instant)
    plated = (1.0 - share) * start.plating + share * end.plating
    side = (1.0 - share) * start.side + share * end.side
    current = (1.0 - share) * start.current + share * end.current
    thickness = np.clip(start.thickness - size * model.volume_per_charge * plated, 0.0, model.limit)
    end = replace(end, thickness=thickness)
    error = _error(model, 0.5 * (thickness - predicted), thickness)
    if model.salt is not None and start.salt is not None and end.salt is not None:
        error = max(error, SALT_SHARE * model.salt.change(end.salt, start.salt))
    return Step(end, size, error / tolerance, plated, side, size * current)


def _error(model: PlatingModel, error: Array, thickness: Array) -> float:
    """Root mean square over the surface, relative to the mean deposit (and a first layer)."""
    areas = model.sites.areas
    square, mean = areas @ error**2, areas @ thickness
    scale = mean / areas.sum() + model.anode.deposit.coverage_thickness
    return float(np.sqrt(square / areas.sum()) / scale)


def _solved(model: PlatingModel, control: Control, instant: _Instant) -> State:
    """The state at an instant; potentials and salt by turns until they fit.

    Raises:
        StageFailure: They do not.
    """
    model.surround(instant.around)
    salt = _salt_before(model, instant)
    guess: tuple[Array, float] | None = None
    for _ in range(SALT_ROUNDS):
        found, law = _potentials(model, control, instant, salt, guess)
        if model.salt is None or instant.size == 0.0:
            return _state(model, instant, found, law, salt)
        flow = model.salt_flow(found.u, salt)
        moved = model.salt.stepped(_salt_before(model, instant), flow, instant.size)
        change = model.salt.change(moved, salt)
        salt, guess = moved, (found.u, found.potential)
        if change < SALT_SETTLED:
            return _state(model, instant, found, law, salt)
    raise StageFailure("salt and potentials do not come to fit")


def _salt_before(model: PlatingModel, instant: _Instant) -> Array:
    """The salt (own nodes,) where the run stood; nothing where it is not resolved."""
    if model.salt is None:
        return np.empty(0)
    if instant.near is None or instant.near.salt is None:
        return model.salt.rest
    return instant.near.salt


def _potentials(
    model: PlatingModel,
    control: Control,
    instant: _Instant,
    salt: Array,
    guess: tuple[Array, float] | None,
) -> tuple[Solution, _Law]:
    """The potentials at an instant, with the salt (own nodes,) as it is said to be."""
    model.drive_by(salt)
    plating = model.plating(instant.around, instant.start, instant.weight, salt=salt)
    law = _Law(plating, model.side())
    current = control.rate if isinstance(control, ImposedRate) else None
    near = instant.near
    if guess is None:
        guess = (near.u, near.potential) if near else _uniform(model, law, current)
    if isinstance(control, ImposedPotential):
        guess = (guess[0], control.potential(instant.time))
    scale = max(abs(current or 0.0), 1e-6 * model.sites.areas.sum())
    return model.newton.solve(law, guess=guess, current=current, scale=scale), law


def _state(
    model: PlatingModel, instant: _Instant, found: Solution, law: _Law, salt: Array
) -> State:
    plating, side = law.parts(found.at.drop)
    thickness = instant.start
    if instant.size > 0.0:
        thickness = model.everywhere(law.plating.thickness(plating))
    return State(
        time=instant.time,
        thickness=thickness,
        u=found.u,
        potential=found.potential,
        plating=model.everywhere(plating),
        side=model.everywhere(side),
        drop=model.everywhere(found.at.drop),
        current=found.at.current,
        surroundings=instant.around,
        salt=None if model.salt is None else salt,
    )


def _uniform(
    model: PlatingModel, law: Callable[[Array], Current], current: float | None
) -> tuple[Array, float]:
    """Potentials of a host that conducts without loss, from which Newton's method can start."""
    system = model.system

    def excess(potential: float) -> float:
        density = law(np.full(len(system.own), potential)).density
        return total(system.comm, system.areas @ density) - (current or 0.0)

    low, high = -0.05, 0.05
    while excess(low) > 0.0 and low > -LARGEST_POTENTIAL:
        low *= 2.0
    while excess(high) < 0.0 and high < LARGEST_POTENTIAL:
        high *= 2.0
    if excess(low) > 0.0 or excess(high) < 0.0:
        raise StageFailure("nothing can carry the imposed current")
    potential = float(brentq(excess, low, high, xtol=1e-9))
    u = np.zeros(model.potentials.size)
    u[model.potentials.n_ions :] = potential
    return u, potential
