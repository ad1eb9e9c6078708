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
from .schema import SAMPLED, SweepTable

MOST_CASES = 100_000


@dataclass(frozen=True)
class Plan:
    """A sweep that can be run.

    Attributes:
        name: Of the study.
        said: All that the file says, its name and question included.
        table: What `[sweep]` says.
        cases: In the order of the table of results.
    """

    name: str
    said: dict[str, Any]
    table: SweepTable
    cases: tuple[Case, ...]


def plan_sweep(path: str | Path, overrides: Iterable[str] = ()) -> Plan:
    """Read a study with a `[sweep]`, and check each of its cases before anything is run.

    Raises:
        StudyError: One line per mistake.
    """
    source = read_source(path, overrides)
    table = read_table(source, "sweep", SweepTable)
    axes = read_axes(source, ("sweep", "over"), counted=table.mode not in SAMPLED)
    values = list(_values(axes, table, source))
    cases = settled(make_case(source, axes, one) for one in values)
    if table.impossible == "refuse" or all(case.study is None for case in cases):
        refuse_impossible(cases)
    if table.error:
        _check_levels(cases, source)
    named = next(case.study.name for case in cases if case.study is not None)
    return Plan(named, source.said(), table, cases)


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
