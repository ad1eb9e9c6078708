"""From a study file to a `Study`: read, override, validate, and check before any meshing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from ..errors import InputError, StudyError
from ..geometry.build_cad import Shape
from ..solver.protocol import Step, parse_step
from . import build, build_plating
from .check_plating import check_steps
from .checks import walk
from .explain import explain
from .fields import Table
from .geometries import MICROSTRUCTURES, OwnMeshTable
from .locations import Path as KeyPath
from .schema import GeometryStudy, PlatingStudy, RunStudy, Study, kind_of
from .source import Source, read_source

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
    source = read_source(path, overrides)
    study = _validated(kind_of(source.data), source)
    mistakes = Mistakes(source)
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
    study = _validated(kind_of(source.data), source)
    mistakes = Mistakes(source)
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
        raise StudyError(explain(error, source, below=(name,))) from None


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
    study = _validated(GeometryStudy, source)
    mistakes = Mistakes(source)
    _check_geometry(study, mistakes)
    mistakes.raise_any()
    return study


def _validated[Kind: GeometryStudy](model: type[Kind], source: Source) -> Kind:
    """What the source says, each key for itself."""
    _make_absolute(source)
    source.data.update(source.said())
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        raise StudyError(explain(error, source)) from None


def _make_absolute(source: Source) -> None:
    """Files are named from where the study file stands, overrides from where the user stands."""
    for table in ("material", "geometry"):
        values = source.data.get(table)
        if isinstance(values, dict) and isinstance(values.get("file"), str):
            overridden = (table, "file") in source.overrides
            start = Path.cwd() if overridden else source.path.absolute().parent
            values["file"] = str(start / values["file"])


class Mistakes:
    """Collects what is wrong, each with its place in the file."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lines: list[str] = []

    def add(self, key: KeyPath, message: str) -> None:
        """Note a mistake."""
        self.lines.append(f"{self.source.where(key)}: {message}")

    @contextmanager
    def at(self, table: str, *keys: str | int) -> Iterator[None]:
        """Note an error of the block at this key, or at the one of its keys it speaks of."""
        try:
            yield
        except InputError as error:
            key: KeyPath = (table, *keys)
            values = self.source.data.get(table)
            if not keys and isinstance(values, dict):
                named = (word for word in re.findall(r"\w+", str(error)) if word in values)
                key += tuple(list(named)[:1])
            self.add(key, str(error).removeprefix(f"{key[-1]}: "))

    def raise_any(self) -> None:
        """Raise a StudyError of all that was noted, if there is anything."""
        if self.lines:
            raise StudyError("\n".join(dict.fromkeys(self.lines)))


def _check_run(study: Study | PlatingStudy, mistakes: Mistakes) -> None:
    if isinstance(study, PlatingStudy):
        _check_plating(study, mistakes)
    else:
        _check(study, mistakes)


def _check_plating(study: PlatingStudy, mistakes: Mistakes) -> None:
    """Make the materials, and see whether the protocol can be followed."""
    shape = _check_geometry(study, mistakes)
    with mistakes.at("plating"):
        build_plating.make_anode(study)
    if study.mesh.order == 2:
        mistakes.add(("mesh", "order"), "plating takes straight elements; expected 1")
    if shape is not None and not getattr(shape, "headroom", None):
        mistakes.add(
            ("geometry", "headroom"),
            'plating needs electrolyte above the host; give a headroom, such as "5 um"',
        )
    steps = list(_steps(study, mistakes))
    table = study.plating
    reports = check_steps(
        (step for _, step in steps),
        inserts=table.lithiation,
        content=table.initial_content or 0.0,
    )
    for (key, _), report in zip(steps, reports, strict=True):
        if report:
            mistakes.add(key, report)


def _check(study: Study, mistakes: Mistakes) -> None:
    """Make all that costs nothing to make, and see whether the protocol can be followed."""
    material = start = None
    shape = _check_geometry(study, mistakes)
    with mistakes.at("material", "file" if study.material.file else "name"):
        material = build.make_material(study)
    if material is not None:
        with mistakes.at("initial"):
            start = build.initial_stoichiometry(study, material)
    steps = list(_steps(study, mistakes))
    if mistakes.lines or material is None or start is None:
        return
    electrode = build.whole_electrode(shape, material)
    reports = walk([step for _, step in steps], electrode, start)
    for (key, _), report in zip(steps, reports, strict=True):
        if report:
            mistakes.add(key, report)


def _check_alone(study: Study | PlatingStudy, mistakes: Mistakes) -> None:
    """A single run is no sweep."""
    for table in ("sweep", "optimise"):
        if getattr(study, table) is not None:
            mistakes.add(
                (table,), f"makes many cases of the study; 'nanotrode {table}' runs them, not 'run'"
            )
    if isinstance(study, Study) and study.solver.reduced:
        mistakes.add(
            ("solver", "reduced"),
            "a reduced model learns from the other runs of a sweep, and a single run has none; "
            "leave it out, or add [sweep] and run 'nanotrode sweep'",
        )


def _check_geometry(study: GeometryStudy, mistakes: Mistakes) -> Shape | None:
    shape = None
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


def _steps(study: RunStudy, mistakes: Mistakes) -> Iterator[tuple[KeyPath, Step]]:
    """The steps with their keys; a repeated block comes twice, since later rounds are alike."""
    for number, table in enumerate(study.protocol):
        block: list[tuple[KeyPath, Step]] = []
        for place, text in enumerate(table.steps):
            with mistakes.at("protocol", number, "steps", place):
                block.append((("protocol", number, "steps", place), parse_step(text)))
        yield from block * min(table.repeat, 2)
