"""What `nanotrode sweep` and `nanotrode optimise` print when they are done."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

from ..postprocess.stamp import grounds_of
from .sweep.rows import WARNINGS

MOST_RANGES = 12
"""Ranges that the terminal shows; all are in the table."""

if TYPE_CHECKING:
    from .optimise.problem import Problem
    from .optimise.run import Found
    from .sweep.run import Outcome


def show_sweep(outcome: Outcome) -> None:
    """Print how the cases of a sweep stand, and the files that it left."""
    counts = Counter(row["status"] for row in outcome.rows)
    stand = ", ".join(f"{count} {status}" for status, count in counts.items())
    _say(f"{len(outcome.rows)} cases: {stand}")
    for row in outcome.rows:
        if row["reason"]:
            _say(f"  case {row['case']:04d} {row['status']}: {row['reason']}")
    warned = sum(1 for row in outcome.rows if row.get(WARNINGS))
    if warned:
        _say(
            f"{warned} with warnings, which the column '{WARNINGS}' counts and a case's page tells"
        )
    # a case that only doubts another rests on what that one does
    own = (row for row in outcome.rows if all(row.get(key) is None for key in outcome.doubted))
    folders = (outcome.folder / row["folder"] for row in own if row["folder"])
    for text in grounds_of(folders):
        _say(f"rests on {text}")
    _show_ranges(outcome)
    for file in outcome.files:
        _say(f"wrote {file}")


def _show_ranges(outcome: Outcome) -> None:
    """Print the ranges of the results that are asked first, each with what decides it."""
    from ..postprocess.wording import readable, split_name

    for line in outcome.ranges[:MOST_RANGES]:
        words, unit = split_name(line["result"])
        low, high = (readable(line[end], unit) for end in ("lowest", "highest"))
        own = "" if line["as it is"] is None else f"{readable(line['as it is'], unit)}, "
        decided = f"; {line['decided by']} decides" if line["decided by"] else ""
        _say(f"  {words}: {own}{low} to {high}{decided}")
    more = len(outcome.ranges) - MOST_RANGES
    if more > 0:
        _say(f"  and {more} more in ranges.csv")


def show_found(problem: Problem, found: Found) -> None:
    """Print the best point of a search, and whether that is what was wanted."""
    table = problem.table
    if found.best is None or found.best.score is None:
        _say(f"none of {found.points} points keeps all constraints")
    else:
        _say(f"{table.objective} = {found.best.score.objective:.6g} at point {found.best.number}:")
        for key, value in found.inputs.items():
            _say(f"  {key} = {value}")
    end = "the budget is spent"
    if table.target is not None:
        end = f"the target {table.target:g} is {'' if found.reached else 'not '}reached"
    _say(f"{found.points} of at most {table.budget} points; {end}")
    for name in (
        "best.toml",
        "history.png",
        "results.csv",
        "results.parquet",
        "optimise.json",
        "report.html",
    ):
        if (found.folder / name).exists():
            _say(f"wrote {found.folder / name}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
