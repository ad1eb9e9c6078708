"""Runs many reduced runs at once: each round, one time step of each that is still under way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .ledger import Taken
from .model import Family, Rates, ReducedModel
from .newton import Imposed
from .stages import States, Steps, attempt_steps, kinds_of, middle_times
from .walk import Walk

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

MAX_POTENTIAL_SEARCH = 100
CLOSE = 1e-12
"""Change of the potential [V] below which a consistent one is found."""


class March:
    """Walks of one family, from start to end.

    Args:
        family: The runs' equations.
        walks: The runs, in the same order.
        tolerance: Algebraic error left in a stage.
    """

    def __init__(self, family: Family, walks: list[Walk], *, tolerance: float) -> None:
        self._family, self._walks, self._tolerance = family, walks, tolerance
        m, r = len(walks), family.model.rank
        a, nothing = np.zeros((m, r)), np.full(m, np.nan)
        a[:, 0] = [walk.run.initial_stoichiometry for walk in walks]
        self._states = States(
            time=np.zeros(m),
            a=a,
            potential=np.array([walk.potential for walk in walks]),
            rate=np.zeros(m),
            f=np.full((m, r), np.nan),
            middle_time=nothing,
            middle=np.full((m, r + 1), np.nan),
            before_time=nothing.copy(),
            before=np.full((m, r + 1), np.nan),
        )

    def run(self) -> None:
        """March until every walk is finished."""
        everyone = np.arange(len(self._walks))
        # a run whose iteration runs away is told by its numbers, and takes a shorter step
        with np.errstate(all="ignore"):
            self._enter(everyone)
            self._leave(everyone)
            while len(live := self._under_way()):
                self._round(live)
                self._leave(live)

    def _under_way(self) -> Rows:
        return np.array([k for k, walk in enumerate(self._walks) if not walk.finished], dtype=int)

    def _round(self, live: Rows) -> None:
        """Try one step of each run, and take those that are good."""
        walks = [self._walks[k] for k in live]
        start = self._states.take(live)
        sizes = np.array([walk.next_size() for walk in walks])
        kinds = kinds_of(start, np.array([w.settles(h) for w, h in zip(walks, sizes, strict=True)]))
        middle, end = middle_times(start, sizes, kinds), start.time + sizes
        rates = np.array([walk.rate_imposed for walk in walks])
        imposed = tuple(Imposed(self._potentials(walks, times), rates) for times in (middle, end))
        steps = attempt_steps(
            self._family, live, start, sizes, kinds, (imposed[0], imposed[1]),
            tolerance=self._tolerance,
        )  # fmt: skip
        good = []
        for k, (walk, taken) in enumerate(zip(walks, self._views(steps, sizes), strict=True)):
            if walk.judge(taken):
                for time in walk.ledger.due(start.time[k], taken.time):
                    walk.ledger.output(walk.leg.index, time, *_between(time, start, steps.end, k))
                walk.take(taken, steps.end.a[k])
                good.append(k)
        if good:
            self._states.put(live[good], steps.end.take(np.array(good)))

    def _potentials(self, walks: list[Walk], times: Array) -> Array:
        pairs = zip(walks, times.tolist(), strict=True)
        return np.array([walk.potential_imposed(time) for walk, time in pairs])

    def _leave(self, live: Rows) -> None:
        """Let the walks go on that have ended a leg, however short the next ones are."""
        while len(left := [k for k in live if self._walks[k].left]):
            for k in left:
                self._walks[k].leave(self._states.a[k])
            entering = [k for k in left if not self._walks[k].finished]
            if entering:
                self._enter(np.array(entering))

    def _enter(self, rows: Rows) -> None:
        """Switch a leg on: the coefficients stay, the potential or the current jumps."""
        walks, states = [self._walks[k] for k in rows], self._states.take(rows)
        imposed = Imposed(
            self._potentials(walks, states.time), np.array([walk.rate_imposed for walk in walks])
        )
        potential, at, lost = self._consistent(rows, states.a, imposed)
        unknown = np.full(len(rows), np.nan)
        points = np.full((len(rows), states.a.shape[1] + 1), np.nan)
        end = States(
            states.time, states.a, potential, at.forcing[:, 0], points[:, :-1],
            unknown, points, unknown, points,
        )  # fmt: skip
        self._states.put(rows, end)
        nothing = np.zeros(len(rows))
        slopes = np.stack([at.state_slope[:, 0], at.potential_slope[:, 0]], axis=1).tolist()
        steps = Steps(end, at.j, nothing, nothing, lost)
        for k, (walk, taken) in enumerate(zip(walks, self._views(steps, nothing), strict=True)):
            relaxation, conductance = slopes[k]
            walk.enter(taken, end.a[k], relaxation=relaxation, conductance=conductance)

    def _consistent(
        self, rows: Rows, a: Array, imposed: Imposed
    ) -> tuple[Array, Rates, NDArray[np.bool_]]:
        """The potentials that carry the imposed rates: Newton's method inside a bracket."""
        family, at_rate = self._family, ~np.isnan(imposed.rate)
        potential = np.where(at_rate, family.surface_ocp(rows, a), imposed.potential)
        low, high = np.full(len(rows), -np.inf), np.full(len(rows), np.inf)
        searching = at_rate.copy()
        for _ in range(MAX_POTENTIAL_SEARCH):
            at = family.rates(rows, a, potential)
            if not searching.any():
                break
            excess = np.where(searching, at.forcing[:, 0] - imposed.rate, 0.0)
            high = np.where(searching & (excess > 0.0), potential, high)
            low = np.where(searching & (excess <= 0.0), potential, low)
            move = -excess / np.maximum(at.potential_slope[:, 0], 1e-300)
            following = potential + np.clip(move, -0.5, 0.5)
            outside = (following <= low) | (following >= high)
            following = np.where(outside, 0.5 * (low + high), following)
            searching &= (np.abs(move) > CLOSE) & np.isfinite(following)
            potential = np.where(searching, following, potential)
        return potential, at, searching

    def _views(self, steps: Steps, sizes: Array) -> list[Taken]:
        """The steps one by one, as plain numbers."""
        end, model = steps.end, self._family.model
        columns = (
            sizes, end.time, end.potential, end.rate, end.a[:, 0], end.a @ model.surface_mean,
            steps.j.min(axis=1), steps.j.max(axis=1), steps.error, steps.passed, steps.failed,
        )  # fmt: skip
        return [Taken(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _between(time: float, start: States, end: States, k: int) -> tuple[float, Array]:
    """(V, coefficients) inside a step, by the parabola through its three states."""
    t0, t1, t2 = start.time[k], end.middle_time[k], end.time[k]
    point = (
        (time - t1) * (time - t2) / ((t0 - t1) * (t0 - t2)) * end.before[k]
        + (time - t0) * (time - t2) / ((t1 - t0) * (t1 - t2)) * end.middle[k]
        + (time - t0) * (time - t1) / ((t2 - t0) * (t2 - t1))
        * np.append(end.a[k], end.potential[k])
    )  # fmt: skip
    return float(point[-1]), point[:-1]


def march(model: ReducedModel, walks: list[Walk], *, tolerance: float) -> Family:
    """Walk all runs to their end by a reduced model; they must agree in their tolerance."""
    family = Family(model, [walk.run for walk in walks])
    March(family, walks, tolerance=tolerance).run()
    return family
