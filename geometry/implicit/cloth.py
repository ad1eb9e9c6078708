"""Carbon cloth: bundles of fibres in plain weave."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import numpy as np

from ...errors import ShapeError
from ..arrays import Floats
from ..checks import check_positive
from .shape import ImplicitBox, Phases, check_share

_CONTACT = 0.12
"""Fibres come nearer than touching by this part of their diameter, so that they stay joined."""
_DEFAULT_PITCH = 2.0
_LARGEST_PITCH = 20.0
_SAMPLES = (24, 24, 32)


@dataclass(frozen=True)
class Weave:
    """Distance from fibres in plain weave, to first order in their slope.

    Warp runs along x, weft along y, each in bundles of parallel fibres side by side; at the
    crossings warp lies above and below weft in turn. Layers lie crown on crown.

    Attributes:
        diameter: of a fibre [m].
        fibres: in a bundle.
        pitch: from bundle to bundle [m].
        layers: one above the other.
    """

    diameter: float
    fibres: int
    pitch: float
    layers: int

    @property
    def step(self) -> float:
        """Between neighbouring fibres of a bundle, and between warp and weft [m]."""
        return (1 - _CONTACT) * self.diameter

    def __call__(self, points: Floats) -> Floats:
        """(n,) distances [m] at (n, 3) points [m]."""
        x, y, z = points.T
        found = np.full(len(points), np.inf)
        for layer in range(self.layers):
            up = z - (2 * layer + 1) * self.step
            found = np.minimum(found, self._bundles(x, y, up, 1.0))
            found = np.minimum(found, self._bundles(y, x, up, -1.0))
        return found

    def _bundles(self, along: Floats, across: Floats, up: Floats, first: float) -> Floats:
        """Distance from the bundles that run along one direction, in one layer."""
        found = np.full(len(up), np.inf)
        phase = np.pi * along / self.pitch
        wave, slope = np.sin(phase), np.pi / self.pitch * np.cos(phase)
        middle = np.floor(across / self.pitch)
        rise = 0.5 * self.step
        for bundle in (middle - 1, middle, middle + 1):
            sign = first * np.where(bundle % 2 == 0, 1.0, -1.0)
            aside = across - (bundle + 0.5) * self.pitch
            half = (self.fibres - 1) / 2
            fibre = np.clip(np.rint(aside / self.step + half), 0, self.fibres - 1) - half
            above = (up - sign * rise * wave) / np.hypot(1.0, rise * slope)
            found = np.minimum(found, np.hypot(aside - fibre * self.step, above))
        return found - self.diameter / 2


@dataclass(frozen=True)
class FibreCloth(ImplicitBox):
    """A cloth of carbon fibres in plain weave, a few fibres to the bundle, in layers.

    A real bundle has thousands of fibres; this is the same weave with few, so that a box of some
    tens of micrometres holds crossings. Where fibres touch they are joined, and the lowest and
    the highest crowns are cut off flat, by the collector and by the top.

    Attributes:
        diameter: of a fibre [m].
        fibres: in a bundle, side by side.
        layers: of cloth; each is nearly two diameters thick.
        repeats: pairs of bundles along x and y.
        pitch: from bundle to bundle [m]; two widths of a bundle when no porosity is given either.
        porosity: instead of the pitch.
        headroom: electrolyte above the cloth [m], or None.
    """

    kind: ClassVar[str] = "fibre-cloth"
    periodic: ClassVar[bool] = True

    diameter: float = 7e-6
    fibres: int = 3
    layers: int = 2
    repeats: tuple[int, int] = (1, 1)
    pitch: float | None = None
    porosity: float | None = None
    headroom: float | None = None

    def __post_init__(self) -> None:
        check_positive(self, "diameter", "pitch", "headroom")
        check_share(self, "porosity", low=0.2, high=0.95)
        counts = {"fibres": self.fibres, "layers": self.layers}
        if not isinstance(self.repeats, tuple) or len(self.repeats) != 2:
            raise ShapeError(f"repeats: expected pairs along x and y, got {self.repeats!r}")
        for key, count in (*counts.items(), *(("repeats", n) for n in self.repeats)):
            if isinstance(count, bool) or not isinstance(count, int) or count < 1:
                raise ShapeError(f"{key}: expected a whole number from 1 on, got {count!r}")
        if self.pitch is not None and self.porosity is not None:
            raise ShapeError("pitch, porosity: one follows from the other; give one of them")
        if self.pitch is not None and self.pitch < self._narrowest:
            raise ShapeError(
                f"pitch: {self.pitch:g} m leaves no pores between bundles; expected at least "
                f"{self._narrowest:g} m"
            )
        self.weave  # noqa: B018  - a porosity out of reach is refused when the shape is made

    @property
    def _bundle(self) -> float:
        return (1 + (self.fibres - 1) * (1 - _CONTACT)) * self.diameter

    @property
    def _narrowest(self) -> float:
        return self._bundle + 0.3 * self.diameter

    @cached_property
    def weave(self) -> Weave:
        """The fibres; with a wanted porosity, at the pitch that has it.

        Raises:
            ShapeError: No pitch has it.
        """
        pitch = self.pitch or _DEFAULT_PITCH * self._bundle
        weave = Weave(self.diameter, self.fibres, pitch, self.layers)
        if self.porosity is None:
            return weave
        low, high = self._narrowest, _LARGEST_PITCH * self._bundle
        bounds = [_porosity(replace(weave, pitch=p)) for p in (low, high)]
        if not bounds[0] <= self.porosity <= bounds[1]:
            raise ShapeError(
                f"porosity: expected {bounds[0]:.2f} to {bounds[1]:.2f} for bundles of "
                f"{self.fibres} fibres, got {self.porosity:g}"
            )
        while high - low > 1e-3 * low:
            middle = (low + high) / 2
            below = _porosity(replace(weave, pitch=middle)) < self.porosity
            low, high = (middle, high) if below else (low, middle)
        return replace(weave, pitch=(low + high) / 2)

    @property
    def size(self) -> tuple[float, float, float]:
        """The box that holds the cloth, without headroom [m]."""
        x, y = self.repeats
        side = 2 * self.weave.pitch
        return x * side, y * side, 2 * self.layers * self.weave.step

    @property
    def resolution(self) -> float:
        """Default size of the elements at the interface [m]."""
        return self.diameter / 5

    def phases(self) -> Phases:
        """The fibres."""
        return (("electrode", self.weave),)


def _porosity(weave: Weave) -> float:
    """Of one layer, around one crossing: all are alike but for up and down."""
    sides = (weave.pitch, weave.pitch, 2 * weave.step)
    axes = [(np.arange(n) + 0.5) / n * side for n, side in zip(_SAMPLES, sides, strict=True)]
    places = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return float((replace(weave, layers=1)(places) > 0).mean())
