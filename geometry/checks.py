"""Refusals that shapes share: each names the key, what was got and what is expected."""

from __future__ import annotations

from math import isfinite
from numbers import Integral, Real

import numpy as np

from .._arguments import as_float, check_fields
from .._messages import did_you_mean, quoted
from ..errors import ShapeError

SMALLEST, LARGEST = 1e-12, 1.0
"""What a length of an electrode can be [m]: below are atoms, above are slips of the unit."""

TOPS = ("cut", "separator")
BOTTOMS = ("collector", "cut")
"""What the top of a cut-out piece may be."""

SYMMETRIES: dict[str, int] = {"none": 1, "quarter": 4, "twelfth": 12}


def check_positive(shape: object, *keys: str, any_size: bool = False) -> None:
    """Lengths must be finite and positive; None stands for 'not given'.

    Every shape asks this first, so what is no number at all is refused here, whatever its field.

    Args:
        shape: A dataclass.
        keys: Its lengths.
        any_size: Whether they may be as large or small as they like (ratios).
    """
    for key in keys:
        value = getattr(shape, key)
        for number in value if isinstance(value, tuple) else (value,):
            if number is None:
                continue
            if isinstance(number, bool) or not isinstance(number, Real):
                raise ShapeError(f"{key}: expected a length in metres, got {quoted(number)}")
            length = as_float(number)
            if not isfinite(length) or length <= 0:
                raise ShapeError(f"{key}: expected a length above zero, got {length:g} m")
            if not any_size and not SMALLEST <= length <= LARGEST:
                raise ShapeError(
                    f"{key}: expected a length of {SMALLEST:g} to {LARGEST:g} m, got {length:g} m; "
                    "50 nm is 50e-9"
                )
    check_fields(shape, error=ShapeError)


def check_count(count: object) -> None:
    """A whole number of poles."""
    if isinstance(count, bool) or not isinstance(count, Integral) or int(count) < 1:
        got = quoted(count)
        raise ShapeError(f"count: expected a whole number of poles, at least 1, got {got}")


def check_choice(key: str, value: str, choices: tuple[str, ...]) -> None:
    """One of the known words."""
    if value not in choices:
        hint = did_you_mean(value, choices)
        raise ShapeError(f"{key}: expected one of {', '.join(choices)}, got {quoted(value)}{hint}")


def check_angle(key: str, angle: object, largest: float) -> None:
    """From zero to the largest that makes sense [rad]."""
    if isinstance(angle, bool) or not isinstance(angle, Real):
        raise ShapeError(f"{key}: expected an angle in radians, got {quoted(angle)}")
    value = as_float(angle)
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
