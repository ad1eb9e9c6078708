"""What pydantic finds wrong with a study: key and message of each mistake."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from .._messages import near_miss, quoted
from .fields import PATTERNS, Unit
from .geometries import GEOMETRIES
from .locations import Path as KeyPath
from .schema import RUN_STUDIES, kind_of
from .source import Source

MOST = 300
"""Mistakes that are explained: more than anyone reads."""


class _Mistake(NamedTuple):
    key: KeyPath
    message: str
    meant: KeyPath | None = None


def explain(
    error: ValidationError, source: Source, *, below: KeyPath = ()
) -> list[tuple[KeyPath, str]]:
    """Key and message of each mistake.

    A key is not called missing where a misspelt one explains its absence.

    Args:
        error: What pydantic found.
        source: What it looked at.
        below: The table that it looked at; by default the whole study.
    """
    found = [
        _mistake(item, source.data, below)
        for item in error.errors()[:MOST]
        # a list whose items are at fault is called too short as well
        if not (item["type"] == "too_short" and item["input"])
    ]
    meant = {mistake.meant for mistake in found}
    return [
        (mistake.key, mistake.message)
        for mistake in found
        if mistake.key not in meant or mistake.meant
    ]


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
        return _Mistake(key, f"got {quoted(given)}, expected {words.format(context[bound])}")
    if kind == "string_pattern_mismatch":
        expected = PATTERNS.get(context["pattern"], "another form")
        return _Mistake(key, f"got {quoted(given)}, expected {expected}")
    words = _PLAIN.get(kind) or _PLAIN.get(kind.split("_")[0]) or item["msg"]
    return _Mistake(key, words.format(quoted(given), **context))


_BOUNDS = {
    "greater_than": ("more than {}", "gt"),
    "greater_than_equal": ("{} or more", "ge"),
    "less_than": ("less than {}", "lt"),
    "less_than_equal": ("{} or less", "le"),
}
_PLAIN = {
    "int": "got {}, expected a whole number",
    "finite_number": "got {}, expected a finite number",
    "float": "got {}, expected a plain number",
    "bool": "got {}, expected true or false",
    "string_too_short": "the text is empty; expected {min_length} character or more",
    "string_too_long": "the text is too long; expected at most {max_length} characters",
    "string_unicode": "the text holds what is no character",
    "string": "got {}, expected a text in quotes",
    "tuple": 'got {}, expected a list, such as ["..."]',
    "too_long": "the list is too long; expected at most {max_length} entries",
    "model": "got {}, expected a table",
    "dict": "got {}, expected a table",
    "too": "the list is empty; expected at least one entry",
}


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
    near = near_miss("kind", given if isinstance(given, dict) else [])
    if near:
        return _Mistake((*key, near), "unknown key; did you mean 'kind'?")
    return _Mistake((*key, "kind"), f"missing; expected {_either(kinds)}")


def _unknown(key: KeyPath, data: dict[str, Any]) -> _Mistake:
    *table, name = key
    model = _model(tuple(table), data)
    known = list(model.model_fields) if model else []
    near = near_miss(name, known)
    if near:
        return _Mistake(key, f"unknown key; did you mean '{near}'?", (*table, near))
    elsewhere = [place for place in _places(str(name), data) if place.split(".")[:-1] != table]
    if elsewhere:
        return _Mistake(key, f"unknown key here; did you mean '{elsewhere[0]}'?")
    return _Mistake(key, f"unknown key; known are {', '.join(known)}")


def _places(name: str, data: dict[str, Any]) -> Iterator[str]:
    """Where else in such a study a key of this name stands."""
    fields = kind_of(data).model_fields
    if name in fields:
        yield name
    for table, info in fields.items():
        model = _model((table,), data) if table == "geometry" else _bare(info)
        if isinstance(model, type) and issubclass(model, BaseModel) and name in model.model_fields:
            yield f"{table}.{name}"


def _not_one_of(given: object, options: list[Any]) -> str:
    meant = _KINDS_MEANT.get(str(given).casefold())
    near = meant if meant in options else near_miss(given, options)
    hint = f"; did you mean '{near}'?" if near else ""
    return f"got {quoted(given)}, expected {_either(options)}{hint}"


_KINDS_MEANT = {
    **dict.fromkeys(("wire", "wires", "rod", "cylinder", "pillar", "nanorod"), "nanowire-array"),
    **dict.fromkeys(("belt", "belts", "ribbon", "nanoribbon", "fin"), "nanobelt-array"),
    **dict.fromkeys(("layer", "slab", "planar", "flat", "thin-film"), "film"),
    **dict.fromkeys(("tomogram", "tiff", "voxels", "stack"), "image"),
    **dict.fromkeys(("spheres", "sphere", "particles"), "overlapping-spheres"),
}
"""What a geometry is called elsewhere."""


def _either(options: list[Any]) -> str:
    *most, last = [repr(option) for option in options]
    return f"{', '.join(most)} or {last}" if most else last


def _model(table: KeyPath, data: dict[str, Any]) -> type[BaseModel] | None:
    """The model of a table of the study."""
    found: Any = kind_of(data)
    for part in table:
        if part == "geometry" and found in RUN_STUDIES:
            found = _geometry(data.get("geometry"))
        elif isinstance(part, str) and found is not None:
            found = _bare(found.model_fields.get(part))
        if not (isinstance(found, type) and issubclass(found, BaseModel)):
            return None
    return found


def _geometry(given: Any) -> type[BaseModel] | None:
    kind = given.get("kind") if isinstance(given, dict) else None
    return GEOMETRIES.get(kind) if isinstance(kind, str) else None


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
