"""The page of one run: what was asked, the answer in numbers, the fields, the curves."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from ..._files import write_text
from ...errors import InputError
from ..collection import read_collection
from ..plots import step_texts
from ..series import read_series
from ..wording import duration, readable, split_name
from .charts import draw_chart
from .curves import charts_of
from .markup import page, tag
from .parts import folded, footer, grounds, heading, provenance, still, tile, values_table, warnings
from .sources import Sources, as_table, read_sources

_log = logging.getLogger(__name__)

REPORT = "report.html"
_STILLS = ("current_density.png", "concentration_cut.png")
_SCRIPTS = ("arrays.js", "camera.js", "stage.js", "panel.js", "hands.js", "viewer.js", "curves.js")
# The figures that answer first, where a run has them; the table holds them all.
_FIRST = (
    "First discharge: utilisation [-]",
    "First discharge: time to 90 % of its capacity [s]",
    "First discharge: mean voltage [V]",
    "First discharge: peak local current density [A.m-2]",
    "End of discharge: variation of local current density [-]",
    "End of discharge: peak over mean local current density [-]",
    "End of plating: variation of the deposit [-]",
    "End of plating: share in the highest third of the height [-]",
    "End of plating: share on collector [-]",
    "End of plating: largest thickness [um]",
    "First plating: nucleation overpotential [V]",
    "First plating: peak local current density [A.m-2]",
)
_MOST_TILES = 6


def report_run(directory: str | Path) -> Path:
    """Write `report.html` into a run's folder: one file that opens anywhere, without a network.

    Raises:
        InputError: The folder holds neither outputs nor a time series.
    """
    directory = Path(directory)
    has_fields = bool(read_collection(directory / "fields.pvd"))
    has_series = (directory / "timeseries.csv").exists()
    if not has_fields and not has_series:
        raise InputError(
            f"{directory}: holds neither fields.pvd nor timeseries.csv; expected the folder of a "
            "run or of a sweep"
        )
    sources = read_sources(directory)
    body, data = _answer(sources), dict[str, Any]()
    if has_fields:
        section, data["model"] = _fields(directory)
        body += section
    if has_series:
        section, data["charts"] = _curves(directory)
        body += section
    body += [*_numbers(sources), *provenance(sources), footer(sources)]
    text = page(title=f"{sources.name} – nanotrode", body=body, data=data, scripts=_SCRIPTS)
    write_text(directory / REPORT, text)
    _log.info("wrote %s", directory / REPORT)
    return directory / REPORT


def _answer(sources: Sources) -> list[Element]:
    found, told = sources.metrics, warnings(sources)
    chosen = [name for name in _FIRST if name in found]
    chosen += [name for name in found if name not in chosen][: max(0, 4 - len(chosen))]
    tiles = [tile(n, found[n], error=sources.error_of(n)) for n in chosen[:_MOST_TILES]]
    return [
        heading(sources, "nanotrode · one run", _what(sources)),
        *grounds([sources.rests_on]),
        *([told] if told is not None else []),
        *([tag("dl", *tiles, class_="tiles")] if tiles else []),
    ]


def _what(sources: Sources) -> str | None:
    """The run in one sentence."""
    geometry, material = sources.study.get("geometry", {}), sources.summary.get("material")
    kind = str(geometry.get("kind", "electrode")).replace("-", " ")
    count = geometry.get("count")
    subject = f"{kind} of {count}" if count else kind
    steps = [f"{s.get('step')} ({s.get('ended')})" for s in sources.steps]
    if len(steps) > 4:
        steps = [*steps[:3], f"and {len(steps) - 3} steps more"]
    of = f" of {material}" if material and not count else f", {material}" if material else ""
    return f"{subject[:1].upper()}{subject[1:]}{of}. {' → '.join(steps)}.".replace(" .", ".")


def _fields(directory: Path) -> tuple[list[Element], dict[str, Any]]:
    """The rotatable picture; the still one stands there until it runs, or where it cannot."""
    from ..fields import read_outputs
    from .model import make_model

    model = make_model(read_outputs(directory))
    picture = still([directory / name for name in _STILLS])
    image = tag("img", src=picture, alt="the electrode, coloured by its field") if picture else None
    place = tag(
        "div",
        tag("div", image, class_="still"),
        tag("p", "" if picture else "This browser shows no 3-D picture.", class_="why"),
        id="viewer", class_="viewer", data_state="still",
    )  # fmt: skip
    return [tag("h2", "Where the current goes"), place], model


def _curves(directory: Path) -> tuple[list[Element], list[dict[str, Any]]]:
    series = read_series(directory / "timeseries.csv")
    drawn = [
        draw_chart(chart, number)
        for number, chart in enumerate(charts_of(series, step_texts(directory)))
    ]
    if not drawn:
        return [], []
    figures = tag("div", *(figure for figure, _ in drawn), class_="charts")
    return [tag("h2", "Over time"), figures], [facts for _, facts in drawn]


def _assumptions(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """Estimates of what the model leaves out, and what could not be tested."""
    rows = []
    for name, value in as_table(summary.get("assumptions")).items():
        if isinstance(value, int | float):
            rows.append(
                (split_name(name).words, str(readable(float(value), split_name(name).unit)))
            )
        elif isinstance(value, list):
            rows += [(name, str(text)) for text in value]
    return rows


def _numbers(sources: Sources) -> list[Element]:
    """All metrics, how each step ended, and what the electrode is."""
    parts: list[Element] = []
    found = sources.metrics
    if found:
        rows = [
            (split_name(n).words, str(readable(v, split_name(n).unit, error=sources.error_of(n))))
            for n, v in found.items()
        ]
        parts += [tag("h2", "All numbers"), values_table(rows)]
    electrode = sources.summary.get("electrode")
    if isinstance(electrode, dict):
        rows = [
            (split_name(n).words, str(readable(float(v), split_name(n).unit)))
            for n, v in electrode.items()
            if isinstance(v, int | float)
        ]
        parts.append(folded("The electrode as it was meshed", values_table(rows)))
    tested = _assumptions(sources.summary)
    if tested:
        parts.append(folded("What the model takes for granted, tested", values_table(tested)))
    if sources.steps:
        rows = [
            (str(s.get("step")), f"{s.get('ended')}, at {duration(float(s.get('time [s]', 0)))}")
            for s in sources.steps
        ]
        parts.append(folded("How each step ended", values_table(rows)))
    return [*parts[:2], tag("p"), *parts[2:]] if len(parts) > 2 else parts
