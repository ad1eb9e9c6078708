"""Between what the results of a case lie when what is uncertain varies, and what decides them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

FEWEST = 5
"""Values below which a rank correlation says nothing."""
SAME = 1e-6
"""Relative difference up to which results are the same."""


def ranges_over(
    rows: Sequence[Row], *, inputs: Sequence[str], doubted: Collection[str], metrics: Sequence[str]
) -> list[dict[str, Any]]:
    """One line for each result of each case: as it is, its range, what decides it.

    What decides is the key that alone moves a result furthest; where all keys vary at once, the
    one with the largest rank correlation.

    Args:
        rows: Of the cases that are done.
        inputs: Columns of what varies, the uncertain ones included.
        doubted: Keys that are uncertain.
        metrics: Columns of results.

    Returns:
        The other inputs, `result`, `as it is`, `lowest`, `highest`, `decided by` and the number of
        `cases`. A result that the doubt does not move is left out.
    """
    keys = [key for key in inputs if key in doubted]
    kept = [key for key in inputs if key.split(" [")[0] not in doubted]
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get(key) for key in kept), []).append(row)
    lines = []
    for values, members in groups.items():
        own = next((row for row in members if not _varied(row, keys)), None)
        for name in metrics:
            found = _range(members, own, keys, name)
            if found is not None:
                lines.append({**dict(zip(kept, values, strict=True)), "result": name, **found})
    return lines


def _range(
    members: Sequence[Row], own: Row | None, keys: Sequence[str], name: str
) -> dict[str, Any] | None:
    told = [row for row in members if row.get(name) is not None]
    values = [row[name] for row in told]
    if len(values) < 2 or max(values) - min(values) <= SAME * max(map(abs, values)):
        return None
    base = None if own is None else own.get(name)
    return {
        "as it is": base,
        "lowest": min(values),
        "highest": max(values),
        "decided by": _decided(told, base, keys, name),
        "cases": len(values),
    }


def _decided(rows: Sequence[Row], base: float | None, keys: Sequence[str], name: str) -> str:
    reach = dict(_reaches(rows, base, keys, name))
    return max(reach, key=lambda key: reach[key]) if reach else ""


def _reaches(
    rows: Sequence[Row], base: float | None, keys: Sequence[str], name: str
) -> Iterator[tuple[str, float]]:
    """How far each key alone moves a result, or how closely the result follows it."""
    for key in keys:
        alone = [row for row in rows if _varied(row, keys) == [key]]
        together = [row for row in rows if len(_varied(row, keys)) > 1 and _is_number(row[key])]
        if alone:
            values = [row[name] for row in alone] + ([] if base is None else [base])
            yield key, max(values) - min(values)
        elif len(together) >= FEWEST:
            from scipy.stats import spearmanr

            found = spearmanr([float(row[key]) for row in together], [r[name] for r in together])
            yield key, abs(float(found.statistic))


def _varied(row: Row, keys: Sequence[str]) -> list[str]:
    return [key for key in keys if row.get(key) is not None]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)
