"""Which cases a sweep has: grid, list or sample of the values of its axes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...errors import StudyError
from ..cases.axes import Axis, read_axes
from ..cases.case import Case, make_case, refuse_impossible
from ..cases.families import settle_reduced
from ..loading import read_table
from ..source import Source, read_source
from .levels import levels_of
from .schema import SAMPLED, SweepTable, UncertainTable
from .uncertain import with_ranges

MOST_CASES = 100_000


@dataclass(frozen=True)
class Plan:
    """A sweep that can be run.

    Attributes:
        name: Of the study.
        said: All that the file says, its name and question included.
        table: What `[sweep]` says.
        cases: In the order of the table of results.
        doubted: Keys that vary since their values are not known better.
    """

    name: str
    said: dict[str, Any]
    table: SweepTable
    cases: tuple[Case, ...]
    doubted: frozenset[str] = frozenset()


def plan_sweep(path: str | Path, overrides: Iterable[str] = (), *, uncertain: bool = False) -> Plan:
    """Read a study with a `[sweep]`, and check each of its cases before anything is run.

    Args:
        path: The study file.
        overrides: Changes such as `"geometry.radius=60 nm"`.
        uncertain: Vary what its cards and `[uncertain]` say is not known better, too.

    Raises:
        StudyError: One line per mistake.
    """
    source = read_source(path, overrides)
    doubt = _doubt(source, asked=uncertain)
    table = _table(source, alone=doubt is None)
    axes = _axes(source, table)
    points: Iterable[Iterable[tuple[Axis, Any]]]
    points = (zip(axes, one, strict=True) for one in _values(axes, table, source))
    if doubt is not None:
        points = with_ranges(points, source, doubt)
    cases = settled(make_case(source, *_parted(one)) for one in points)
    if table.impossible == "refuse" or all(case.study is None for case in cases):
        refuse_impossible(cases)
    if table.error:
        _check_levels(cases, source)
    named = next(case.study.name for case in cases if case.study is not None)
    known = {axis.key for axis in axes}
    doubted = frozenset(key for case in cases for key in case.inputs if key not in known)
    return Plan(named, source.said(), table, cases, doubted)


def _doubt(source: Source, *, asked: bool) -> UncertainTable | None:
    """What `[uncertain]` says; its defaults where only the command asks."""
    if "uncertain" in source.data:
        return read_table(source, "uncertain", UncertainTable)
    return UncertainTable() if asked else None


def _table(source: Source, *, alone: bool) -> SweepTable:
    """What `[sweep]` says; a study with ranges needs none."""
    if not alone and "sweep" not in source.data:
        return SweepTable()
    table = read_table(source, "sweep", SweepTable)
    if alone and not table.over:
        what = "is missing; expected keys and their values, such as geometry.radius = [...]"
        raise StudyError(f"{source.where(('sweep', 'over'))}: {what}")
    return table


def _axes(source: Source, table: SweepTable) -> tuple[Axis, ...]:
    if not table.over:
        return ()
    return read_axes(source, ("sweep", "over"), counted=table.mode not in SAMPLED)


def _parted(point: Iterable[tuple[Axis, Any]]) -> tuple[list[Axis], list[Any]]:
    pairs = list(point)
    return [axis for axis, _ in pairs], [value for _, value in pairs]


def _check_levels(cases: Iterable[Case], source: Source) -> None:
    """See that each case can be run on a coarser mesh."""
    for case in cases:
        if case.study is not None:
            try:
                levels_of(case.study, error=True)
            except StudyError as error:
                raise StudyError(f"{source.where(('sweep', 'error'))}: {error}") from None


def settled(cases: Iterable[Case]) -> tuple[Case, ...]:
    """Cases whose studies ask for a reduced model only where enough share a mesh."""
    listed = list(cases)
    possible = [case.study for case in listed if case.study is not None]
    studies = iter(settle_reduced(possible))
    return tuple(
        case if case.study is None else replace(case, study=next(studies)) for case in listed
    )


def _values(axes: Sequence[Axis], table: SweepTable, source: Source) -> Iterator[tuple[Any, ...]]:
    if table.mode == "zip":
        return _zipped(axes, source)
    if table.mode in SAMPLED:
        return _sampled(axes, table)
    count = 1
    for axis in axes:
        count *= len(axis.values)
    if count > MOST_CASES:
        raise StudyError(
            f"{source.where(('sweep', 'over'))}: a grid of {count} cases; expected at most "
            f'{MOST_CASES}: take fewer values, or mode = "sobol" with samples'
        )
    return itertools.product(*(axis.values for axis in axes))


def _zipped(axes: Sequence[Axis], source: Source) -> Iterator[tuple[Any, ...]]:
    counts = {axis.key: len(axis.values) for axis in axes}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{key} has {count}" for key, count in counts.items())
        raise StudyError(
            f'{source.where(("sweep", "over"))}: with mode = "zip" all lists must be as long; '
            f"got {listed}"
        )
    return zip(*(axis.values for axis in axes), strict=True)


def _sampled(axes: Sequence[Axis], table: SweepTable) -> Iterator[tuple[Any, ...]]:
    """Points that fill the box of all axes: Sobol's sequence, scrambled, or a Latin hypercube."""
    import warnings

    from scipy.stats import qmc

    sampler = (qmc.Sobol if table.mode == "sobol" else qmc.LatinHypercube)(
        len(axes), rng=table.seed
    )
    with warnings.catch_warnings():
        # a number of points that is no power of two is less even, and allowed
        warnings.simplefilter("ignore", UserWarning)
        points = sampler.random(table.samples)
    for point in points:
        yield tuple(axis.at(float(share)) for axis, share in zip(axes, point, strict=True))
