"""The picture of studies.py: wires of all radii and materials on one curve."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from studies_tables import Case, curve_point

from nanotrode.postprocess.palette import BLUE, INK, ORANGE
from nanotrode.postprocess.plots import STYLE

_STROKES = {"NMC811": BLUE, "LiFePO4": ORANGE}
_MARKS = "os"
_STEADY = 3.0
"""C-rate R2/D up to which the profile is steady long before a wire is full."""


def draw_curve(path: Path, cases: Sequence[Case]) -> None:
    """Utilisation over C-rate times R2/D, beside a long wire's steady profile, 1 - g/8."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 4.0), dpi=150, layout="constrained")
        axes = figure.subplots()
        steady = np.geomspace(0.2, _STEADY, 50)
        axes.semilogx(steady, 1 - steady / 8, color=INK, lw=1, label="long wire, steady: 1 − g/8")
        kinds = dict.fromkeys((_name(case), case.inputs["geometry.radius"]) for case in cases)
        for place, (name, radius) in enumerate(kinds):
            mine = [c for c in cases if (_name(c), c.inputs["geometry.radius"]) == (name, radius)]
            points = np.array([curve_point(case) for case in mine])
            mark = _MARKS[place % len(_MARKS)]
            axes.plot(
                *points.T, mark, color=_STROKES[name], mfc="none", ms=6 + 3 * (place % 2),
                label=f"{name}, radius {radius.replace('um', 'µm')}",
            )  # fmt: skip
        axes.set_xlabel("g = C-rate · R²/D")
        axes.set_ylabel("utilisation")
        axes.set_ylim(0, 1)
        axes.legend(loc="lower left")
        figure.savefig(path)


def _name(case: Case) -> str:
    return str(case.inputs["material.name"])
