"""Vertices on level sets: how they may move, and how they get back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Floats, Ints
from .cutting import Field
from .snapping import gradients

_DIFFERENCE = 0.02
# A vertex jumps back by this part of the lattice's spacing at most.
_FARTHEST = 0.3


@dataclass(frozen=True)
class OnSurfaces:
    """Keeps vertices on the level sets that they lie on; lengths in units of the spacing.

    Attributes:
        fields: the level sets.
        surfaces: (n,) bits of those that a vertex lies on; on two at once it is not moved.
    """

    fields: Sequence[Field]
    surfaces: Ints

    def __call__(
        self, vertices: Ints, places: Floats, freedom: Floats
    ) -> tuple[Floats, Callable[[Floats], Floats]]:
        """Freedom along the surfaces, and the projection onto them along the normals here."""
        known = vertices < len(self.surfaces)
        bits = np.where(known, self.surfaces[np.where(known, vertices, 0)], 0)
        freedom, normals = freedom.copy(), np.zeros_like(places)
        freedom[(bits & (bits - 1)) != 0] = 0.0
        for k, field in enumerate(self.fields):
            mine = bits == 1 << k
            gradient = gradients(places[mine], field, _DIFFERENCE)
            normals[mine] = np.einsum("nij,nj->ni", freedom[mine], gradient)
        square = (normals**2).sum(axis=1)
        # Where a level set is flat, or its normal is barred, a vertex on it stays.
        freedom[(bits != 0) & (square < 1e-6)] = 0.0
        square = np.maximum(square, 1e-6)
        freedom -= np.einsum("ni,nj->nij", normals, normals) / square[:, None, None]

        def back(tried: Floats) -> Floats:
            tried = tried.copy()
            for k, field in enumerate(self.fields):
                mine = np.flatnonzero((bits == 1 << k) & (np.abs(freedom).max(axis=(1, 2)) > 0))
                if not len(mine):
                    continue
                x = tried[:, mine]
                value = field(x.reshape(-1, 3)).reshape(x.shape[:2])
                step = value / np.maximum(np.sqrt(square[mine]), 1e-3)
                unit = normals[mine] / np.sqrt(square[mine])[:, None]
                tried[:, mine] -= np.clip(step, -_FARTHEST, _FARTHEST)[:, :, None] * unit
            return tried

        return freedom, back
