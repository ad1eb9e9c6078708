"""The slices of an image in files of their own: in the order of their numbers, none missing."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from ..._messages import plain
from ...errors import ShapeError

TIFF = {".tif", ".tiff"}


def listed(path: Path) -> list[Path]:
    """The TIFF files of a folder, or those that fit a pattern, from the first slice to the last.

    Raises:
        ShapeError: There is none, a number is missing or there twice, or the names do not tell
            in which order they come.
    """
    inside = path.iterdir() if path.is_dir() else path.parent.glob(path.name)
    found = [one for one in inside if one.suffix.lower() in TIFF and not one.name.startswith(".")]
    if not found:
        raise ShapeError(f"file: '{plain(str(path))}' holds no .tif or .tiff file")
    parts = {one: re.split(r"(\d+)", one.stem) for one in found}
    kinds = {tuple(part[::2]) for part in parts.values()}
    if len(kinds) > 1 and any(len(part) > 1 for part in parts.values()):
        some = sorted(found, key=lambda one: parts[one][::2])
        raise ShapeError(
            f"file: '{plain(some[0].name)}' and '{plain(some[-1].name)}' do not differ by a number "
            "alone, so that the order of the slices is not known; give a pattern, such as "
            "slices/s*.tif"
        )
    numbers = {one: tuple(map(int, part[1::2])) for one, part in parts.items()}
    ordered = sorted(found, key=lambda one: (numbers[one], one.name))
    _check_complete(ordered, numbers)
    return ordered


def _check_complete(ordered: list[Path], numbers: dict[Path, tuple[int, ...]]) -> None:
    """See that the one number that counts the slices counts all of them."""
    columns = list(zip(*(numbers[one] for one in ordered), strict=True))
    counting = [column for column in columns if len(set(column)) > 1]
    if len({numbers[one] for one in ordered}) < len(ordered) and columns:
        twice = next(a for a, b in itertools.pairwise(ordered) if numbers[a] == numbers[b])
        raise ShapeError(f"file: two files are slice '{plain(twice.stem)}'")
    if len(counting) != 1:
        return
    steps = [b - a for a, b in zip(counting[0], counting[0][1:], strict=False)]
    for step, before, after in zip(steps, ordered, ordered[1:], strict=False):
        if step > min(steps):
            raise ShapeError(
                f"file: slices are missing between '{plain(before.name)}' and "
                f"'{plain(after.name)}' ({len(ordered)} are there)"
            )
