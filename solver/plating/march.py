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
from .kinetics import Current
from .model import PlatingModel, Surroundings
from .newton import Solution
from .reactions import Reactions
from .turns import Turns

Array = NDArray[np.float64]

MOST_TURNS = 40
"""Turns in which salt and lattice are to come to fit the potentials."""
SALT_SHARE = 0.5
"""Error of a step, over the salt's largest change in it, relative to that at rest."""
CONTENT_SHARE = 0.5
"""Error of a step, over the lattice's change in it, root mean square over the body."""
AT_REST, LATTICE_AT_REST = 1e-6, 1e-3
"""Current density that is not small where none is imposed [A m-2]; a lattice's potential is volts
away from zero, and so is rounding in its reaction."""
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
        inserted: (sites,) current density of insertion [A m-2].
        lattice_potential: (sites,) of the host's lattice, where it is resolved [V].
        salt: (own nodes,) concentration of the electrolyte [mol m-3], where it is resolved.
        content: (own nodes,) share of the lattice that is full, where it is resolved.
    """

    time: float
    thickness: Array
    u: Array
    potential: float
    plating: Array
    side: Array
    inserted: Array
    lattice_potential: Array
    drop: Array
    current: float
    surroundings: Surroundings = field(repr=False)
    salt: Array | None = field(default=None, repr=False)
    content: Array | None = field(default=None, repr=False)


class Step(NamedTuple):
    """A step that was taken.

    Attributes:
        end: The state at its end.
        size: [s].
        error: Of its thickness, in units of the tolerance.
        plated, side, inserted: (sites,) mean current densities over it [A m-2].
        passed: Charge that went through the collector, positive in oxidation [C].
    """

    end: State
    size: float
    error: float
    plated: Array
    side: Array
    inserted: Array
    passed: float


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
    around = model.surroundings(thickness, _content(model, near))
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
    trapezoid = model.lattice is None and not (start.plating > 0.0).any()
    trapezoid = trapezoid and bool((half < model.limit).all())
    share = 0.5 if trapezoid else 1.0  # of the step's end in its means
    instant = _Instant(
        time=start.time + size,
        around=model.surroundings(predicted, start.content),
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
    if model.lattice is not None and start.content is not None and end.content is not None:
        error = max(error, CONTENT_SHARE * model.lattice.change(end.content, start.content))
    return Step(end, size, error / tolerance, plated, side, end.inserted, size * current)


def _error(model: PlatingModel, error: Array, thickness: Array) -> float:
    """Root mean square over the surface, relative to the mean deposit (and a first layer)."""
    areas = model.sites.areas
    square, mean = areas @ error**2, areas @ thickness
    scale = mean / areas.sum() + model.anode.deposit.coverage_thickness
    return float(np.sqrt(square / areas.sum()) / scale)


def _content(model: PlatingModel, near: State | None) -> Array | None:
    """The lattice's content (own nodes,) where the run stands, if it is resolved."""
    if model.lattice is None:
        return None
    return model.lattice.initial if near is None else near.content


def _solved(model: PlatingModel, control: Control, instant: _Instant) -> State:
    """The state at an instant; potentials, salt and lattice by turns until they fit.

    Raises:
        StageFailure: They do not.
    """
    model.surround(instant.around)
    turns = Turns(model, instant.near, instant.size)
    guess: tuple[Array, float] | None = None
    for _ in range(MOST_TURNS):
        found, reactions = _potentials(model, control, instant, turns, guess)
        if turns.move(found, reactions):
            return _state(model, instant, found, reactions, turns)
        guess = found.u, found.potential
    raise StageFailure("salt, lattice and potentials do not come to fit")


def _potentials(
    model: PlatingModel,
    control: Control,
    instant: _Instant,
    turns: Turns,
    guess: tuple[Array, float] | None,
) -> tuple[Solution, Reactions]:
    """The potentials at an instant, with salt and lattice as they are known by now."""
    salt = turns.salt
    model.drive_by(np.empty(0) if salt is None else salt)
    plating = model.plating(instant.around, instant.start, instant.weight, salt=salt)
    reactions = Reactions(plating, model.side(), turns.insertion(plating.activity))
    current = control.rate if isinstance(control, ImposedRate) else None
    near = instant.near
    if guess is None:
        guess = (near.u, near.potential) if near else _uniform(model, reactions, current)
    if isinstance(control, ImposedPotential):
        guess = (guess[0], control.potential(instant.time))
    least = AT_REST if model.lattice is None else LATTICE_AT_REST
    scale = max(abs(current or 0.0), least * model.sites.areas.sum())
    return model.newton.solve(reactions, guess=guess, current=current, scale=scale), reactions


def _state(
    model: PlatingModel, instant: _Instant, found: Solution, reactions: Reactions, turns: Turns
) -> State:
    parts = reactions.parts(found.at.drop)
    thickness = instant.start
    if instant.size > 0.0:
        thickness = model.everywhere(reactions.plating.thickness(parts.plating))
    return State(
        time=instant.time,
        thickness=thickness,
        u=found.u,
        potential=found.potential,
        plating=model.everywhere(parts.plating),
        side=model.everywhere(parts.side),
        inserted=model.everywhere(parts.inserted),
        lattice_potential=model.everywhere(parts.lattice_potential),
        drop=model.everywhere(found.at.drop),
        current=found.at.current,
        surroundings=instant.around,
        salt=turns.salt,
        content=turns.content,
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
