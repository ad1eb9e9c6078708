"""What pydantic finds wrong with a study, in one line per mistake."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from .fields import Unit
from .geometries import GEOMETRIES
from .locations import Path as KeyPath
from .locations import nearest_line
from .schema import RUN_STUDIES, kind_of
from .source import Source


class _Mistake(NamedTuple):
    key: KeyPath
    message: str
    meant: KeyPath | None = None


def explain(error: ValidationError, source: Source, *, below: KeyPath = ()) -> str:
    """One line per mistake, in the order of the file.

    A key is not called missing where a misspelt one explains its absence.

    Args:
        error: What pydantic found.
        source: What it looked at.
        below: The table that it looked at; by default the whole study.
    """
    found = [
        _mistake(item, source.data, below)
        for item in error.errors()
        # a list whose items are at fault is called too short as well
        if not (item["type"] == "too_short" and item["input"])
    ]
    meant = {mistake.meant for mistake in found}
    kept = [mistake for mistake in found if mistake.key not in meant or mistake.meant]
    kept.sort(key=lambda mistake: nearest_line(source.lines, mistake.key))
    lines = [f"{source.where(mistake.key)}: {mistake.message}" for mistake in kept]
    return "\n".join(dict.fromkeys(lines))


def _mistake(item: Any, data: dict[str, Any], below: KeyPath) -> _Mistake:
    kind, given, context = item["type"], item["input"], item.get("ctx", {})
    key = _key((*below, *item["loc"]), data, missing=kind == "missing")
    if kind.startswith("union_tag"):
        return _wrong_kind(key, given)
    if kind == "extra_forbidden":
        return _unknown(key, data)
    if kind == "missing":
        return _Mistake(key, f"missing; expected {_expected(_field(key, data))}")
    if kind == "value_error":
        return _Mistake(key, str(context["error"]))
    if kind == "literal_error":
        options = get_args(_bare(_field(key, data))) or ()
        return _Mistake(key, _not_one_of(given, list(options)))
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return _Mistake(key, f"got {given}, expected {words.format(context[bound])}")
    return _Mistake(key, _PLAIN.get(kind.split("_")[0], item["msg"]).format(_show(given)))


_BOUNDS = {
    "greater_than": ("more than {}", "gt"),
    "greater_than_equal": ("{} or more", "ge"),
    "less_than": ("less than {}", "lt"),
    "less_than_equal": ("{} or less", "le"),
}
_PLAIN = {
    "int": "got {}, expected a whole number",
    "float": "got {}, expected a plain number",
    "bool": "got {}, expected true or false",
    "string": "got {}, expected a text in quotes",
    "tuple": 'got {}, expected a list, such as ["..."]',
    "model": "got {}, expected a table",
    "dict": "got {}, expected a table",
    "too": "the list is empty; expected at least one entry",
}


def _show(given: object) -> str:
    text = repr(given)
    return text if len(text) < 60 else f"{text[:57]}..."


def _key(location: KeyPath, data: Any, *, missing: bool) -> KeyPath:
    """The user's own key: pydantic's location without the names of union members."""
    key: KeyPath = ()
    here: Any = data
    for number, part in enumerate(location):
        if (isinstance(here, dict) and part in here) or (
            isinstance(here, list) and isinstance(part, int) and part < len(here)
        ):
            here = here[part]  # type: ignore[index]
        elif not (missing and number == len(location) - 1):
            continue
        key += (part,)
    return key


def _wrong_kind(key: KeyPath, given: Any) -> _Mistake:
    kinds = list(GEOMETRIES)
    if isinstance(given, dict) and "kind" in given:
        return _Mistake((*key, "kind"), _not_one_of(given["kind"], kinds))
    near = difflib.get_close_matches("kind", list(given) if isinstance(given, dict) else [], n=1)
    if near:
        return _Mistake((*key, near[0]), "unknown key; did you mean 'kind'?")
    return _Mistake((*key, "kind"), f"missing; expected {_either(kinds)}")


def _unknown(key: KeyPath, data: dict[str, Any]) -> _Mistake:
    *table, name = key
    model = _model(tuple(table), data)
    known = list(model.model_fields) if model else []
    near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.6)
    if near:
        return _Mistake(key, f"unknown key; did you mean '{near[0]}'?", (*table, near[0]))
    elsewhere = [place for place in _places(str(name)) if place.split(".")[:-1] != table]
    if elsewhere:
        return _Mistake(key, f"unknown key here; did you mean '{elsewhere[0]}'?")
    return _Mistake(key, f"unknown key; known are {', '.join(known)}")


def _places(name: str) -> Iterator[str]:
    """Where else in a study a key of this name stands."""
    fields = {key: info for study in RUN_STUDIES for key, info in study.model_fields.items()}
    if name in fields:
        yield name
    for table, info in fields.items():
        model = _bare(info)
        if isinstance(model, type) and issubclass(model, BaseModel) and name in model.model_fields:
            yield f"{table}.{name}"
    if any(name in model.model_fields for model in GEOMETRIES.values()):
        yield f"geometry.{name}"


def _not_one_of(given: object, options: list[Any]) -> str:
    near = difflib.get_close_matches(str(given), map(str, options), n=1, cutoff=0.5)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return f"got {given!r}, expected {_either(options)}{hint}"


def _either(options: list[Any]) -> str:
    *most, last = [repr(option) for option in options]
    return f"{', '.join(most)} or {last}" if most else last


def _model(table: KeyPath, data: dict[str, Any]) -> type[BaseModel] | None:
    """The model of a table of the study."""
    found: Any = kind_of(data)
    for part in table:
        if part == "geometry" and found in RUN_STUDIES:
            found = GEOMETRIES.get(data["geometry"].get("kind"))
        elif isinstance(part, str) and found is not None:
            found = _bare(found.model_fields.get(part))
        if not (isinstance(found, type) and issubclass(found, BaseModel)):
            return None
    return found


def _field(key: KeyPath, data: dict[str, Any]) -> FieldInfo | None:
    model = _model(key[:-1], data)
    return model.model_fields.get(str(key[-1])) if model else None


def _bare(info: FieldInfo | None) -> Any:
    """A field's type without `| None` and `tuple[...]`."""
    found: Any = info.annotation if info else None
    if get_origin(found) in (Union, types.UnionType):
        found = next((part for part in get_args(found) if part is not type(None)), None)
    if get_origin(found) is tuple:
        found = get_args(found)[0]
    return found


def _expected(info: FieldInfo | None) -> str:
    """What a missing key should look like."""
    if info is None:
        return "a value"
    for mark in info.metadata:
        if isinstance(mark, Unit):
            return f'such as "{mark.example}"'
    if get_origin(_bare(info)) is Literal:
        return _either(list(get_args(_bare(info))))
    bare = _bare(info)
    if bare is int:
        return "a whole number"
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return f"a table with {', '.join(bare.model_fields)}"
    return (info.description or "a value").rstrip(".")
