"""An electrode from an image: labelled voxels, smoothed into level sets."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..._arguments import is_real
from ..._messages import quoted
from ...errors import ShapeError
from ..checks import BOTTOMS, TOPS, check_choice, check_positive
from ..tags import REGIONS
from ..voxels import Voxels
from .image_files import open_stack
from .shape import ImplicitBox, Phases
from .smoothing import level_sets

Span = tuple[int, int]

_ORDERS = ("zyx", "zxy", "yzx", "yxz", "xzy", "xyz")
_FEW = 4
"""Voxels along each edge, at least."""


@dataclass(frozen=True)
class Image(ImplicitBox):
    """A piece of an electrode as an X-ray or FIB-SEM tomogram shows it, segmented or in grey.

    The file's axes are pages, rows and columns; `axes` says which of x, y and z each of them
    is. z runs from the collector to the separator.

    Attributes:
        file: a TIFF file of many pages, a folder or a pattern of TIFF files, `.npy`, or raw.
        voxel: edge of a voxel, the same in all directions [m].
        labels: region -> the grey value, or values, that stand for it.
        threshold: instead of labels: grey values above it are the electrode, the others the
            electrolyte.
        axes: what pages, rows and columns are; "zyx": the first page lies on the collector.
        upside_down: whether the last page along z, not the first, lies on the collector.
        crop: per axis x, y, z the first voxel and the one after the last; None takes all.
        smoothing: standard deviation of the Gaussian that rounds the voxels' corners [voxels];
            what is thinner than about twice this is blurred away. 0 keeps the voxels' faces:
            each voxel is cut into cells of its own (`voxel_mesh`).
        raw_shape: pages, rows and columns of a raw file.
        raw_type: numbers of a raw file, such as "uint8" or "<u2".
        headroom: electrolyte above the image [m]; None keeps the solids alone.
        top: what the last layer of voxels ends at: "cut", more electrode, so that nothing
            passes, or "separator", where the electrode ends and its top reacts. None: a cut,
            but under headroom.
        bottom: what the pores end at below: "collector", bare metal on which lithium may be
            plated, or "cut", more electrode below, through which only electrons come.
    """

    kind: ClassVar[str] = "image"
    periodic: ClassVar[bool] = False

    file: str
    voxel: float
    labels: Mapping[str, int | tuple[int, ...]] = field(default_factory=dict)
    threshold: float | None = None
    axes: str = "zyx"
    upside_down: bool = False
    crop: tuple[Span | None, Span | None, Span | None] | None = None
    smoothing: float = 0.6
    raw_shape: tuple[int, int, int] | None = None
    raw_type: str | None = None
    headroom: float | None = None
    top: str | None = None
    bottom: str = "collector"

    def __post_init__(self) -> None:
        check_positive(self, "voxel", "headroom")
        if self.top is not None:
            check_choice("top", self.top, TOPS)
        if self.top == "cut" and self.headroom is not None:
            raise ShapeError(
                "top, headroom: above a cut there is more electrode, not electrolyte; "
                "leave out one of them"
            )
        check_choice("bottom", self.bottom, BOTTOMS)
        if self.cut_at_bottom and self.headroom is None:
            raise ShapeError(
                "bottom: 'cut' is said of the electrolyte, which is meshed under a headroom alone"
            )
        check_choice("axes", self.axes, _ORDERS)
        if self.smoothing and not 0.3 <= self.smoothing <= 10:
            raise ShapeError(f"smoothing: got {self.smoothing:g}, expected 0 or 0.3 to 10 voxels")
        if bool(self.labels) == (self.threshold is not None):
            raise ShapeError("labels, threshold: give one of them, to tell the phases apart")
        if self.labels:
            _check_labels(self.labels)

    @cached_property
    def voxels(self) -> Voxels:
        """The regions of the cropped image.

        Raises:
            ShapeError: The file does not hold what was said of it.
        """
        tags = self._segmented(self._grey())
        missing = [name for name in self._regions if not (tags == REGIONS[name]).any()]
        if missing:
            raise ShapeError(f"{self._key}: no voxel of the cropped image is {missing[0]}")
        return Voxels(tags, self.voxel)

    def _grey(self) -> NDArray[Any]:
        """The cropped image's values along x, y and z; only these are read from the file."""
        stack = open_stack(self.file, raw_shape=self.raw_shape, raw_type=self.raw_type)
        order = [self.axes.index(axis) for axis in "xyz"]
        window = list(_window(self.crop, tuple(stack.shape[axis] for axis in order)))
        if self.upside_down:
            high = stack.shape[order[2]]
            window[2] = slice(high - window[2].stop, high - window[2].start)
        pages, rows, columns = (window["xyz".index(axis)] for axis in self.axes)
        grey = stack.read((pages, rows, columns)).transpose(order)
        if self.upside_down:
            grey = grey[:, :, ::-1]
        _check_finite(grey, [span.start for span in window])
        return np.ascontiguousarray(grey)

    @property
    def size(self) -> tuple[float, float, float]:
        """The box that the image fills [m]."""
        return self.voxels.size

    @property
    def cut_at_top(self) -> bool:
        """Whether the electrode goes on above the image, so that its top does not react."""
        return self.top == "cut" or (self.top is None and self.headroom is None)

    @property
    def cut_at_bottom(self) -> bool:
        """Whether the pores go on below the image, so that they end at no collector."""
        return self.bottom == "cut"

    @cached_property
    def porosity(self) -> float:
        """Share of the voxels that are electrolyte and joined to the separator."""
        from ..descriptors import connected_to_separator

        pore = self.voxels.phase("electrolyte")
        return float(connected_to_separator(pore).mean())

    @property
    def volumes(self) -> dict[str, float]:
        """Wanted volumes of the solids beside the electrode [m3]."""
        box = float(np.prod(self.size))
        return {
            name: self.voxels.fraction(name) * box
            for name in self.voxels.regions
            if name not in ("electrode", "electrolyte")
        }

    @property
    def resolution(self) -> float:
        """Default size of the elements at an interface [m]."""
        return (1.5 if self.smoothing else 1.0) * self.voxel

    def phases(self) -> Phases:
        """All solids against the electrolyte, and then binder and additive among the solids.

        Raises:
            ShapeError: Without smoothing: steps have no level set.
        """
        if not self.smoothing:
            raise ShapeError("smoothing: got 0 in a combination, expected 0.3 to 10 voxels there")
        return level_sets(self.voxels, self.smoothing)

    @property
    def electrode_volume(self) -> float:
        """Volume of the electrode's voxels [m3]."""
        return self.voxels.fraction("electrode") * float(np.prod(self.size))

    @property
    def interface_area(self) -> float:
        """Area between electrode and electrolyte, estimated on the voxels [m2].

        Without smoothing it is that of the voxels' faces, else that of a smooth surface.
        """
        from ..descriptors import area_between, faces_between

        estimate = area_between if self.smoothing else faces_between
        inside = estimate(self.voxels, "electrode", "electrolyte")
        top = 0 if self.cut_at_top else self.voxels.phase("electrode")[:, :, -1].sum()
        return inside + float(top) * self.voxel**2

    def describe(self) -> dict[str, object]:
        """What goes into a mesh's notes; with a digest of the voxels, since files change."""
        digest = hashlib.sha256(np.ascontiguousarray(self.voxels.tags).tobytes()).hexdigest()
        fractions = {name: self.voxels.fraction(name) for name in self.voxels.regions}
        about = {**asdict(self), "voxel_fractions": fractions, "voxel_digest": digest[:16]}
        return {"kind": self.kind, **about}

    @property
    def _key(self) -> str:
        return "labels" if self.labels else "threshold"

    @property
    def _regions(self) -> tuple[str, ...]:
        return tuple(self.labels) if self.labels else ("electrode", "electrolyte")

    def _segmented(self, grey: NDArray[Any]) -> NDArray[np.uint8]:
        """The tag of each voxel."""
        if self.threshold is not None:
            solid = grey > self.threshold
            return np.where(solid, REGIONS["electrode"], REGIONS["electrolyte"]).astype(np.uint8)
        tags = np.zeros(grey.shape, dtype=np.uint8)
        for region, values in self.labels.items():
            tags[np.isin(grey, values)] = REGIONS[region]
        if (tags == 0).any():
            left = np.unique(grey[tags == 0])
            raise ShapeError(
                f"labels: the image also holds {_listed(left)}; say which region each value is"
                + ("; for a grey image give a threshold instead" if len(left) > 10 else "")
            )
        for region, values in self.labels.items():
            absent = np.setdiff1d(values, grey)
            if len(absent):
                raise ShapeError(
                    f"labels: {region} = {_listed(absent)} is not in the cropped image, which "
                    f"holds {_listed(np.unique(grey))}"
                )
        return tags


def _check_labels(labels: Mapping[str, int | tuple[int, ...]]) -> None:
    for name in labels:
        if name not in REGIONS:
            raise ShapeError(f"labels: '{name}' is no region; expected {', '.join(REGIONS)}")
    for name in ("electrode", "electrolyte"):
        if name not in labels:
            raise ShapeError(f"labels: which value is the {name}? Got {', '.join(labels)} alone")
    for name, value in labels.items():
        for one in value if isinstance(value, list | tuple) else (value,):
            if not is_real(one):
                raise ShapeError(f"labels: {name}: expected a grey value, got {quoted(one)}")
    values = np.concatenate([np.atleast_1d(value) for value in labels.values()])
    twice, count = np.unique(values, return_counts=True)
    if (count > 1).any():
        raise ShapeError(f"labels: {_listed(twice[count > 1])} stands for two regions")


def _check_finite(grey: NDArray[Any], first: list[int]) -> None:
    """A voxel without a value belongs to no phase."""
    if grey.dtype.kind != "f":
        return
    lost = ~np.isfinite(grey)
    if lost.any():
        place = np.argwhere(lost)[0] + first
        raise ShapeError(
            f"file: {int(lost.sum())} voxels are not a number (NaN or infinite), the first at "
            f"x, y, z = {', '.join(map(str, place))}; crop or fill them"
        )


def _window(crop: tuple[Span | None, ...] | None, shape: tuple[int, ...]) -> tuple[slice, ...]:
    """The part of the image that is kept, checked against its size."""
    spans = crop or (None, None, None)
    if len(spans) != 3:
        raise ShapeError(f"crop: got {len(spans)} spans, expected one for each of x, y and z")
    window = []
    for axis, span, count in zip("xyz", spans, shape, strict=True):
        start, stop = span or (0, count)
        if not 0 <= start < stop <= count:
            raise ShapeError(
                f"crop: {axis} from {start} to {stop} is not within 0 to {count}, the image's "
                "voxels along it"
            )
        if stop - start < _FEW:
            raise ShapeError(f"crop: {stop - start} voxels along {axis}; at least {_FEW} needed")
        window.append(slice(start, stop))
    return tuple(window)


def _listed(values: NDArray[Any]) -> str:
    shown = ", ".join(f"{value:g}" for value in np.atleast_1d(values)[:10])
    return shown + (f" and {len(values) - 10} more" if np.size(values) > 10 else "")
