"""Hosts whose lattice takes lithium, and the exact answers of simple ones."""

from __future__ import annotations

from typing import Any

import hosts
import numpy as np

from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.materials.constants import FARADAY
from nanotrode.materials.plating import Anode, Lithiation, Plateau

PLATEAUS = (Plateau(potential=1.575, share=0.5), Plateau(potential=1.19, share=0.5))


def lithiation(**changes: Any) -> Lithiation:
    """LLTO's lattice, roughly; any number may be changed."""
    numbers = {
        "plateaus": PLATEAUS,
        "c_max": 4e4,
        "diffusivity": 2e-12,
        "exchange_current_density": 1.0,
        "conductivity_gain": 10.0,
    }
    return Lithiation(name="lattice", **(numbers | changes))


def anode(*, lattice: dict[str, Any] | None = None, **more: Any) -> Anode:
    """A host as `hosts.anode` makes it, with a lattice."""
    from dataclasses import replace

    bare = hosts.anode(**more)
    solid = replace(bare.solid, lithiation=lithiation(**(lattice or {})))
    return replace(bare, solid=solid)


def slab(layers: int, *, thickness: float, above: float = 2.0) -> ElectrodeMesh:
    """A film of a thickness [um] on the collector, under electrolyte [um]."""
    height = thickness + above
    pitch = thickness / layers
    counts = (1, 1, round(height / pitch))
    return hosts.column(
        counts, sides=(pitch, pitch, pitch * counts[2]), host=lambda x: x[:, 2] < thickness
    )


def filled_slab(depth: np.ndarray, *, diffused: float, terms: int = 400) -> np.ndarray:
    """Content over a slab of unit thickness with a unit flux into one face (depth 0).

    Crank, The Mathematics of Diffusion, 2nd ed. (1975), eq. 4.55, with the content that would be
    reached by a flux J in units of J l / D.

    Args:
        depth: (n,) below the face, over the thickness.
        diffused: D t / l^2.
        terms: Of the series.
    """
    n = np.arange(1, terms + 1)[:, None]
    inner = 1.0 - depth  # distance from the closed face
    waves = (-1.0) ** n / n**2 * np.exp(-((n * np.pi) ** 2) * diffused) * np.cos(n * np.pi * inner)
    return diffused + (3 * inner**2 - 1) / 6 - 2 / np.pi**2 * waves.sum(axis=0)


def content_per_second(density: float, *, thickness: float, lattice: Lithiation) -> float:
    """Rate of a film's mean content at a density [A m-2] and a thickness [m] [s-1]."""
    return density / (FARADAY * lattice.c_max * thickness)
