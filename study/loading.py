"""From a study file to a `Study`: read, override, validate, and check before any meshing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .._arguments import check_is, listed
from ..errors import StudyError
from ..geometry.build_cad import Shape
from ..solver.checks import walk
from ..solver.plating.checks import check_steps
from ..solver.protocol import Step, check_length, parse_step
from . import build, build_plating
from .explain import explain
from .fields import Table
from .geometries import MICROSTRUCTURES, OwnMeshTable
from .locations import Path as KeyPath
from .mistakes import Mistakes
from .schema import GeometryStudy, PlatingStudy, Study, kind_of
from .source import MANY, Source, read_source

FOR_POLES = ("segments", "elongation", "first_layer", "layers")
"""Keys of `[mesh]` that only arrays and films know."""


def load_study(path: str | Path, overrides: Iterable[str] = ()) -> Study | PlatingStudy:
    """Read and check a study file.

    Args:
        path: The study file (TOML).
        overrides: Changes such as `"geometry.radius=60 nm"`; they win over the file.

    Returns:
        The study, with every default filled in and the paths in it made absolute.

    Raises:
        StudyError: One line per mistake: file, line, key, what was expected.
    """
    check_is(path, (str, os.PathLike), "study", "the path of a study file", error=StudyError)
    overrides = [overrides] if isinstance(overrides, str) else overrides or ()
    for one in listed(overrides, "overrides", 'a list such as ["geometry.radius=60 nm"]'):
        check_is(one, str, "overrides", 'texts such as "geometry.radius=60 nm"', error=StudyError)
    source = read_source(path, overrides)
    study, mistakes = _validated(kind_of(source.data), source)
    _check_run(study, mistakes)
    _check_alone(study, mistakes)
    mistakes.raise_any()
    return study


def load_case(source: Source) -> GeometryStudy:
    """Check one of several studies that were made from a file: whole, or only a geometry.

    Raises:
        StudyError: One line per mistake.
    """
    if is_geometry(source):
        return _geometry_of(source)
    study, mistakes = _validated(kind_of(source.data), source)
    _check_run(study, mistakes)
    mistakes.raise_any()
    return study


def read_table[Kind: Table](source: Source, name: str, model: type[Kind]) -> Kind:
    """One table of a file, checked for itself: the others hold what has no value yet.

    Raises:
        StudyError: One line per mistake, or there is no such table.
    """
    if name not in source.data:
        raise StudyError(f"{source.path}: has no [{name}]; docs/sweeps.md says what it may hold")
    try:
        return model.model_validate(source.data[name])
    except ValidationError as error:
        Mistakes(source, explain(error, source, below=(name,))).raise_any()
        raise


def is_geometry(source: Source) -> bool:
    """Whether a file says no more than what is to be meshed."""
    return {"material", "initial", "plating", "protocol"}.isdisjoint(source.data)


def load_geometry(path: str | Path, overrides: Iterable[str] = ()) -> GeometryStudy:
    """Read and check what can be meshed: a study, or one that says no more than its geometry.

    Raises:
        StudyError: One line per mistake.
    """
    source = read_source(path, overrides)
    return _geometry_of(source) if is_geometry(source) else load_study(path, overrides)


def _geometry_of(source: Source) -> GeometryStudy:
    study, mistakes = _validated(GeometryStudy, source)
    _check_geometry(study, mistakes)
    mistakes.raise_any()
    return study


STAND_INS: dict[str, Any] = {
    "geometry": {"kind": "film", "thickness": "1 um", "headroom": "1 um"},
    "material": {"name": "LiFePO4"},  # has next to every stoichiometry
    "initial": {"stoichiometry": 0.5},
    "plating": {"anode": "LLTO@CNT"},
    "protocol": [{"steps": ["Rest for 1 s"]}],
}
"""What takes the place of a table that cannot be read, so that the others are checked too."""


def _validated[Kind: GeometryStudy](model: type[Kind], source: Source) -> tuple[Kind, Mistakes]:
    """What the source says, and what cannot be read of it: stand-ins take the place of that."""
    _make_absolute(source)
    source.data.update(source.said())
    try:
        return model.model_validate(source.data), Mistakes(source)
    except ValidationError as error:
        mistakes = Mistakes(source, explain(error, source))
        wrong = {str(one["loc"][0]) for one in error.errors() if one["loc"]}
    kept = {key: value for key, value in source.data.items() if key not in wrong}
    needed = {key: STAND_INS[key] for key in wrong & STAND_INS.keys() if key in model.model_fields}
    try:
        return model.model_validate(kept | needed), mistakes
    except ValidationError:
        mistakes.raise_any()
        raise


def _make_absolute(source: Source) -> None:
    """Files are named from where the study file stands, overrides from where the user stands."""
    for table in ("material", "geometry"):
        values = source.data.get(table)
        if isinstance(values, dict) and isinstance(values.get("file"), str):
            overridden = (table, "file") in source.overrides
            start = Path.cwd() if overridden else source.path.absolute().parent
            values["file"] = str(start / values["file"])


def _check_run(study: Study | PlatingStudy, mistakes: Mistakes) -> None:
    if isinstance(study, PlatingStudy):
        _check_plating(study, mistakes)
    else:
        _check(study, mistakes)


def _check_plating(study: PlatingStudy, mistakes: Mistakes) -> None:
    """Make the materials, and see whether the protocol can be followed."""
    unread = mistakes.tables
    shape = _check_geometry(study, mistakes)
    if "plating" not in unread:
        with mistakes.at("plating"):
            build_plating.coat_thickness(study)
    if study.mesh.order == 2:
        mistakes.add(("mesh", "order"), "plating takes straight elements; expected 1")
    if shape is not None and not getattr(shape, "headroom", None):
        mistakes.add(
            ("geometry", "headroom"),
            'plating needs electrolyte above the host; give a headroom, such as "5 um"',
        )
    steps = list(_steps(mistakes))
    table = study.plating
    reports = check_steps(
        (step for _, step in steps),
        inserts=table.lithiation,
        content=table.initial_content or 0.0,
        footprint=None if shape is None else shape.footprint * shape.multiplicity,
    )
    if "plating" not in unread:
        _note_reports(steps, reports, mistakes)


def _check(study: Study, mistakes: Mistakes) -> None:
    """Make all that costs nothing to make, and see whether the protocol can be followed."""
    unread = mistakes.tables
    material = start = None
    shape = _check_geometry(study, mistakes)
    if "material" not in unread:
        replaced = study.material.model_fields_set - {"name", "file", "electrode"}
        card = () if replaced else ("file" if study.material.file else "name",)
        with mistakes.at("material", *card):
            material = build.make_material(study)
    if material is not None and unread.isdisjoint({"initial", "temperature"}):
        with mistakes.at("initial"):
            start = build.initial_state(study, material).stoichiometry
    steps = list(_steps(mistakes))
    if material is not None and start is not None:
        electrode = build.whole_electrode(shape, material)
        _note_reports(steps, walk([step for _, step in steps], electrode, start), mistakes)


def _note_reports(
    steps: list[tuple[KeyPath, Step | None]], reports: Iterable[str | None], mistakes: Mistakes
) -> None:
    for (key, _), report in zip(steps, reports, strict=True):
        if report:
            mistakes.add(key, report)


def _check_alone(study: Study | PlatingStudy, mistakes: Mistakes) -> None:
    """A single run is no sweep."""
    commands = {"sweep": "sweep", "uncertain": "sweep", "optimise": "optimise"}
    for table in MANY:
        if table in mistakes.source.data:
            runs = f"'nanotrode {commands[table]}' runs them, not 'run'"
            mistakes.add((table,), f"makes many cases of the study; {runs}")
    if isinstance(study, Study) and study.solver.reduced:
        mistakes.add(
            ("solver", "reduced"),
            "a reduced model learns from the other runs of a sweep, and a single run has none; "
            "leave it out, or add [sweep] and run 'nanotrode sweep'",
        )


def _check_geometry(study: GeometryStudy, mistakes: Mistakes) -> Shape | None:
    """The shape, where it can be read and made."""
    shape = None
    if "geometry" in mistakes.tables:
        return None
    with mistakes.at("geometry"):
        shape = build.make_shape(study)
        if shape is not None:
            shape.electrode_volume  # noqa: B018  - an image is read, and found at fault, here
    if isinstance(study.geometry, OwnMeshTable):
        _check_own_mesh(study.geometry, mistakes)
    with mistakes.at("mesh"):
        build.given_sizing(study)
    if study.geometry.kind in MICROSTRUCTURES:
        for key in study.mesh.model_fields_set.intersection(FOR_POLES):
            mistakes.add(
                ("mesh", key),
                f"has no meaning for a {study.geometry.kind}; expected interface, core or bulk",
            )
    return shape


def _check_own_mesh(table: OwnMeshTable, mistakes: Mistakes) -> None:
    if not os.path.isfile(table.file):  # pathlib's raises on a name too long
        mistakes.add(("geometry", "file"), f"no such file: {table.file}")


def _steps(mistakes: Mistakes) -> Iterator[tuple[KeyPath, Step | None]]:
    """The steps with their keys; a repeated block comes twice, since later rounds are alike.

    They are read from the source, so that the words of one are checked whatever is wrong with
    another, or with the rest of its table; one that cannot be read is None.
    """
    total = 0
    for number, table in enumerate(_tables(mistakes.source.data.get("protocol"))):
        block: list[tuple[KeyPath, Step | None]] = []
        texts = table.get("steps")
        for place, text in enumerate(texts if isinstance(texts, list) else ()):
            key, step = ("protocol", number, "steps", place), None
            if isinstance(text, str):
                with mistakes.at(*key):
                    step = parse_step(text)
            block.append((key, step))
        repeat = table.get("repeat", 1)
        repeat = repeat if isinstance(repeat, int) else 1
        total += repeat * len(block)
        yield from block * min(repeat, 2)
    with mistakes.at("protocol"):
        check_length(total)


def _tables(given: Any) -> list[dict[str, Any]]:
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
