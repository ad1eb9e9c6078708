"""Vertices on level sets: how they may move, and how they get back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Floats, Ints
from .cutting import Field
from .snapping import gradients

_STEP = 0.02
_LEAST_SLOPE = 0.05
# A vertex jumps back by this part of the lattice's spacing at most.
_FARTHEST = 0.3


@dataclass(frozen=True)
class OnSurfaces:
    """Keeps vertices on the level sets that they lie on; lengths in units of the spacing.

    Attributes:
        fields: the level sets.
        surfaces: (n,) bits of those that a vertex lies on.
    """

    fields: Sequence[Field]
    surfaces: Ints

    def __call__(
        self, vertices: Ints, places: Floats, freedom: Floats
    ) -> tuple[Floats, Callable[[Floats], Floats]]:
        """Freedom along the surfaces, and the projection onto them along the normals here.

        Where two surfaces meet, the freedom is along their common line.
        """
        known = vertices < len(self.surfaces)
        bits = np.where(known, self.surfaces[np.where(known, vertices, 0)], 0)
        freedom, back = freedom.copy(), []
        for k, field in enumerate(self.fields):
            mine = np.flatnonzero(bits & (1 << k))
            if not len(mine):
                continue
            slope = np.einsum("nij,nj->ni", freedom[mine], gradients(places[mine], field, _STEP))
            square = (slope**2).sum(axis=1)
            # Where the level set is flat, or its normal is barred, a vertex on it stays.
            lost = square < _LEAST_SLOPE**2
            freedom[mine[lost]] = 0.0
            mine, slope, square = mine[~lost], slope[~lost], square[~lost]
            along = np.einsum("ni,nj->nij", slope, slope) / square[:, None, None]
            freedom[mine] -= along
            back.append((field, mine, slope / square[:, None]))

        def put_back(tried: Floats) -> Floats:
            tried = tried.copy()
            for field, mine, step in back * (2 if len(back) > 1 else 1):
                x = tried[:, mine]
                value = np.clip(field(x.reshape(-1, 3)), -_FARTHEST, _FARTHEST)
                tried[:, mine] -= value.reshape(x.shape[:2])[:, :, None] * step
            return tried

        return freedom, put_back
