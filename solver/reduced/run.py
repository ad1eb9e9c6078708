"""Families of runs on one mesh: a few in full, the others by what those taught.

    results = run_family([Simulation(mesh, ..., settings=SolverSettings(reduced=True)), ...])

The runs share the mesh and the kind of protocol; they may differ in potentials, currents, limits,
kinetics, diffusivity, salt, temperature and the initial stoichiometry. Each reduced run comes with
an estimate of its error; where that exceeds `SolverSettings.reduced_tolerance`, the run is made in
full.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from ..._arguments import check_is, listed
from ...errors import InputError
from ..result import Result
from ..simulation import Simulation
from .family import Guess, ReducedFamily
from .parameters import box_of, numbers_of, spread
from .training import SharedDomain

log = logging.getLogger(__name__)

FIRST_RUNS = (3, 8)
"""Fewest and most full runs before the first model is made."""
WORTH_WHILE = 10
"""Runs below which a family is run in full: learning would cost as much."""
CHECKS = 2
"""Reduced runs that are repeated in full to compare the estimate with the truth."""
TOO_MANY = 0.05
"""Share of the runs whose estimate may be too large without the models being made sharper."""
MOST_SHARE = 0.3
"""Share of the runs that are made in full to better the model; the others fall back without."""


def run_family(runs: Iterable[Simulation]) -> list[Result]:
    """Run simulations that share a mesh, as many as can be by a reduced model of the others.

    Those without `settings.reduced` are run in full, and so are all on several ranks, or where
    there are too few to learn from. `summary["reduced"]` of each result says what was done.

    Raises:
        InputError: The meshes differ, or the protocols have other kinds of steps.
        SolverError: A full run failed.
    """
    runs = listed(runs, "run_family", "a list of Simulations")
    check_family(runs)
    wanted = [k for k, run in enumerate(runs) if run.settings.reduced]
    why = _not_reducible([runs[k] for k in wanted])
    if why is not None:
        log.info("run in full: %s", why)
        return _in_full(runs, why)
    family, results, guesses = train([runs[k] for k in wanted])
    found = {wanted[k]: result for k, result in results.items()}
    for k, guess in guesses.items():
        run = runs[wanted[k]]
        if guess.result is not None and guess.estimate <= run.settings.reduced_tolerance:
            found[wanted[k]] = guess.result
        else:
            why = guess.lost or f"the estimated error is {100.0 * guess.estimate:.2g} %"
            found[wanted[k]] = _noted(family.learn(run), why)
    for k, run in enumerate(runs):
        if k not in found:
            found[k] = _noted(family.learn(run), "solver.reduced is false")
    return [found[k] for k in range(len(runs))]


def train(runs: Sequence[Simulation]) -> tuple[ReducedFamily, dict[int, Result], dict[int, Guess]]:
    """A family's model, learned from as few of its runs as reach their tolerance.

    First runs far apart in their parameters; then, to compare estimate and truth, the worst and
    a typical one of the others; then the worst ones again as long as they exceed the tolerance.
    Models are made sharper before more runs are made.

    Returns:
        The model, the results of the runs learned from, and guesses of all others.
    """
    numbers = numbers_of(runs)
    places = box_of(numbers).place(numbers)
    varying = int((np.ptp(numbers, axis=0) > 0.0).sum())
    first = int(np.clip(2**varying, *FIRST_RUNS))
    family = ReducedFamily(runs[0])
    results = {k: _noted(family.learn(runs[k]), "to learn from") for k in spread(places, first)}
    most = max(len(results) + CHECKS, int(MOST_SHARE * len(runs)))
    while True:
        rest = [k for k in range(len(runs)) if k not in results]
        guesses = dict(zip(rest, family.solve([runs[k] for k in rest]), strict=True))
        excess = {k: guesses[k].estimate / runs[k].settings.reduced_tolerance for k in rest}
        over = sum(one > 1.0 for one in excess.values())
        if over > TOO_MANY * len(rest) and family.sharpen():
            continue
        checked = len(family.ratios) >= CHECKS
        if len(results) >= min(most, len(runs)) or (checked and not over):
            return family, results, guesses
        ranked = sorted(rest, key=excess.__getitem__)
        chosen = ranked[len(ranked) // 2] if len(family.ratios) == 1 else ranked[-1]
        results[chosen] = _noted(family.check(runs[chosen], guesses[chosen]), "to learn from")


def check_family(runs: Sequence[Simulation]) -> None:
    """See that runs share their mesh.

    Raises:
        InputError: They do not, or there are none.
    """
    if not runs:
        raise InputError("run_family: got no simulations, expected at least one")
    for run in runs:
        check_is(run, Simulation, "run_family", "a list of Simulations")
    first = runs[0]
    same = first.comm.bcast(
        all(run.mesh is first.mesh or _digest(run) == _digest(first) for run in runs)
        if first.comm.rank == 0
        else None
    )
    if not same:
        raise InputError(
            "run_family: got simulations of different meshes, expected one mesh for all; "
            "run each mesh's as a family of its own"
        )


def _digest(run: Simulation) -> tuple | None:
    mesh = run.mesh
    return None if mesh is None else (mesh.digest(), mesh.footprint, mesh.multiplicity)


def _not_reducible(runs: Sequence[Simulation]) -> str | None:
    """Why a family is to be run in full."""
    if len(runs) < WORTH_WHILE:
        return f"{len(runs)} runs are too few to learn from"
    if runs[0].comm.size > 1:
        return "a reduced model needs one rank"
    if len({run.material.diffusivity.is_constant for run in runs}) > 1:
        return "some diffusivities vary with the stoichiometry and some do not"
    return None


def _in_full(runs: Sequence[Simulation], why: str) -> list[Result]:
    domain = SharedDomain(runs[0].electrode(), runs[0].comm)
    return [_noted(run.run(domain=domain), why) for run in runs]


def _noted(result: Result, why: str) -> Result:
    """The result with a note on why it was run in full."""
    return replace(
        result, summary=result.summary | {"reduced": {"solved": "in full", "because": why}}
    )
