"""How a TIFF file is built: its pages, whether all of them are there, and what it says of itself.

Pillow decodes the pages; but it takes the end of a file that was cut for the end of the stack.
So the chain of directories, and where each piece of a page lies, is read here first.
"""

from __future__ import annotations

import itertools
import re
import struct
from dataclasses import dataclass
from math import ceil, prod
from os import PathLike
from typing import BinaryIO, NamedTuple

_MOST_PAGES = 200_000
_MOST_VALUES = 50_000_000
"""Bytes of one entry: more pieces than any page has."""

# The formats of an entry's values, by TIFF's number of the type.
_FORMATS = {1: "B", 2: "s", 3: "H", 4: "I", 5: "II", 6: "b", 7: "B", 8: "h", 9: "i", 10: "ii"}
_FORMATS |= {11: "f", 12: "d", 13: "I", 16: "Q", 17: "q", 18: "Q"}

_WIDTH, _LENGTH, _BITS, _COMPRESSION, _DESCRIPTION = 256, 257, 258, 259, 270
_STRIPS, _SAMPLES, _ROWS, _STRIP_BYTES, _X, _Y, _PLANAR, _UNIT = (
    273,
    277,
    278,
    279,
    282,
    283,
    284,
    296,
)
_TILE_WIDTH, _TILE_LENGTH, _TILES, _TILE_BYTES, _FORMAT = 322, 323, 324, 325, 339
_READ = {_WIDTH, _LENGTH, _BITS, _COMPRESSION, _DESCRIPTION, _STRIPS, _SAMPLES, _ROWS}
_READ |= {
    _STRIP_BYTES,
    _X,
    _Y,
    _PLANAR,
    _UNIT,
    _TILE_WIDTH,
    _TILE_LENGTH,
    _TILES,
    _TILE_BYTES,
    _FORMAT,
}


class Page(NamedTuple):
    """One page: its size, and what it takes when decoded.

    Attributes:
        columns, rows: pixels.
        size: bytes of the pixels.
        start: where the pixels begin, when they are not compressed and in one piece; else None.
        tags: the entries of its directory that are read.
    """

    columns: int
    rows: int
    size: int
    start: int | None
    tags: dict[int, tuple[float, ...] | bytes]


@dataclass(frozen=True)
class Tiff:
    """A file whose pages are all there.

    Attributes:
        order: "<" or ">", as numbers are written.
        pages: in the order of the file.
        size: of the file [bytes].
    """

    order: str
    pages: tuple[Page, ...]
    size: int

    @property
    def description(self) -> str:
        """What the writing program says of the stack, on its first page."""
        told = self.pages[0].tags.get(_DESCRIPTION, b"")
        return told.decode("utf-8", "replace") if isinstance(told, bytes) else ""

    @property
    def told_pages(self) -> int | None:
        """How many pages the writing program (ImageJ, tifffile) says that there are."""
        text = self.description
        if text.startswith("ImageJ="):
            told = re.search(r"^images=(\d{1,9})\s*$", text, re.MULTILINE)
            return int(told[1]) if told else None
        shaped = re.fullmatch(r'\{"shape": \[([\d, ]+)\].*\}', text, re.DOTALL)
        if shaped:
            shape = [int(n) for n in shaped[1].split(",") if n.strip()]
            page = self.pages[0]
            pixels = page.rows * page.columns
            return max(1, prod(shape) // pixels) if prod(shape) % pixels == 0 else None
        return None

    @property
    def number_type(self) -> str | None:
        """NumPy's name of the numbers of a page that is not compressed; None for others."""
        tags = self.pages[0].tags
        bits, kind = tags.get(_BITS, (1,)), tags.get(_FORMAT, (1,))
        letter = {1: "u", 2: "i", 3: "f"}.get(int(kind[0]))
        whole = len(bits) == 1 and bits[0] in (8, 16, 32, 64)
        return f"{self.order}{letter}{int(bits[0]) // 8}" if letter and whole else None

    @property
    def resolution(self) -> tuple[float, float, int] | None:
        """Pixels per unit along x and y, and TIFF's number of the unit (1 none, 2 inch, 3 cm)."""
        tags = self.pages[0].tags
        x, y, unit = tags.get(_X), tags.get(_Y), tags.get(_UNIT, (2,))
        if not isinstance(x, tuple) or not isinstance(y, tuple) or not isinstance(unit, tuple):
            return None
        if len(x) < 2 or len(y) < 2 or not unit or 0 in (*x[:2], *y[:2]):
            return None
        return x[0] / x[1], y[0] / y[1], int(unit[0])


def survey(path: str | PathLike[str]) -> Tiff:
    """Follow the chain of pages to its end, and see that every piece lies within the file.

    Raises:
        ValueError: The file is no TIFF, was cut, or is damaged; says at which page.
    """
    with open(path, "rb") as file:
        return _Survey(file).tiff()


class _Survey:
    """A walk along the directories of one file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = file.seek(0, 2)
        self._used = 0
        file.seek(0)
        head = file.read(16)
        order = {b"II": "<", b"MM": ">"}.get(head[:2])
        version = struct.unpack(f"{order}H", head[2:4])[0] if order and len(head) >= 8 else 0
        if order is None or version not in (42, 43) or len(head) < (8 if version == 42 else 16):
            raise ValueError("it does not begin as a TIFF file does")
        self._order, self._big = order, version == 43
        word = "Q" if self._big else "I"
        self._first: int = struct.unpack_from(f"{order}{word}", head, 8 if self._big else 4)[0]

    def tiff(self) -> Tiff:
        pages: list[Page] = []
        seen: set[int] = set()
        place = self._first
        while place:
            number = len(pages) + 1
            if place in seen or number > _MOST_PAGES:
                raise ValueError(f"page {number} is page {number - len(seen)} again")
            seen.add(place)
            tags, place = self._directory(place, number)
            pages.append(self._page(tags, number))
        if not pages:
            raise ValueError("it holds no page")
        found = Tiff(self._order, tuple(pages), self._size)
        if found.told_pages in (None, len(pages)):
            self._check_tail(len(pages))
        return found

    def _check_tail(self, number: int) -> None:
        """See that no more pages were to follow: their room is there, but not filled."""
        unused = self._size - self._used
        if unused > 1000:
            self._file.seek(-1000, 2)
            if not any(self._file.read(1000)):
                raise ValueError(
                    f"after page {number} come {unused} bytes of nothing: it was not written whole"
                )

    def _directory(
        self, place: int, number: int
    ) -> tuple[dict[int, tuple[float, ...] | bytes], int]:
        """The entries of one page, and where the next page's stand (0: there is none)."""
        count_format, entry, word = ("Q", 20, "Q") if self._big else ("H", 12, "I")
        (count,) = self._numbers(place, count_format, 1, number)
        begin = place + struct.calcsize(f"={count_format}")
        raw = self._bytes(begin, int(count) * entry, number)
        (following,) = self._numbers(begin + int(count) * entry, word, 1, number)
        tags = {}
        for k in range(0, len(raw), entry):
            tag, kind = struct.unpack_from(f"{self._order}HH", raw, k)
            if tag == 0:
                raise ValueError(f"page {number} is described by zeros: it was not written whole")
            if tag in _READ and kind in _FORMATS:
                tags[tag] = self._values(raw[k + 4 : k + entry], _FORMATS[kind], word, number)
        return tags, int(following)

    def _values(
        self, rest: bytes, format: str, word: str, number: int
    ) -> tuple[float, ...] | bytes:
        """The values of an entry: in itself where they fit, else where it points to."""
        width = struct.calcsize(f"={word}")
        (count,) = struct.unpack_from(f"{self._order}{word}", rest)
        size = count * struct.calcsize(f"={format}")
        if size <= width:
            raw = rest[width : width + size]
        else:
            (place,) = struct.unpack_from(f"{self._order}{word}", rest, width)
            raw = self._bytes(place, size, number)
        if format == "s":
            return raw.split(b"\0")[0]
        return struct.unpack(f"{self._order}{count * len(format)}{format[0]}", raw)

    def _numbers(self, place: int, format: str, count: int, number: int) -> tuple[int, ...]:
        raw = self._bytes(place, count * struct.calcsize(f"={format}"), number)
        return struct.unpack(f"{self._order}{count}{format}", raw)

    def _bytes(self, place: int, size: int, number: int) -> bytes:
        if place + size > self._size:
            raise ValueError(f"it ends before page {number} does: {self._size} bytes are there")
        if size > _MOST_VALUES:
            raise ValueError(f"page {number} is described by {size} bytes, more than any page is")
        self._file.seek(place)
        self._used = max(self._used, place + size)
        return self._file.read(size)

    def _page(self, tags: dict[int, tuple[float, ...] | bytes], number: int) -> Page:
        def whole(tag: int, default: int | None = None) -> int:
            values = tags.get(tag, () if default is None else (default,))
            if isinstance(values, bytes) or not values or values[0] < 1:
                raise ValueError(f"page {number} does not say how large it is")
            return int(values[0])

        columns, rows = whole(_WIDTH), whole(_LENGTH)
        samples, compression = whole(_SAMPLES, 1), whole(_COMPRESSION, 1)
        bits = whole(_BITS, 1)
        planes = samples if whole(_PLANAR, 1) == 2 else 1
        tiled = _TILES in tags
        if tiled:
            across = whole(_TILE_WIDTH), whole(_TILE_LENGTH)
            wanted = ceil(columns / across[0]) * ceil(rows / across[1]) * planes
        else:
            wanted = ceil(rows / min(whole(_ROWS, rows), rows)) * planes
        size = rows * ceil(columns * bits * samples / 8)
        pieces = self._pieces(tags, tiled, wanted, number)
        stored = sum(length for _, length in pieces)
        if compression == 1 and not tiled and stored < size:
            raise ValueError(f"page {number} takes {size} bytes, and {stored} are there")
        together = all(a + n == b for (a, n), (b, _) in itertools.pairwise(pieces))
        plain = compression == 1 and not tiled and together and samples == 1
        return Page(columns, rows, size, pieces[0][0] if plain else None, tags)

    def _pieces(
        self, tags: dict[int, tuple[float, ...] | bytes], tiled: bool, wanted: int, number: int
    ) -> list[tuple[int, int]]:
        """Where each piece of a page lies, and how long it is."""
        starts = tags.get(_TILES if tiled else _STRIPS, ())
        lengths = tags.get(_TILE_BYTES if tiled else _STRIP_BYTES, ())
        if len(starts) != wanted or len(lengths) != wanted:
            told = min(len(starts), len(lengths))
            raise ValueError(f"page {number} needs {wanted} pieces, and tells of {told}")
        pieces = [(int(a), int(n)) for a, n in zip(starts, lengths, strict=True)]
        for start, length in pieces:
            if length < 1 or start < 8 or start + length > self._size:
                raise ValueError(
                    f"it ends before page {number} does: {self._size} bytes are there, and "
                    f"{start + length} needed"
                )
            self._used = max(self._used, start + length)
        return pieces
