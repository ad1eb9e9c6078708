"""The numbers of a case: what its run, or its mesh, came to."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...errors import InputError
from ..folder import read_provenance
from .task import SUMMARY, Task

_UNTOLD = ("work", "timings")
"""Parts of a summary that say nothing of the electrode."""
_PLAIN = ("metrics",)
"""Parts whose names stand for themselves."""


def harvest(task: Task) -> dict[str, float]:
    """All numbers of a task that is done; label -> value, the label with its unit in brackets."""
    try:
        summary: dict[str, Any] = json.loads((task.folder / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    measured = read_provenance(task.folder).get("geometry") if task.kind == "run" else None
    return dict(_flat(({"geometry": measured} if measured else {}) | summary))


def warnings_of(task: Task) -> list[str]:
    """What the user should know of a task that is done."""
    try:
        summary = json.loads((task.folder / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [str(text) for text in summary.get("warnings") or ()]


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    for key, value in values.items():
        if isinstance(value, dict):
            if prefix or key not in _UNTOLD:
                yield from _flat(value, prefix if key in _PLAIN else f"{prefix}{key}: ")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield f"{prefix}{key}", float(value)


def find(name: str, numbers: Mapping[str, float], *, where: str) -> str:
    """The label that a user's name means.

    Upper and lower case, the unit and the kind of separator do not matter, and the end of a
    label is enough where only one label ends so: "utilisation" is
    "First discharge: utilisation [-]".

    Args:
        name: What the user wrote.
        numbers: What there is.
        where: The opening of a message.

    Raises:
        InputError: There is no such number, or several.
    """
    wanted = _words(name)
    told = {label: _words(label) for label in numbers}
    exact = [label for label, words in told.items() if words == wanted or label == name]
    ends = exact or [label for label, words in told.items() if words[-len(wanted) :] == wanted]
    if len(ends) == 1:
        return ends[0]
    if ends:
        raise InputError(f"{where}: '{name}' may be {_either(ends)}; write more of the name")
    near = _near(wanted, told)
    hint = f"; did you mean {_either(near)}?" if near else f"; there are {_either(list(numbers))}"
    raise InputError(f"{where}: a case has no number called '{name}'{hint}")


def _near(wanted: list[str], told: Mapping[str, list[str]]) -> list[str]:
    """Labels of which some end is spelled nearly like a name."""
    ends = {" ".join(words[k:]): label for label, words in told.items() for k in range(len(words))}
    found = difflib.get_close_matches(" ".join(wanted), ends, n=3, cutoff=0.6)
    return list(dict.fromkeys(ends[end] for end in found))


def _words(label: str) -> list[str]:
    """Lower-case words without the unit; the key of the metrics' table is left out."""
    words = re.findall(r"[\w%/+-]+", re.sub(r"\[[^\]]*\]", " ", label).lower().replace("/", " "))
    return words[1:] if words[:1] == ["metrics"] and len(words) > 1 else words


def _either(labels: list[str]) -> str:
    *most, last = [f"'{label}'" for label in labels]
    return f"{', '.join(most)} or {last}" if most else last
