"""Says at the end how many inputs there were, and what became of them."""

from __future__ import annotations

from doors import COUNTS, table


def pytest_terminal_summary(terminalreporter) -> None:
    if COUNTS:
        terminalreporter.section("inputs")
        for line in table():
            terminalreporter.write_line(line)
