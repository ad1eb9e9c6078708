"""Off-screen rendering: what it needs, checked before VTK dies of its absence."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache

from ..errors import NanotrodeError

APT_LINE = "apt-get install --no-install-recommends libegl1 libgl1-mesa-dri libx11-6"

# Without libX11, VTK ends the whole process at its first picture, whatever else is there.
_LIBRARIES = {"libX11.so.6": "libx11-6", "libEGL.so.1": "libegl1"}


class RenderingError(NanotrodeError):
    """No picture can be drawn on this machine."""


@cache
def require_rendering() -> None:
    """Choose the off-screen back end of VTK, once per process.

    Raises:
        RenderingError: A system library is missing; the message says how to get it.
    """
    if not sys.platform.startswith("linux"):
        return
    missing = [package for library, package in _LIBRARIES.items() if not _loads(library)]
    if missing:
        raise RenderingError(
            f"no pictures: off-screen rendering needs {' and '.join(missing)}, which this "
            f"machine lacks. On Debian or Ubuntu: {APT_LINE}"
        )
    if not os.environ.get("DISPLAY"):
        os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
