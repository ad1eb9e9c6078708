"""Stacks of grey values from files: TIFF (one file, a folder or a pattern), raw, npy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ShapeError

_TIFF = {".tif", ".tiff"}
_RAW = {".raw", ".bin", ".dat"}


def read_stack(
    file: str, *, raw_shape: tuple[int, int, int] | None, raw_type: str | None
) -> NDArray[Any]:
    """The grey values (pages, rows, columns) of an image.

    Args:
        file: A TIFF file of many pages, a folder or a pattern (`slices/*.tif`) of TIFF files of
            one page each, taken in the order of their names, a `.npy` array or a raw file.
        raw_shape: Pages, rows and columns of a raw file.
        raw_type: NumPy's name of a raw file's numbers, such as "uint8" or ">u2".

    Raises:
        ShapeError: The file cannot be read, or is no stack.
    """
    path = Path(file)
    try:
        if path.is_dir() or "*" in file or "?" in file:
            stack = _many_files(path)
        elif not path.exists():
            raise ShapeError(f"file: there is no '{file}'")
        elif path.suffix.lower() in _TIFF:
            stack = _pages(path)
        elif path.suffix.lower() == ".npy":
            stack = np.load(path, allow_pickle=False)
        elif path.suffix.lower() in _RAW or raw_shape is not None:
            stack = _raw(path, raw_shape, raw_type)
        else:
            raise ShapeError(
                f"file: '{path.name}' is none of .tif, .tiff, .npy, .raw, a folder and a pattern"
            )
    except (OSError, ValueError, TypeError, EOFError) as error:
        raise ShapeError(f"file: '{file}' cannot be read ({error})") from None
    return _checked(stack, file)


def _checked(stack: NDArray[Any], file: str) -> NDArray[Any]:
    if stack.ndim != 3 or min(stack.shape) < 2:
        shape = " x ".join(map(str, stack.shape))
        raise ShapeError(
            f"file: '{file}' holds {shape} values; expected a stack, at least two in each of its "
            "three directions and one value each (no colours)"
        )
    if stack.dtype.kind not in "buif":
        raise ShapeError(f"file: '{file}' holds {stack.dtype} values; expected real numbers")
    return stack


def _pages(path: Path) -> NDArray[Any]:
    from PIL import Image, ImageSequence

    with Image.open(path) as file:
        pages = [np.array(page) for page in ImageSequence.Iterator(file)]
    return _stacked(pages, [f"page {k + 1}" for k in range(len(pages))])


def _many_files(path: Path) -> NDArray[Any]:
    from PIL import Image

    if path.is_dir():
        found = sorted(p for p in path.iterdir() if p.suffix.lower() in _TIFF)
    else:
        found = sorted(path.parent.glob(path.name))
    if not found:
        raise ShapeError(f"file: '{path}' holds no .tif or .tiff file")
    pages = []
    for one in found:
        with Image.open(one) as file:
            pages.append(np.array(file))
    return _stacked(pages, [one.name for one in found])


def _stacked(pages: list[NDArray[Any]], names: list[str]) -> NDArray[Any]:
    """The pages as one array, all of one size."""
    for page, name in zip(pages, names, strict=True):
        if page.shape != pages[0].shape:
            raise ShapeError(
                f"file: {name} has {page.shape} pixels, {names[0]} has {pages[0].shape}; "
                "all pages of a stack need one size"
            )
    return np.stack(pages)


def _raw(path: Path, shape: tuple[int, int, int] | None, kind: str | None) -> NDArray[Any]:
    if shape is None or kind is None:
        raise ShapeError("raw_shape, raw_type: a raw file does not say what it holds; give both")
    try:
        dtype = np.dtype(kind)
    except TypeError:
        raise ShapeError(f"raw_type: got '{kind}', expected a type such as uint8 or <u2") from None
    if len(shape) != 3 or min(shape) < 1:
        raise ShapeError(f"raw_shape: got {shape}, expected pages, rows and columns")
    wanted, size = int(np.prod(shape)) * dtype.itemsize, path.stat().st_size
    if wanted != size:
        raise ShapeError(
            f"raw_shape: {' x '.join(map(str, shape))} values of {kind} are {wanted} bytes, but "
            f"'{path.name}' has {size}"
        )
    return np.fromfile(path, dtype=dtype).reshape(shape)
