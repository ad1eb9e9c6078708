"""What the command line says of an image: its words read, and errors told in its own flags."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import InputError, ShapeError

FLAGS = {
    "voxel": "--voxel",
    "labels": "--label",
    "threshold": "--threshold",
    "axes": "--axes",
    "crop": "--crop",
    "raw_shape": "--raw-shape",
    "raw_type": "--raw-type",
}
"""Flag of each key of an image's table."""


@contextmanager
def in_flags() -> Iterator[None]:
    """Name flags where an image's error names keys, which no command line has."""
    try:
        yield
    except ShapeError as error:
        keys, colon, rest = str(error).partition(": ")
        names = keys.split(", ")
        if not colon or not set(names) <= set(FLAGS):
            raise
        raise InputError(f"{', '.join(FLAGS[name] for name in names)}: {rest}") from None


def refuse_words(about: dict[str, Any], source: Path) -> None:
    """Refuse flags of images where the source is none, instead of passing over them.

    Raises:
        InputError: There are some.
    """
    given = [FLAGS[key] for key, value in about.items() if value is not None]
    if given:
        raise InputError(
            f"{', '.join(given)}: only an image is told so, and '{source}' is "
            + ("a run's folder" if source.is_dir() else "taken for a study file, which says it")
        )


def read_words(about: dict[str, Any]) -> dict[str, Any]:
    """The command line's words on an image, as `Image` takes them.

    Raises:
        InputError: They cannot be read.
    """
    from ..units import quantity

    labels: dict[str, tuple[int, ...]] = {}
    for text in about["labels"] or ():
        name, _, values = text.partition("=")
        try:
            more = tuple(int(value) for value in values.split(","))
            labels[name.strip()] = labels.get(name.strip(), ()) + more
        except ValueError:
            raise InputError(f"--label: got '{text}', expected such as electrolyte=0") from None
    return {
        "voxel": about["voxel"] and quantity(about["voxel"], "m", key="--voxel"),
        "labels": labels,
        "threshold": about["threshold"],
        "axes": about["axes"] or "zyx",
        "crop": _crop(about["crop"]),
        "raw_shape": _raw_shape(about["raw_shape"]),
        "raw_type": about["raw_type"],
    }


def _crop(text: str | None) -> tuple[tuple[int, int] | None, ...] | None:
    if text is None:
        return None
    spans: list[tuple[int, int] | None] = []
    try:
        for span in text.split(","):
            low, _, high = span.partition(":")
            spans.append((int(low), int(high)) if span.strip() else None)
    except ValueError:
        raise InputError(f"--crop: got '{text}', expected such as 0:128,0:128,0:64") from None
    return tuple(spans)


def _raw_shape(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        return tuple(int(count) for count in text.split(","))
    except ValueError:
        raise InputError(f"--raw-shape: got '{text}', expected such as 64,128,128") from None
