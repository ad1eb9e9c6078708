"""Refusals that shapes share: each names the key, what was got and what is expected."""

from __future__ import annotations

from math import isfinite

import numpy as np

from ..errors import ShapeError

TOPS = ("cut", "separator")
"""What the top of a cut-out piece may be."""

SYMMETRIES: dict[str, int] = {"none": 1, "quarter": 4, "twelfth": 12}


def check_positive(shape: object, *keys: str) -> None:
    """Lengths must be finite and positive; None stands for 'not given'."""
    for key in keys:
        value = getattr(shape, key)
        for number in value if isinstance(value, tuple) else (value,):
            if number is None:
                continue
            if isinstance(number, bool) or not isinstance(number, int | float):
                raise ShapeError(f"{key}: expected a length in metres, got {number!r}")
            if not isfinite(number) or number <= 0:
                raise ShapeError(f"{key}: expected a length above zero, got {number:g} m")


def check_count(count: int) -> None:
    """A whole number of poles."""
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ShapeError(f"count: expected a whole number of poles, at least 1, got {count!r}")


def check_choice(key: str, value: str, choices: tuple[str, ...]) -> None:
    """One of the known words."""
    if value not in choices:
        raise ShapeError(f"{key}: expected one of {', '.join(choices)}, got {value!r}")


def check_angle(key: str, value: float, largest: float) -> None:
    """From zero to the largest that makes sense [rad]."""
    if not isfinite(value) or not 0 <= value <= largest:
        raise ShapeError(
            f"{key}: expected 0 to {np.degrees(largest):.0f} degrees, got {np.degrees(value):g}"
        )


def check_symmetry(symmetry: str, placement: str, count: int, *, upright: bool) -> None:
    """A symmetry cell needs one upright pole and the placement that has that symmetry."""
    check_choice("symmetry", symmetry, tuple(SYMMETRIES))
    if symmetry == "none":
        return
    needed = "square" if symmetry == "quarter" else "hexagonal"
    if placement != needed or count != 1 or not upright:
        raise ShapeError(
            f"symmetry: '{symmetry}' needs placement = '{needed}', count = 1 and a pole without "
            f"tilt, twist or bend; got placement = '{placement}', count = {count}"
        )
