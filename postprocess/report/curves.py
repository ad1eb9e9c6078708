"""Which curves a run's time series gives: the known ones first, then whatever else it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..plots import Stretch, stretches_of, time_unit
from ..wording import split_name, unit_text
from .charts import Band, Chart, Line, Shade

_STYLES = ("ink", "blue", "orange", "green", "purple")
_KINDS = {"discharge": "blue", "charge": "orange", "rest": "faint"}
# Title -> columns; what a run does not hold is left out.
_KNOWN = {
    "Electrode potential": ("Voltage [V]", "Open-circuit voltage [V]"),
    "Current density": ("Current density [mA.cm-2]",),
    "Stoichiometry": ("Mean stoichiometry", "Surface stoichiometry"),
}
_SHORT = {
    "Voltage": "potential",
    "Open-circuit voltage": "at equilibrium with the surface",
    "Mean stoichiometry": "mean",
    "Surface stoichiometry": "at the surface",
}
# Not curves of their own: the abscissae, and what is another column times a number.
_SKIPPED = {
    "Time [s]", "Step", "Cycle", "Time step [s]", "Current [A]",
    "Discharge capacity [A.h]", "Areal capacity [mA.h.cm-2]",
}  # fmt: skip


def charts_of(series: Mapping[str, NDArray], labels: Sequence[str] | None) -> list[Chart]:
    """The charts of a run.

    Args:
        series: Columns over time, named as PyBaMM names them.
        labels: The words of each protocol step.
    """
    if len(series["Time [s]"]) < 2:
        return []
    stretches = stretches_of(series, labels)
    clock = _Clock(series, stretches)
    charts = [
        clock.chart(title, [name for name in columns if name in series])
        for title, columns in _KNOWN.items()
        if any(name in series for name in columns)
    ]
    over = _over_capacity(series, stretches)
    charts[1:1] = [over] if over is not None else []
    known = {name for columns in _KNOWN.values() for name in columns} | _SKIPPED
    others = [name for name in series if name not in known and _varies(series[name])]
    return charts + _others(clock, others)


class _Clock:
    """Charts over time, in one unit and with the protocol's steps behind them."""

    def __init__(self, series: Mapping[str, NDArray], stretches: list[Stretch]) -> None:
        self.series = series
        self.unit, self.second = time_unit(series["Time [s]"])
        self.time = series["Time [s]"] / self.second
        self.shades = [
            Shade(
                float(self.time[s.rows.start]), float(self.time[s.rows.stop - 1]), s.kind, s.label
            )
            for s in stretches
        ]

    def chart(self, title: str, columns: Sequence[str], *, band: bool = False) -> Chart:
        """Some columns in one chart; a band is the room between the first two."""
        words = [split_name(name).words for name in columns]
        first = 1 if len(columns) > 1 and not title.startswith("Electrode") else 0
        lines = [
            Line(
                _short(name) if band else _SHORT.get(name, name), self.time, self.series[column],
                "green" if band else _STYLES[(first + k) % len(_STYLES)] + " dashed" * (k > 0),
            )
            for k, (name, column) in enumerate(zip(words, columns, strict=True))
        ]  # fmt: skip
        bands = [Band(self.time, lines[0].y, lines[1].y, "green")] if band else []
        return Chart(
            title, f"time [{self.unit}]", _label(columns[0], title), lines,
            bands=bands, shades=self.shades, second=self.second,
        )  # fmt: skip


def _short(name: str) -> str:
    return "lowest" if name.startswith("Min ") else "highest"


def _label(column: str, title: str) -> str:
    unit = unit_text(split_name(column).unit)
    return f"[{unit}]" if unit else title.lower()


def _others(clock: _Clock, columns: list[str]) -> list[Chart]:
    """Lowest and highest of one thing as a band, the rest by their unit."""
    charts, rest = [], list(columns)
    for name in columns:
        partner = name.replace("Min ", "Max ", 1)
        if name.startswith("Min ") and partner in columns:
            title = split_name(name).words.removeprefix("Min ")
            both = [name, partner]
            charts.append(clock.chart(f"{title[:1].upper()}{title[1:]}", both, band=True))
            rest = [other for other in rest if other not in both]
    by_unit: dict[str, list[str]] = {}
    for name in rest:
        by_unit.setdefault(split_name(name).unit, []).append(name)
    for names in by_unit.values():
        for start in range(0, len(names), len(_STYLES)):
            group = names[start : start + len(_STYLES)]
            title = split_name(group[0]).words + (" and others" if len(group) > 2 else "")
            charts.append(clock.chart(title, group))
    return charts


def _over_capacity(series: Mapping[str, NDArray], stretches: list[Stretch]) -> Chart | None:
    """Voltage over the charge passed in each step, as battery papers draw it."""
    column = "Areal capacity [mA.h.cm-2]"
    if column not in series or not _varies(series[column]):
        return None
    lines = [
        Line(s.kind, series[column][s.rows], series["Voltage [V]"][s.rows], _KINDS[s.kind])
        for s in stretches
    ]
    return Chart("Potential over capacity", "areal capacity [mA h cm⁻²]", "[V]", lines)


def _varies(values: NDArray) -> bool:
    return values.dtype.kind == "f" and bool(np.isfinite(values).all()) and np.ptp(values) > 0
