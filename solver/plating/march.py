"""Steps in time of a plating host, each with its error.

    dh/dt = -i V_Li / F

is taken by the trapezoidal rule while lithium plates everywhere (by BDF2 beside a lattice, which is
stepped so), and by backward Euler where it dissolves somewhere in the step, since a deposit that is
used up in mid-step has no second order. Coverage, film and closed pores are those of the thickness
that the rates at the step's start predict; its distance from what comes out is the deposit's error.
Salt and lattice are taken by BDF2, and tell their own error (`scheme`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from ..control import Control, ImposedPotential, ImposedRate
from ..model import StageFailure, total
from .insertion import ORDER
from .kinetics import Current
from .model import PlatingModel, Surroundings
from .newton import Solution
from .reactions import Reactions
from .scheme import Past, Weights, bdf2
from .state import State, Step
from .turns import Turns

Array = NDArray[np.float64]

MOST_TURNS = 40
"""Turns in which salt and lattice are to come to fit the potentials."""
FIELD_SHARE = 0.02
"""Error of salt and lattice allowed in a step, over the deposit's: theirs add up over a run."""
AT_REST, LATTICE_AT_REST = 1e-6, 1e-3
"""Current density that is not small where none is imposed [A m-2]; a lattice's potential is volts
away from zero, and so is rounding in its reaction."""
LARGEST_POTENTIAL = 20.0
"""Magnitude of V beyond which no start is looked for [V]."""


@dataclass(frozen=True)
class _Instant:
    """The equations of one instant, before they are solved.

    Attributes:
        time: [s].
        around: What the deposit makes of the host.
        start: (sites,) thickness that the plating law starts from [m].
        weight: k of the plating law [m3 A-1].
        salt, content: The step that both take; of no length where nothing moves.
        near: Where the run stood, if it has begun.
    """

    time: float
    around: Surroundings
    start: Array
    weight: float
    salt: Weights
    content: Weights
    near: State | None


def consistent_state(
    model: PlatingModel, control: Control, *, time: float, thickness: Array, near: State | None
) -> State:
    """The potentials that belong to a deposit (sites,) [m] and a control, nothing moving yet.

    Raises:
        StageFailure: Nothing can carry the current.
    """
    around = model.surroundings(thickness, _content(model, near))
    now = Weights(0.0)
    return _solved(model, control, _Instant(time, around, thickness, 0.0, now, now, near))


def attempt_step(
    model: PlatingModel, control: Control, start: State, *, size: float, tolerance: float
) -> Step:
    """One step of a length [s], from a state that belongs to the control (`consistent_state`).

    Raises:
        StageFailure: No solution was found.
    """
    predicted = start.thickness - size * model.volume_per_charge * start.plating
    predicted = np.clip(predicted, 0.0, model.limit)
    share, held = _held(model, start, size)
    per_current = size * model.volume_per_charge
    instant = _Instant(
        time=start.time + size,
        around=model.surroundings(predicted, start.content),
        start=start.thickness - (1.0 - share) * per_current * held.plating,
        weight=share * per_current,
        salt=bdf2(size, start.past),
        content=Weights(size, share),
        near=start,
    )
    end = _solved(model, control, instant)
    means = _means(share, held, end, size)
    thickness = np.clip(start.thickness - per_current * means.plating, 0.0, model.limit)
    error = _error(model, 0.5 * (thickness - predicted), thickness)
    past, of_fields = _moved(model, instant, end, means)
    # of third order in the size: its power shrinks as the deposit's error does
    error = max(error / tolerance, (of_fields / (FIELD_SHARE * tolerance)) ** (2.0 / 3.0))
    end = replace(end, thickness=thickness, past=past)
    return Step(end, size, error, means.plating, means.side, means.inserted, size * means.current)


def _held(model: PlatingModel, start: State, size: float) -> tuple[float, State | Past]:
    """The share of a step's end in the step's means, and what the rest of them is taken from."""
    held: State | Past = start
    share = 0.5
    if model.lattice is not None:
        held, share = start.past or start, bdf2(size, start.past).share
    moved = (1.0 - share) * size * model.volume_per_charge * held.plating
    middle = start.thickness - moved
    if (start.plating > 0.0).any() or (middle < 0.0).any() or (middle >= model.limit).any():
        return 1.0, held
    return share, held


def _means(share: float, held: State | Past, end: State, size: float) -> Past:
    """What a step does, all of it weighed alike, so that what passes is what is found."""
    return Past(
        size=size,
        plating=(1.0 - share) * held.plating + share * end.plating,
        side=(1.0 - share) * held.side + share * end.side,
        inserted=(1.0 - share) * held.inserted + share * end.inserted,
        current=(1.0 - share) * held.current + share * end.current,
    )


def _moved(model: PlatingModel, instant: _Instant, end: State, means: Past) -> tuple[Past, float]:
    """What a step did, salt and content with it, and the larger of their errors."""
    salt = content = None
    start, error = instant.near, 0.0
    assert start is not None
    if model.salt is not None and start.salt is not None and end.salt is not None:
        old = start.past.salt if start.past else None
        salt = instant.salt.rates(start.salt, end.salt, old)
        error = model.salt.size(instant.salt.error(salt, old))
    if model.lattice is not None and start.content is not None and end.content is not None:
        old = start.past.content if start.past else None
        content = instant.content.rates(start.content, end.content, old)
        error = max(error, model.lattice.size(instant.content.error(content, old)))
    return replace(means, salt=salt, content=content), error


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
    turns = Turns(model, instant.near, salt=instant.salt, content=instant.content)
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
    inserted = turns.insertion(model.activity(instant.around, salt, order=ORDER))
    reactions = Reactions(plating, model.side(instant.around, salt), inserted)
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
    if instant.content.size > 0.0:
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
