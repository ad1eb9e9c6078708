"""How far results scatter over seeds: mean, standard deviation and number of the cases alike."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def is_seed(key: str) -> bool:
    """Whether a key is a seed: geometry.seed, geometry.coating_seed."""
    return key.split(".")[-1].endswith("seed")


def spread_over_seeds(
    rows: Sequence[Row], *, inputs: Sequence[str], metrics: Sequence[str]
) -> list[dict[str, Any]]:
    """One row for all cases that differ in seeds alone.

    Args:
        rows: Of the cases that are done.
        inputs: Columns of the inputs.
        metrics: Columns of numbers.

    Returns:
        The inputs but for the seeds, `n`, and for each number its mean, its standard deviation
        (n - 1 in the denominator) and the standard error of the mean; NaN below two cases.
    """
    kept = [key for key in inputs if not is_seed(key.split(" [")[0])]
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get(key) for key in kept), []).append(row)
    found = []
    for values, members in groups.items():
        line: dict[str, Any] = dict(zip(kept, values, strict=True)) | {"n": len(members)}
        for name in metrics:
            line |= _of([row[name] for row in members if row.get(name) is not None], name)
        found.append(line)
    return found


def _of(values: Sequence[float], name: str) -> dict[str, float]:
    if not values:
        return {}
    deviation = statistics.stdev(values) if len(values) > 1 else math.nan
    return {
        f"{name} mean": statistics.fmean(values),
        f"{name} standard deviation": deviation,
        f"{name} standard error": deviation / math.sqrt(len(values)),
    }
