"""The cases by which a result's range is found: what the cards do not know better, and seeds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from ..._messages import did_you_mean, quoted
from ...errors import StudyError
from ..build import material_ranges
from ..build_plating import plating_ranges
from ..cases.axes import Axis, Range, read_axes
from ..cases.case import make_case
from ..cases.table import unit_of
from ..schema import GeometryStudy, PlatingStudy, Study
from ..source import Source
from .schema import UncertainTable

Point = list[tuple[Axis, Any]]

SEED = "geometry.seed"
LOG_FROM = 3.0
"""Ends that lie further apart than this are sampled evenly in their logarithm."""


def with_ranges(
    points: Iterable[Iterable[tuple[Axis, Any]]], source: Source, doubt: UncertainTable
) -> Iterator[Point]:
    """Each point as it is, and after it the points of its ranges.

    Args:
        points: What else varies, with its values.
        source: The study file.
        doubt: What `[uncertain]` says.

    Raises:
        StudyError: A key of `[uncertain]` is at fault, or nothing is uncertain.
    """
    asked = read_axes(source, ("uncertain", "over"), counted=False) if doubt.over else ()
    seen: set[str] = set()
    possible = varied = False
    for point in points:
        own = list(point)
        yield own
        study = make_case(source, [a for a, _ in own], [value for _, value in own]).study
        if study is None:
            continue
        possible = True
        axes = _axes(study, asked, taken={axis.key for axis, _ in own})
        seeds = _seeds(study, doubt.seeds)
        seen.update(axis.key for axis in (*axes, *seeds))
        axes, seeds = ([a for a in some if a.key not in doubt.fixed] for some in (axes, seeds))
        for more in _points(axes, seeds, doubt.samples):
            varied = True
            yield [*own, *more]
    if possible:
        _check(source, doubt, seen, varied=varied)


def _check(source: Source, doubt: UncertainTable, seen: set[str], *, varied: bool) -> None:
    """Refuse keys that would not vary anyway, and a study in which nothing does."""
    for key in doubt.fixed:
        if key not in seen:
            where = source.where(("uncertain", "fixed"))
            known = ", ".join(sorted(seen)) or "nothing"
            hint = did_you_mean(key, seen) or f"; {known} would"
            raise StudyError(f"{where}: {quoted(key)} would not be varied anyway{hint}")
    if not varied:
        raise StudyError(
            f"{source.path}: nothing is uncertain here: no card gives a number a range (low and "
            "high), the geometry has no seed, and [uncertain] names no key"
        )


def _axes(study: GeometryStudy, asked: Iterable[Axis], taken: Collection[str]) -> list[Axis]:
    """What is uncertain in a study: what the user names, and what its cards say."""
    axes = {axis.key: axis for axis in asked}
    for key, ends in _known(study).items():
        axes.setdefault(key, Axis(key, line=1, range=_range(study, key, *ends)))
    return [axis for key, axis in axes.items() if key not in taken]


def _known(study: GeometryStudy) -> dict[str, tuple[float, float]]:
    """What the cards of a study say; a geometry alone has none."""
    if isinstance(study, PlatingStudy):
        return plating_ranges(study)
    return material_ranges(study) if isinstance(study, Study) else {}


def _range(study: GeometryStudy, key: str, low: float, high: float) -> Range:
    """A card's range, written as the study would write it."""
    table, name = key.split(".")
    unit = unit_of(type(getattr(study, table)), name) or ""
    return Range(low, high, unit, log=low > 0.0 and high > LOG_FROM * low)


def _seeds(study: GeometryStudy, count: int) -> list[Axis]:
    """The study's seed and those after it, where its structure is random."""
    own = getattr(study.geometry, "seed", None)
    if own is None or getattr(study.geometry, "placement", "random") != "random":
        return []
    return [Axis(SEED, line=1, choices=tuple(range(own, own + count)))]


def _points(axes: list[Axis], seeds: list[Axis], samples: int | None) -> Iterator[Point]:
    """One thing at a time to its ends and each other seed, or samples of all at once."""
    if samples is not None:
        yield from _samples(axes, seeds, samples)
        return
    for axis in axes:
        ends = axis.choices or (axis.at(0.0), axis.at(1.0))
        yield from ([(axis, value)] for value in ends)
    for axis in seeds:
        yield from ([(axis, seed)] for seed in axis.values[1:])


def _samples(axes: list[Axis], seeds: list[Axis], count: int) -> Iterator[Point]:
    """A Latin hypercube in all ranges; seeds go round."""
    from scipy.stats import qmc

    if not axes:
        return
    for number, shares in enumerate(qmc.LatinHypercube(len(axes), rng=0).random(count)):
        point = [(axis, axis.at(float(at))) for axis, at in zip(axes, shares, strict=True)]
        yield [*point, *((axis, axis.values[number % len(axis.values)]) for axis in seeds)]
