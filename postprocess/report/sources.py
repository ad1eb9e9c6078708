"""What a run's folder says in words and numbers; whatever is absent is left out."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import names
from ..stamp import origins
from ..wording import split_name


@dataclass(frozen=True)
class Sources:
    """The texts of a run's or a sweep's folder.

    Attributes:
        directory: The folder.
        study: `study.toml` as data.
        study_text: The same as it stands there.
        summary: `summary.json`.
        provenance: `provenance.json`.
        log: `log.txt`.
    """

    directory: Path
    study: dict[str, Any]
    study_text: str
    summary: dict[str, Any]
    provenance: dict[str, Any]
    log: str

    @property
    def name(self) -> str:
        """Of the study, or else of the folder."""
        return str(self.study.get("name") or self.directory.resolve().name)

    @property
    def question(self) -> list[str]:
        """What the study asks, by paragraphs."""
        text = str(self.study.get("question") or "")
        return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]

    @property
    def warnings(self) -> list[str]:
        """What the user should know of the run."""
        found = self.summary.get("warnings")
        return [str(text) for text in found] if isinstance(found, list) else []

    @property
    def rests_on(self) -> str:
        """What carries the figures: assumed or illustrative numbers; empty when not known."""
        return str((self.summary | self.provenance).get(names.RESTS_ON, ""))

    @property
    def origins(self) -> list[tuple[str, str]]:
        """Where each number of the cards is from: "LiFePO4: diffusivity" -> its source."""
        return list(origins(self.summary | self.provenance))

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The protocol's steps that came to their end: `step`, `ended`, `time [s]`."""
        return [step for step in self.summary.get("steps") or [] if isinstance(step, dict)]

    @property
    def metrics(self) -> dict[str, float]:
        """Metric with its unit -> value."""
        found = as_table(self.summary.get("metrics"))
        return {
            name: float(value)
            for name, value in found.items()
            if isinstance(value, int | float)
            and not split_name(name).words.endswith(" error")
            and not name.endswith(" error")
        }

    def error_of(self, metric: str) -> float | None:
        """Half the width of a metric's error bar, in its unit; None where there is none."""
        words, unit = split_name(metric)
        metrics = as_table(self.summary.get("metrics"))
        for value in (
            as_table(self.summary.get("errors")).get(metric),
            metrics.get(f"{metric} error"),
            metrics.get(f"{words} error [{unit}]"),
        ):
            if isinstance(value, int | float):
                return float(value)
        return None


def varied_in(study: dict[str, Any]) -> dict[str, list[Any]]:
    """What a sweep or a search varies, key -> values; a range is its two ends."""
    tables = [as_table(as_table(study.get(name)).get("over")) for name in ("sweep", "optimise")]
    return {key: values for table in tables for key, values in _axes(table, "")}


def _axes(table: dict[str, Any], above: str) -> Iterator[tuple[str, list[Any]]]:
    for key, value in table.items():
        if isinstance(value, dict) and not {"from", "to"} & value.keys():
            yield from _axes(value, f"{above}{key}.")
        elif isinstance(value, dict):
            yield above + key, [value.get("from"), value.get("to")]
        else:
            yield above + key, value if isinstance(value, list) else [value]


def as_table(found: Any) -> dict[str, Any]:
    """What was found, if it is a table; else an empty one."""
    return found if isinstance(found, dict) else {}


def read_sources(directory: Path) -> Sources:
    """Read what there is; a file that is broken counts as absent."""
    study_text = _text(directory / "study.toml") or _text(directory / "sweep.toml")
    try:
        study = tomllib.loads(study_text)
    except tomllib.TOMLDecodeError:
        study = {}
    return Sources(
        directory=directory,
        study=study,
        study_text=study_text,
        summary=_json(directory / "summary.json"),
        provenance=_json(directory / "provenance.json"),
        log=_text(directory / "log.txt"),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(_text(path) or "{}")
    except ValueError:
        return {}
    return as_table(found)
