"""Parts that the page of a run and that of a sweep have in common."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any
from xml.etree.ElementTree import Element

from ..wording import readable, split_name
from .markup import tag
from .sources import Sources, as_table

_NOTHING: Mapping[str, Sequence[Any]] = MappingProxyType({})
_STILL_WIDTH = 1100
_HIDDEN_PATH = re.compile(r"(?<![\w.])/(?:[^/\s\"'=]+/)+")


def heading(
    sources: Sources, kicker: str, what: str | None, varied: Mapping[str, Sequence[Any]] = _NOTHING
) -> Element:
    """The page's title, and what was asked.

    Args:
        sources: Of the folder.
        kicker: What the page is, above the title.
        what: One sentence more.
        varied: What a name in braces stands for in the question: "{rate}" -> its values.
    """
    question = [_told(part, varied) for part in sources.question]
    return tag(
        "header",
        tag("p", kicker, class_="kicker"),
        tag("h1", sources.name),
        *(tag("p", part, class_="question") for part in question),
        tag("p", what, class_="what") if what else None,
    )


def warnings(sources: Sources) -> Element | None:
    """What the user should know of the run; None where there is nothing."""
    told = sources.warnings
    if not told:
        return None
    title = "Warning" if len(told) == 1 else "Warnings"
    listed = tag("ul", *(tag("li", without_paths(text)) for text in told))
    return tag("aside", tag("p", title), listed, class_="warnings")


def grounds(told: Sequence[str]) -> list[Element]:
    """What the figures rest on, below the heading: assumed and illustrative numbers by name."""
    return [tag("p", f"Rests on {text}.", class_="what") for text in told if text]


def _told(text: str, varied: Mapping[str, Sequence[Any]]) -> str:
    """A text with all values of each name in braces: "at {rate}" -> "at 2C or 10C"."""
    for name, values in varied.items():
        *most, last = map(str, values)
        listed = f"{', '.join(most)} or {last}" if most else last
        text = text.replace(f"{{{name}}}", listed)
    return text


def tile(name: str, value: float, *, error: float | None = None, context: str = "") -> Element:
    """A figure that answers."""
    words, unit = split_name(name)
    shown = readable(value, unit, error=error)
    long = "long" if len(shown.number) > 8 else None
    return tag(
        "div",
        tag("dt", words),
        tag("dd", shown.number, tag("small", shown.unit) if shown.unit else None, class_=long),
        tag("dd", context, class_="context") if context else None,
        class_="tile",
    )


def values_table(rows: Iterable[tuple[str, str]]) -> Element:
    """Names and what they are, one a row."""
    lines = [tag("tr", tag("th", name, scope="row"), tag("td", text)) for name, text in rows]
    return tag("div", tag("table", tag("tbody", *lines)), class_="scroll")


def folded(title: str, content: Element) -> Element:
    """Something that opens when it is wanted."""
    return tag("details", tag("summary", title), content)


def provenance(sources: Sources) -> list[Element]:
    """Where the results come from, and how to get them again."""
    made = sources.provenance
    parts: list[Element] = []
    rows = [(_SAID[key], str(made[key])) for key in _SAID if made.get(key) not in (None, "")]
    versions = as_table(made.get("versions"))
    if versions:
        rows.append(("versions", ", ".join(f"{k} {v}" for k, v in versions.items())))
    work = [
        (f"{group}: {split_name(key).words}", str(readable(float(value), split_name(key).unit)))
        for group in ("conservation", "work", "timings")
        for key, value in as_table(sources.summary.get(group)).items()
        if isinstance(value, int | float)
    ]
    if sources.origins:
        table = values_table(sources.origins)
        parts.append(folded("The sources of the material's numbers", table))
    if rows:
        parts.append(folded("Versions, mesh and machine", values_table(rows)))
    if work:
        parts.append(folded("Conservation and effort", values_table(work)))
    if sources.study_text:
        text = without_paths(sources.study_text)
        parts.append(folded("The study, with all its defaults", tag("pre", text)))
    if sources.log:
        parts.append(folded("The log", tag("pre", without_paths(sources.log))))
    return [tag("h2", "Where it comes from"), *parts] if parts else []


_SAID = {
    "commit": "commit",
    "mesh": "mesh (SHA-256)",
    "study": "study (SHA-256)",
    "seed": "seed",
    "ranks": "processes",
    "python": "Python",
    "platform": "platform",
    "started": "started",
    "finished": "finished",
}


def without_paths(text: str) -> str:
    """A text without the folders of the machine that it was written on: pages are handed on."""
    return _HIDDEN_PATH.sub("", text)


def footer(sources: Sources) -> Element:
    """Who made the page."""
    version = as_table(sources.provenance.get("versions")).get("nanotrode", "")
    return tag(
        "footer",
        f"Made by nanotrode {version}".rstrip() + ". This page holds all that it shows and asks "
        "no network.",
    )


def still(paths: Sequence[Path]) -> str | None:
    """The first picture that is there, made small, as a data address."""
    path = next((path for path in paths if path.exists()), None)
    if path is None:
        return None
    from PIL import Image

    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((_STILL_WIDTH, _STILL_WIDTH), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.quantize(200, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
