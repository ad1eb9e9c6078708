"""A square cut into cells, so that only near poles are compared with each other."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import NamedTuple


class Foot(NamedTuple):
    """Where a pole stands [m], and its number."""

    number: int
    x: float
    y: float


class Cells:
    """The feet of poles, by the cell that they stand in.

    Args:
        edge: of a cell [m]; whatever lies nearer than this is found.
    """

    def __init__(self, edge: float) -> None:
        self._edge = edge
        self._held: dict[tuple[int, int], list[Foot]] = defaultdict(list)

    def add(self, foot: Foot) -> None:
        """Put a foot where it stands."""
        self._held[self._cell(foot.x, foot.y)].append(foot)

    def near(self, x: float, y: float) -> list[Foot]:
        """All feet within the cell's edge of a point, and some that are farther."""
        i, j = self._cell(x, y)
        around = product((i - 1, i, i + 1), (j - 1, j, j + 1))
        return [foot for cell in around for foot in self._held.get(cell, ())]

    def _cell(self, x: float, y: float) -> tuple[int, int]:
        return int(x // self._edge), int(y // self._edge)
