"""The page of a sweep: the best cases, what depends on what, every case a click away."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from ..._files import write_text
from ...errors import NanotrodeError
from ..palette import inside_map, signed_map
from ..stamp import grounds_of
from ..wording import best_prefix, number_text, split_name
from .markup import page, tag
from .packing import deflate
from .parts import footer, grounds, heading, provenance, still
from .ranges import over_ranges
from .run_report import REPORT, report_run
from .seeds import cell_text, over_seeds
from .sources import read_sources, varied_in
from .sweep_table import CASES, Column, SweepTable, case_folder, read_sweep

_log = logging.getLogger(__name__)

_SCRIPTS = ("arrays.js", "curves.js", "sweep.js", "parallel.js", "cases.js")
_MOST_OVER_LEAST = 30.0
"""Of an input's values, from which on it is drawn over its logarithm."""
_OTHERS = (
    "Volumes, areas and what else was measured can be chosen in the scatter; "
    "results.csv holds all numbers."
)
_FEWEST = 5
"""Cases below which a rank correlation says nothing."""


def report_sweep(directory: str | Path) -> Path:
    """Write `report.html` into a sweep's folder; cases without a page get theirs first.

    Raises:
        InputError: The folder holds no `results.csv` with cases.
    """
    directory = Path(directory)
    sources = read_sources(directory)
    varied = varied_in(sources.study)
    table = read_sweep(directory, varied)
    links = [_link(directory, case) for case in table.cases]
    inputs = [c for c in table.inputs if c.varies] or list(table.inputs)
    metrics = [c for c in table.metrics if c.varies] or list(table.metrics)
    others = [c for c in (*table.metrics, *table.others) if c.varies and c not in metrics]
    done = sum(state == "done" for state in table.states)
    kind = "a search" if "optimise" in sources.study else "a sweep"
    count = f"{len(table.cases)} cases, {done} done"
    failed = sum(state == "failed" for state in table.states)
    what = f"{count}, {failed} failed." if failed else f"{count}."
    body = [
        heading(sources, f"nanotrode · {kind}", f"{what} Varied: {_words(inputs)}.", varied),
        *grounds(grounds_of([case_folder(directory, case) for case in table.cases])),
        *over_seeds(directory, varied),
        *over_ranges(directory),
        *_extremes(table, inputs, metrics, links),
        *_history(directory),
        *_views(),
        *_dependence(inputs, metrics),
        tag("h2", "All cases"),
        tag("div", id="cases", class_="scroll"),
        *([tag("p", _OTHERS, class_="after")] if others else []),
        *provenance(sources),
        footer(sources),
    ]
    data = {"sweep": _data(table, inputs, metrics, others, links)}
    text = page(title=f"{sources.name} – nanotrode", body=body, data=data, scripts=_SCRIPTS)
    write_text(directory / REPORT, text)
    _log.info("wrote %s", directory / REPORT)
    return directory / REPORT


def _link(directory: Path, case: str) -> str | None:
    """The address of a case's page, relative to the sweep's; None where it has none."""
    folder = case_folder(directory, case)
    if not (folder / REPORT).exists() and (folder / "timeseries.csv").exists():
        try:
            report_run(folder)
        except NanotrodeError as error:
            _log.warning("no report of case %s: %s", case, error)
    return f"{CASES}/{quote(case)}/{REPORT}" if (folder / REPORT).exists() else None


def _words(inputs: Sequence[Column]) -> str:
    return ", ".join(column.words for column in inputs) or "nothing"


def _extremes(
    table: SweepTable,
    inputs: Sequence[Column],
    metrics: Sequence[Column],
    links: Sequence[str | None],
) -> list[Element]:
    """Of each metric the lowest and the highest case."""
    rows = []
    for metric in metrics:
        if not metric.varies:
            continue
        values = np.array([np.nan if v is None else v for v in metric.values], dtype=float)
        ends = (int(np.nanargmin(values)), int(np.nanargmax(values)))
        cells = [c for at in ends for c in _case_cells(table, inputs, metric, links, at)]
        rows.append(tag("tr", tag("th", split_name(metric.name).words, scope="row"), *cells))
    if not rows:
        return []
    head = [tag("th", title) for title in ("", "lowest", "of case", "highest", "of case")]
    body = tag("table", tag("thead", tag("tr", *head)), tag("tbody", *rows))
    return [tag("h2", "From the lowest to the highest"), tag("div", body, class_="scroll")]


def _case_cells(
    table: SweepTable,
    inputs: Sequence[Column],
    metric: Column,
    links: Sequence[str | None],
    at: int,
) -> tuple[Element, Element]:
    shown = cell_text(metric, at)
    name: Element | str = table.cases[at]
    if links[at]:
        name = tag("a", table.cases[at], href=links[at])
    given = ", ".join(_input_text(column, at) for column in inputs[:4])
    return tag("td", shown, class_="value"), tag("td", name, f" · {given}" if given else "")


def _input_text(column: Column, at: int) -> str:
    return f"{column.words} {cell_text(column, at)}"


def _history(directory: Path) -> list[Element]:
    """The picture of a search, where it is one."""
    picture = still([directory / "history.png"])
    if picture is None:
        return []
    image = tag("img", src=picture, alt="the objective over the points of the search")
    frame = tag("div", tag("div", image, class_="still"), class_="viewer", data_state="still")
    return [tag("h2", "The search"), frame]


def _views() -> list[Element]:
    return [
        tag("h2", "What depends on what"),
        tag("p", "Each point is a case: choose it to open its page.", class_="lead"),
        tag(
            "div",
            tag("figure", tag("figcaption", "One against another"), id="scatter", class_="chart"),
            tag("figure", tag("figcaption", "All at once"), id="parallel", class_="chart"),
            class_="views",
        ),
    ]


def _dependence(inputs: Sequence[Column], metrics: Sequence[Column]) -> list[Element]:
    """Rank correlation of each metric with each input (Spearman 1904), where cases are enough."""
    numeric = [c for c in inputs if c.numeric and c.varies]
    varying = [c for c in metrics if c.varies]
    if not numeric or not varying or len(numeric[0].values) < _FEWEST:
        return []
    head = [tag("th", "")]
    head += [tag("th", c.words) for c in numeric]
    rows = [
        tag(
            "tr",
            tag("th", split_name(metric.name).words, scope="row"),
            *(_correlation_cell(metric, column) for column in numeric),
        )
        for metric in varying
    ]
    body = tag("table", tag("thead", tag("tr", *head)), tag("tbody", *rows))
    return [
        tag("h2", "How strongly"),
        tag(
            "p",
            "Rank correlation (Spearman): 1 rises together always, −1 falls always, 0 neither. "
            "It tells order, not size, and nothing of inputs that were varied together.",
            class_="lead",
        ),
        tag("div", body, class_="scroll"),
    ]


def _correlation_cell(metric: Column, column: Column) -> Element:
    pairs = [
        (a, b)
        for a, b in zip(metric.values, column.values, strict=True)
        if isinstance(a, float) and isinstance(b, float)
    ]
    value = _rank_correlation(np.array(pairs)) if len(pairs) >= _FEWEST else None
    if value is None:
        return tag("td", "–", class_="r")
    return tag("td", tag("i", f"{value:+.2f}".replace("-", "−")), class_="r", data_r=f"{value:.3f}")


def _rank_correlation(pairs: NDArray) -> float | None:
    """Of two columns (n, 2); None where one of them is constant."""
    if not np.ptp(pairs, axis=0).all():
        return None
    from scipy.stats import spearmanr  # takes a second, which the page of a run need not wait

    return float(spearmanr(pairs[:, 0], pairs[:, 1]).statistic)


def _data(
    table: SweepTable,
    inputs: Sequence[Column],
    metrics: Sequence[Column],
    others: Sequence[Column],
    links: Sequence[str | None],
) -> dict[str, Any]:
    """What the scripts draw from, every column in the unit in which it reads best."""
    cases = zip(table.cases, table.states, table.reasons, links, strict=True)
    return {
        "columns": [_column_data(c, "input") for c in inputs]
        + [_column_data(c, "metric") for c in metrics]
        + [_column_data(c, "other") for c in others],
        "cases": [
            dict(zip(("name", "state", "reason", "link"), case, strict=True)) for case in cases
        ],
        "map": deflate(_bytes(inside_map())),
        "signed": deflate(_bytes(signed_map())),
    }


def _bytes(colours: Callable[[NDArray], NDArray]) -> NDArray:
    return (255 * colours(np.linspace(0, 1, 256))[:, :3]).round().astype(np.uint8)


def _column_data(column: Column, kind: str) -> dict[str, Any]:
    words, unit = column.words, split_name(column.name).unit
    numbers = [abs(value) for value in column.values if isinstance(value, float)]
    prefix = best_prefix(max(numbers), unit) if column.numeric else None
    size = prefix.size if prefix else 1.0
    return {
        "words": words,
        "unit": prefix.unit if prefix else "",
        "kind": kind,
        "numeric": column.numeric,
        "log": kind == "input" and _spans_decades(column),
        "values": [
            v / size if column.numeric and isinstance(v, float) else _text(v) for v in column.values
        ],
        "errors": [None if e is None else e / size for e in column.errors],
    }


def _spans_decades(column: Column) -> bool:
    values = [value for value in column.values if isinstance(value, float)]
    return column.numeric and min(values) > 0 and max(values) >= _MOST_OVER_LEAST * min(values)


def _text(value: float | str | None) -> str | None:
    return None if value is None else number_text(value) if isinstance(value, float) else value
