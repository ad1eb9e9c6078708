"""The edge of a voxel, where the image's file tells it: ImageJ's calibration, or TIFF's tags."""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from pathlib import Path

from ..._messages import plain
from ..._reading import reading
from ...errors import ShapeError
from .slices import TIFF, listed
from .tiff import Tiff, survey

log = logging.getLogger("nanotrode")

_UNITS = {
    **dict.fromkeys(("micron", "microns", "um", "µm", "μm", "\\u00b5m", "micrometer"), 1e-6),
    **dict.fromkeys(("nm", "nanometer", "nanometers"), 1e-9),
    **dict.fromkeys(("mm", "millimeter"), 1e-3),
    **dict.fromkeys(("cm", "centimeter"), 1e-2),
    **dict.fromkeys(("m", "meter"), 1.0),
    **dict.fromkeys(("pm", "picometer"), 1e-12),
    **dict.fromkeys(("a", "å", "\\u00c5", "angstrom"), 1e-10),
}
_TAGGED = {2: 0.0254, 3: 0.01}
"""What TIFF's numbers of units are [m]."""
_LARGEST = 50e-6
"""A larger pixel [m] is a printer's or a screen's (72 or 300 to the inch), no electrode's."""
_ALIKE = 0.01
"""By how much two lengths may differ that are meant to be equal."""


def voxel_in(file: str, *, key: str = "voxel") -> float | None:
    """The edge of a voxel [m] as the image's file tells it; None where it does not.

    Args:
        file: As `Image` takes it.
        key: The user's name of the voxel, for messages.

    Raises:
        ShapeError: The file cannot be read, or its voxels are no cubes.
    """
    path = Path(file)
    if path.is_dir() or "*" in file or "?" in file:
        path = listed(path)[0]
    if path.suffix.lower() not in TIFF or not path.is_file():
        return None
    with reading(path, "an image", error=ShapeError, key="file"):
        edges = _edges(survey(path))
    if edges is None:
        return None
    if max(edges) > (1 + _ALIKE) * min(edges):
        told = " x ".join(f"{1e6 * edge:g}" for edge in edges)
        raise ShapeError(
            f"{key}: '{plain(path.name)}' says that its voxels are {told} um; expected cubes: "
            "resample the image, or give the voxel if that is not so"
        )
    return edges[0]


def given_or_told(file: str, given: float | None, *, key: str = "voxel") -> float:
    """The edge of a voxel [m]: what is given, or else what the file tells.

    A file that tells another length is warned of, since one of the two is wrong.

    Raises:
        ShapeError: Neither is there.
    """
    if given is None:
        told = voxel_in(file, key=key)
        if told is None:
            raise ShapeError(
                f"{key}: '{plain(Path(file).name)}' does not say how large its voxels are; give "
                'it, such as "100 nm"'
            )
        log.info("a voxel is %g um wide, as its file says", 1e6 * told)
        return told
    try:
        told = voxel_in(file)
    except ShapeError:  # told by the reader, if it is no matter of the scale
        return given
    if told is not None and abs(told - given) > _ALIKE * given:
        log.warning(
            "%s: %g um is given, but %s says %g um", key, 1e6 * given, plain(file), 1e6 * told
        )
    return given


def _edges(found: Tiff) -> tuple[float, ...] | None:
    """Edges of a voxel along x, y and, if the file tells it, z [m]."""
    resolution = found.resolution
    if resolution is None or min(resolution[:2]) <= 0:
        return None
    x, y, number = resolution
    about = dict(re.findall(r"^(\w+)=(.*?)\s*$", found.description, re.MULTILINE))
    if "ImageJ" in about:
        unit = _UNITS.get(about.get("unit", "").strip().lower())
    else:
        about, unit = {}, _TAGGED.get(number)
    if unit is None:
        return None
    edges = [unit / x, unit / y]
    with suppress(KeyError, ValueError):  # where it is not told, slices are as far apart as pixels
        edges.append(abs(float(about["spacing"])) * unit)
    rounded = tuple(float(f"{edge:.6g}") for edge in edges)
    return rounded if 0 < min(rounded) <= max(rounded) <= _LARGEST else None
