"""Signed distances of the shapes that are otherwise meshed by CAD: films, wires and belts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import ShapeError
from ..arrays import Floats
from ..section import Circle, Rectangle
from ..shapes import Film, NanobeltArray, NanowireArray
from ..sweep import Sweep
from .combine import Union
from .level_set import LevelSet
from .shape import ImplicitShape


@dataclass(frozen=True)
class Slab:
    """Everything below the plane z = `height` [m]."""

    height: float

    def __call__(self, points: Floats) -> Floats:
        """(n,) distances [m] at (n, 3) points [m]."""
        found: Floats = points[:, 2] - self.height
        return found


@dataclass(frozen=True)
class Pole:
    """A pole's signed distance: exact for straight ones, nearly so for bent and twisted ones.

    A point's place on the axis and in the section is found by undoing azimuth, bend, lean and
    twist; there the pole is a cylinder, or a rounded box. Below the collector it goes on.
    """

    sweep: Sweep

    def __call__(self, points: Floats) -> Floats:
        """(n,) distances [m] at (n, 3) points [m]."""
        p, a = self._unfolded(points)
        section, above = self.sweep.section, a - self.sweep.length
        if isinstance(section, Circle):
            radius = section.radius
            beside = np.hypot(p[:, 0], p[:, 1])
            if self.sweep.tip_radius:
                over = np.maximum(a - self.sweep.shaft, 0.0)
                found: Floats = np.hypot(beside, over) - radius
                return found
            return _joined(beside - radius, above)
        assert isinstance(section, Rectangle)
        edge = section.edge_radius
        half = np.array([section.width, section.thickness]) / 2 - edge
        over = np.abs(p) - half
        beside = np.hypot(*np.maximum(over, 0.0).T) + np.minimum(over.max(axis=1), 0.0) - edge
        if self.sweep.twist:
            # Going round the axis, a twisted surface is steeper than a straight one.
            turn = self.sweep.twist / self.sweep.length
            beside = beside / np.sqrt(1 + (turn * np.hypot(p[:, 0], p[:, 1])) ** 2)
        return _joined(beside, above)

    def _unfolded(self, points: Floats) -> tuple[Floats, Floats]:
        """Places (n, 2) in the section and (n,) along the axis [m]."""
        sweep = self.sweep
        x, y = (points[:, :2] - np.array(sweep.base)).T
        c, s = np.cos(sweep.azimuth), np.sin(sweep.azimuth)
        wide, y, z = c * x + s * y, c * y - s * x, points[:, 2]
        if sweep.bend:
            radius = sweep.length / sweep.bend
            y, z = y - radius * np.cos(sweep.tilt), z + radius * np.sin(sweep.tilt)
            along = (np.arctan2(z, -y) - sweep.tilt) * radius
            thick = radius - np.hypot(y, z)
        else:
            along = y * np.sin(sweep.tilt) + z * np.cos(sweep.tilt)
            thick = y * np.cos(sweep.tilt) - z * np.sin(sweep.tilt)
        turn = sweep.twist * along / sweep.length
        c, s = np.cos(turn), np.sin(turn)
        return np.column_stack([c * wide + s * thick, c * thick - s * wide]), along


def _joined(beside: Floats, above: Floats) -> Floats:
    """Distance from where two half spaces at a right angle meet."""
    outside = np.hypot(np.maximum(beside, 0.0), np.maximum(above, 0.0))
    found: Floats = outside + np.minimum(np.maximum(beside, above), 0.0)
    return found


Combinable = ImplicitShape | Film | NanowireArray | NanobeltArray


def level_set_of(shape: Combinable) -> LevelSet:
    """The solid of any of our shapes as a level set.

    Raises:
        ShapeError: A symmetry cell, which is not a box, or a shape of several solids.
    """
    if isinstance(shape, Film):
        return Slab(shape.thickness)
    if isinstance(shape, NanowireArray | NanobeltArray):
        if shape.symmetry != "none":
            raise ShapeError(
                f"symmetry: a combination needs the whole box, got '{shape.symmetry}'; "
                "expected 'none'"
            )
        return Union(tuple(Pole(pole) for pole in shape.poles))
    phases = shape.phases()
    if len(phases) > 1:
        raise ShapeError(f"parts: a combination takes shapes of one solid, got {len(phases)}")
    return phases[0][1]
