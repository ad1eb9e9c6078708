"""Stacks of grey values from files: TIFF (one file, a folder or a pattern), raw, npy."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._messages import plain
from ..._reading import check_regular, reading, silent_libraries
from ...errors import ShapeError
from .slices import TIFF, listed
from .tiff import Tiff, survey

_RAW = {".raw", ".bin", ".dat"}
_MOST_DENSE = 5_000
"""Times that a file may grow when it is decoded, once that is more than `_MUCH`."""
_MUCH = 1_000_000_000  # [bytes]

Window = tuple[slice, slice, slice]
Pages = Callable[[range], Iterator[NDArray[Any]]]


@dataclass(frozen=True)
class Stack:
    """An image that is read page by page, so that a crop of a large one costs little.

    Attributes:
        file: its name, for messages.
        shape: pages, rows and columns.
        pages: the values (rows, columns) of the pages of these numbers, one after the other.
    """

    file: str
    shape: tuple[int, ...]
    pages: Pages

    def read(self, window: Window | None = None) -> NDArray[Any]:
        """The values (pages, rows, columns) in a window; by default all.

        Raises:
            ShapeError: The file cannot be read, its pages differ, or they are not real numbers.
        """
        chosen, rows, columns = window or (slice(None),) * 3
        numbers = range(*chosen.indices(self.shape[0]))
        values: NDArray[Any] | None = None
        with reading(self.file, "an image", error=ShapeError, key="file"):
            for k, page in enumerate(self.pages(numbers)):
                self._check(page, numbers[k], None if values is None else values.dtype)
                part = page[rows, columns]
                if values is None:
                    values = np.empty((len(numbers), *part.shape), dtype=part.dtype)
                values[k] = part
        assert values is not None
        return values

    def _check(self, page: NDArray[Any], number: int, dtype: np.dtype | None) -> None:
        if page.dtype.kind not in "buif" or page.ndim != 2:
            raise ShapeError(
                f"file: '{plain(self.file)}' holds {page.dtype} values of shape {page.shape} "
                f"on page {number + 1}; expected one real number for each pixel (no colours)"
            )
        if page.shape != self.shape[1:] or (dtype is not None and page.dtype != dtype):
            raise ShapeError(
                f"file: '{plain(self.file)}': page {number + 1} has {page.shape} {page.dtype} "
                f"pixels, others {self.shape[1:]} {dtype or ''}; all need one size and kind"
            )


def open_stack(file: str, *, raw_shape: tuple[int, int, int] | None, raw_type: str | None) -> Stack:
    """An image whose pages are all there.

    Args:
        file: A TIFF file of many pages, a folder or a pattern (`slices/*.tif`) of TIFF files of
            one page each, taken in the order of the numbers in their names, a `.npy` array or a
            raw file.
        raw_shape: Pages, rows and columns of a raw file.
        raw_type: NumPy's name of a raw file's numbers, such as "uint8" or ">u2".

    Raises:
        ShapeError: The file cannot be read, is no stack, or was cut.
    """
    path = Path(file)
    with reading(file, "an image", error=ShapeError, key="file"):
        given = ["raw_shape"] * (raw_shape is not None) + ["raw_type"] * (raw_type is not None)
        if given and (path.is_dir() or path.suffix.lower() in {*TIFF, ".npy"}):
            raise ShapeError(
                f"{', '.join(given)}: '{plain(path.name)}' says itself what it holds; leave it out"
            )
        if path.is_dir() or "*" in file or "?" in file:
            return _of_folder(file, listed(path))
        if not path.exists():
            raise ShapeError(f"file: there is no '{plain(file)}'")
        check_regular(path)
        if path.suffix.lower() in TIFF:
            return _of_tiff(file)
        if path.suffix.lower() == ".npy":
            return _of_array(file, _npy(path))
        if path.suffix.lower() in _RAW or raw_shape is not None:
            return _of_array(file, _raw(path, raw_shape, raw_type))
    raise ShapeError(
        f"file: '{plain(path.name)}' is none of .tif, .tiff, .npy, .raw, a folder and a pattern"
    )


def read_stack(
    file: str, *, raw_shape: tuple[int, int, int] | None, raw_type: str | None
) -> NDArray[Any]:
    """All grey values (pages, rows, columns) of an image; see `open_stack`."""
    return open_stack(file, raw_shape=raw_shape, raw_type=raw_type).read()


def _stack(file: str, shape: tuple[int, ...], pages: Pages) -> Stack:
    if len(shape) != 3 or min(shape) < 2:
        told = " x ".join(map(str, shape))
        raise ShapeError(
            f"file: '{plain(file)}' holds {told} values; expected a stack, at least two in each of "
            "its three directions and one value each (no colours)"
        )
    return Stack(file, shape, pages)


def _of_array(file: str, values: NDArray[Any]) -> Stack:
    return _stack(file, values.shape, lambda numbers: (values[k] for k in numbers))


def _of_tiff(file: str) -> Stack:
    """The pages of one TIFF file."""
    found = _surveyed(file)
    if len(found.pages) == 1 and found.told_pages not in (None, 1):
        return _of_array(file, _in_one_piece(file, found))
    if found.told_pages not in (None, len(found.pages)):
        raise ValueError(f"it has {len(found.pages)} pages of the {found.told_pages} that it tells")
    first = found.pages[0]

    def pages(numbers: range) -> Iterator[NDArray[Any]]:
        with _opened(file) as picture:
            for number in numbers:
                picture.seek(number)
                yield np.array(picture)

    return _stack(file, (len(found.pages), first.rows, first.columns), pages)


def _of_folder(file: str, found: list[Path]) -> Stack:
    """One page from each of the files."""
    surveys = {path: _surveyed(path) for path in found}
    for path, tiff in surveys.items():
        if len(tiff.pages) > 1 or (tiff.told_pages or 1) > 1:
            raise ShapeError(
                f"file: '{plain(path.name)}' holds {max(len(tiff.pages), tiff.told_pages or 1)} "
                "pages; expected one in each file of a folder"
            )
    sizes = {path: (t.pages[0].rows, t.pages[0].columns) for path, t in surveys.items()}
    for path, size in sizes.items():
        if size != sizes[found[0]]:
            raise ShapeError(
                f"file: {plain(path.name)} has {size} pixels, {plain(found[0].name)} has "
                f"{sizes[found[0]]}; all pages of a stack need one size"
            )

    def pages(numbers: range) -> Iterator[NDArray[Any]]:
        for number in numbers:
            with (
                reading(found[number], "an image", error=ShapeError, key="file"),
                _opened(found[number]) as picture,
            ):
                values = np.array(picture)
            yield values

    return _stack(file, (len(found), *sizes[found[0]]), pages)


def _surveyed(file: str | Path) -> Tiff:
    """The build of a TIFF file that decodes to what its size lets one expect."""
    with reading(file, "an image", error=ShapeError, key="file"):
        check_regular(file)
        found = survey(file)
        decoded = sum(page.size for page in found.pages)
        if decoded > _MUCH and decoded > _MOST_DENSE * found.size:
            raise ValueError(f"its {found.size} bytes claim to hold {decoded / 1e9:.3g} GB")
        return found


@contextmanager
def _opened(file: str | Path) -> Iterator[Any]:
    """A picture of any size: what it takes was looked at before."""
    from PIL import Image

    most = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = None
    try:
        with silent_libraries(), Image.open(file, formats=["TIFF"]) as picture:
            yield picture
    finally:
        Image.MAX_IMAGE_PIXELS = most


def _in_one_piece(file: str, found: Tiff) -> NDArray[Any]:
    """The pages of a stack that has one directory for all, as ImageJ writes what is large."""
    page, count = found.pages[0], found.told_pages or 1
    kind = found.number_type
    if page.start is None or kind is None or page.start + count * page.size > found.size:
        raise ValueError(f"it has 1 page of the {count} that it tells")
    shape = (count, page.rows, page.columns)
    return np.memmap(file, dtype=kind, mode="r", offset=page.start, shape=shape)


def _raw(path: Path, shape: tuple[int, int, int] | None, kind: str | None) -> NDArray[Any]:
    if shape is None or kind is None:
        raise ShapeError("raw_shape, raw_type: a raw file does not say what it holds; give both")
    try:
        dtype = np.dtype(kind)
    except (TypeError, ValueError, SyntaxError):
        dtype = np.dtype(object)
    if dtype.kind not in "buif" or dtype.itemsize == 0:
        raise ShapeError(f"raw_type: got '{plain(kind)}', expected a type such as uint8 or <u2")
    if len(shape) != 3 or min(shape) < 1:
        raise ShapeError(f"raw_shape: got {shape}, expected pages, rows and columns")
    wanted, size = math.prod(shape) * dtype.itemsize, path.stat().st_size
    if wanted != size:
        raise ShapeError(
            f"raw_shape: {' x '.join(map(str, shape))} values of {kind} are {wanted} bytes, but "
            f"'{plain(path.name)}' has {size}"
        )
    return np.memmap(path, dtype=dtype, mode="r", shape=shape)


def _npy(path: Path) -> NDArray[Any]:
    """An array of one file that holds it and nothing else."""
    values = np.load(path, mmap_mode="r", allow_pickle=False)
    if not isinstance(values, np.memmap):
        raise ValueError("it is no array of .npy")
    if values.offset + values.nbytes != path.stat().st_size:
        raise ValueError(
            f"it holds {path.stat().st_size} bytes, and its array takes "
            f"{values.offset + values.nbytes}"
        )
    return values
