"""A study that is right, to be made wrong in one place."""

from __future__ import annotations

from pathlib import Path

import pytest

GOOD = """\
[geometry]
kind = "nanowire-array"
count = 4
radius = "50 nm"
length = "500 nm"
pitch = "200 nm"

[material]
name = "LiFePO4"

[initial]
stoichiometry = 0.02

[[protocol]]
steps = [
    "Discharge at 20C until 2.5 V",
    "Rest for 1 minute",
]
"""

SMALL = """\
[geometry]
kind = "nanowire-array"
radius = "50 nm"
length = "200 nm"
[material]
name = "LiFePO4"
[initial]
stoichiometry = 0.05
[[protocol]]
steps = ["Discharge at 10C until 2.8 V", "Rest for 20 s"]
[solver]
tolerance = 1e-3
[output]
pictures = false
"""


@pytest.fixture
def small_text() -> str:
    """A study that runs in a second."""
    return SMALL


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A study file of 15 lines."""
    path = tmp_path / "good.toml"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.fixture
def changed(good: Path):
    """Write the study with one text replaced by another."""

    def change(old: str, new: str) -> Path:
        assert old in GOOD
        good.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
        return good

    return change
