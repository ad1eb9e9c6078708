"""The paper's figures 6 to 10 anew, and the figures of the counterpart."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ....postprocess import electrodes as drawn
from ....postprocess import prescribed
from ....postprocess.prescribed import PrintedCurrent
from . import algebra, electrodes
from .agreement import radial
from .cases import EARLY, RATE
from .counterpart import Counterpart
from .electrodes import ELECTRODES, Electrode

_X = np.linspace(0.0, 1.0, 201)
_PROFILE_TIMES = (0.1, 0.2, 0.5, 1.0)
_PRINTED = (
    (("least, table 3", 4.0001), ("largest, table 3", 4.00025)),
    (("least, table 3", 4.0016), ("largest, table 3", 4.0018), ("largest, text", 4.0009)),
)
"""Of the two tests: what is printed [A m-2], in the order of `algebra.currents`."""


def draw_algebra(out: Path) -> list[Path]:
    """Figures 6 to 10."""
    t = np.geomspace(algebra.FIRST_TIME, 1.0, 201)
    times = np.array(_PROFILE_TIMES)
    profiles = algebra.concentration(_X, times[:, None])
    gains = [(f"n {n}, η {eta:g} V", algebra.bracket(n, eta)) for n, eta in algebra.TESTS]
    field = algebra.concentration(_X, t[:, None])
    return [
        prescribed.plot_field(
            out / "figure-6.png", x=_X, t=t, c=field,
            title="Figure 6 anew: the prescribed concentration",
        ),
        prescribed.plot_profiles(
            out / "figure-7.png", x=_X, times=_PROFILE_TIMES, profiles=profiles,
            title="Figure 7 anew: the same at fixed times",
        ),
        prescribed.plot_bracket(
            out / "figure-8.png", x=_X, times=_PROFILE_TIMES, profiles=gains[0][1] * profiles,
            gains=gains, title="Figure 8 anew: Butler-Volmer's bracket applied to it",
        ),
        *(_draw_current(out / f"figure-{9 + test}.png", test) for test in range(len(gains))),
    ]  # fmt: skip


def _draw_current(path: Path, test: int) -> Path:
    """Figure 9 or 10: the current of one of the two tests."""
    n, eta = algebra.TESTS[test]
    gain = algebra.bracket(n, eta)
    t = np.geomspace(algebra.FIRST_TIME, 1.0, 201)
    early = algebra.DIFFUSIVITY * np.abs(algebra.rate(t))
    computed = list(algebra.currents()[test])
    computed += [(algebra.least_current() + algebra.RIPPLE) * algebra.bracket(200, 20)]
    printed = [
        PrintedCurrent(name, value, found)
        for (name, value), found in zip(_PRINTED[test], computed, strict=False)
    ]
    return prescribed.plot_current(
        path, t=t, low=gain * early, high=gain * (early + algebra.slope(1.0)), printed=printed,
        title=f"Figure {9 + test} anew: current for n = {n}, η = {eta:g} V",
    )  # fmt: skip


def draw_counterpart(out: Path, found: Counterpart) -> list[Path]:
    """Charging at a potential held, and at constant current."""
    of = found.chemistry
    return [
        drawn.plot_charging(
            out / f"charging-current-{of.name}.png", [_charging(found, e) for e in ELECTRODES],
            title=f"The same {of.name}, its potential raised to {of.held:g} V",
        ),
        drawn.plot_driving(
            out / f"constant-current-{of.name}.png", [_driving(found, e) for e in ELECTRODES],
            title=f"The same {of.name}, charged at {RATE}",
        ),
    ]  # fmt: skip


def _charging(found: Counterpart, electrode: Electrode) -> drawn.Charging:
    run = found.held(electrode)
    until = run.time[np.argmax(run.charged >= 0.995) - 1]
    times = np.geomspace(EARLY, until, 60)
    course = radial(run.case).hold(found.chemistry.held, times)
    shown = run.time >= 0.5 * EARLY
    diffusivity = float(run.case.material.diffusivity(0.5))
    return drawn.Charging(
        name=electrode.name,
        time=run.time[shown],
        current=run.current[shown] / 10,
        charged=run.charged[shown],
        group=run.time[shown] * diffusivity / electrode.depth**2,
        expected=course.j * electrode.side_area / electrodes.FOOTPRINT / 10,
        expected_time=times,
    )


def _driving(found: Counterpart, electrode: Electrode) -> drawn.Driving:
    run = found.driven(electrode)
    return drawn.Driving(
        name=electrode.name,
        charged=run.charged,
        potential=run.potential,
        local=1e3 * run.surface().mean,
    )
