"""Where the lithium is, in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .sites import Kind, Sites

Array = NDArray[np.float64]

LAYERS = 10
"""Layers of equal height that a depth profile has."""


@dataclass(frozen=True)
class Spread:
    """How a deposit, or a current, is spread over the reacting surface.

    Attributes:
        mean: Over the whole surface.
        variation: Coefficient of variation over the host's surface; 0 is even.
        peak: Largest over mean, on the host's surface.
        on_collector: Share on the collector.
        layers: (`LAYERS`,) shares on the host's surface, bottom to top.
        height: Of the mean of the host's part, over the host's.
    """

    mean: float
    variation: float
    peak: float
    on_collector: float
    layers: Array
    height: float


def spread_of(sites: Sites, values: Array) -> Spread:
    """How values per area (sites,), none negative, are spread."""
    areas, host = sites.areas, sites.kinds != Kind.COLLECTOR
    amounts = areas * values
    whole, on_host = max(amounts.sum(), 1e-300), max(amounts[host].sum(), 1e-300)
    mean = amounts[host].sum() / max(areas[host].sum(), 1e-300)
    square = areas[host] @ (values[host] - mean) ** 2 / max(areas[host].sum(), 1e-300)
    relative = _relative_heights(sites)
    layers = np.bincount(
        (relative[host] * LAYERS).astype(np.int64), weights=amounts[host], minlength=LAYERS
    )
    return Spread(
        mean=float(amounts.sum() / areas.sum()),
        variation=float(np.sqrt(square) / max(mean, 1e-300)),
        peak=float(values[host].max(initial=0.0) / max(mean, 1e-300)),
        on_collector=float(amounts[~host].sum() / whole),
        layers=layers / whole,
        height=float(relative[host] @ amounts[host] / on_host),
    )


def filled_fraction(sites: Sites, thickness: Array) -> float:
    """Share of the pores below the host's top that lithium fills.

    A site at the rim fills what it has below the top first.
    """
    volume = np.minimum(thickness * sites.areas, sites.rooms_inside)
    return float(volume.sum() / max(sites.rooms_inside.sum(), 1e-300))


def filled_layers(sites: Sites, thickness: Array) -> Array:
    """(`LAYERS`,) the same for layers of equal height, bottom to top; a site counts where it is."""
    layer = (_relative_heights(sites) * LAYERS).astype(np.int64)
    volume = np.minimum(thickness * sites.areas, sites.rooms_inside)
    taken, room = (
        np.bincount(layer, weights=weights, minlength=LAYERS)
        for weights in (volume, sites.rooms_inside)
    )
    return taken / np.maximum(room, 1e-300)


def _relative_heights(sites: Sites) -> Array:
    """(sites,) over the host's height, 0 to just below 1."""
    return np.clip(sites.heights / max(sites.top, 1e-300), 0.0, 1.0 - 1e-12)


def describe_deposit(sites: Sites, thickness: Array, plating: Array) -> dict[str, Any]:
    """Where the lithium is, for a summary.

    Args:
        sites: The sites.
        thickness: (sites,) of the deposit [m].
        plating: (sites,) current density, positive in oxidation [A m-2].
    """
    spread = spread_of(sites, thickness)
    current = spread_of(sites, np.maximum(-plating, 0.0))
    return {
        "mean thickness [m]": spread.mean,
        "largest thickness [m]": float(thickness.max(initial=0.0)),
        "coefficient of variation": spread.variation,
        "largest over mean": spread.peak,
        "share on collector": spread.on_collector,
        "filled fraction of pores": filled_fraction(sites, thickness),
        "filled fraction per layer, bottom to top": filled_layers(sites, thickness).tolist(),
        "share per layer, bottom to top": spread.layers.tolist(),
        "mean height over the host's": spread.height,
        "largest local current density [A.m-2]": float(-plating.min(initial=0.0)),
        "current's coefficient of variation": current.variation,
    }
