"""Tables that a reproduction writes: one set of rows, as CSV and as Markdown."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..._files import write_text

Cell = str | float | None


@dataclass(frozen=True)
class Sheet:
    """A table with a title.

    Attributes:
        title: One line.
        columns: Their heads, with units.
        rows: Numbers stay numbers; None is an empty cell.
        note: A paragraph that belongs below it.
        digits: Of numbers in Markdown.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    digits: int = 4

    def csv(self) -> str:
        """Numbers with all their digits."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(["" if cell is None else cell for cell in row] for row in self.rows)
        return text.getvalue()

    def markdown(self) -> str:
        """Numbers as a reader wants them."""
        body = [[self._shown(cell) for cell in row] for row in self.rows]
        lines = [self.columns, ["---"] * len(self.columns), *body]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return f"## {self.title}\n\n{table}\n" + (f"\n{self.note}\n" if self.note else "")

    def _shown(self, cell: Cell) -> str:
        if cell is None:
            return ""
        return cell.replace("|", "\\|") if isinstance(cell, str) else plain(cell, self.digits)

    def write(self, path: Path) -> Path:
        """Write the CSV, whole or not at all."""
        write_text(path, self.csv())
        return path


def plain(value: float, digits: int = 4) -> str:
    """A number to a few digits, without a power of ten where it can be done."""
    text = f"{value:.{digits}g}"
    return f"{value:.0f}" if "e+" in text and abs(value) < 10**6 else text
