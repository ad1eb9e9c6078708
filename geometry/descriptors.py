"""What can be measured of a structure on its voxels: pores, sizes, surfaces, percolation.

An image and a rasterised mesh are measured alike. Voxels are connected through their faces.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import numpy as np

from .arrays import Floats, Ints
from .voxels import Mask, Voxels

_RATIO = 1.1
"""Of neighbouring sphere sizes that local thickness tells apart."""

_BLOCK = 64
"""Voxels along each edge of what is looked at together: it stays in the processor's cache."""


class Sizes(NamedTuple):
    """Percentiles of a volume-weighted distribution of diameters [m]."""

    p10: float
    p50: float
    p90: float


class Distribution(NamedTuple):
    """A volume-weighted distribution of diameters.

    Attributes:
        diameters: ascending, each once [m].
        shares: of the volume, up to and with each diameter.
    """

    diameters: list[float]
    shares: list[float]


class PhaseMeasures(NamedTuple):
    """What is measured of one phase.

    Attributes:
        fraction: volume fraction.
        connected: share of the phase that leads from face to face, along x, y and z.
        thickness: local thickness; infinite where the phase fills the box.
        widths: its distribution.
        beyond_box: share of the phase whose local thickness is that of the box, or more: it
            says how large the box is, not the phase.
    """

    fraction: float
    connected: tuple[float, float, float]
    thickness: Sizes
    widths: Distribution
    beyond_box: float


class Descriptors(NamedTuple):
    """What is measured of a structure.

    Attributes:
        size: of the box [m].
        spacing: edge of a voxel [m].
        porosity: share of the box that is electrolyte.
        connected_porosity: share of the box that is electrolyte and joined to the separator.
        specific_surface: surface of all solids towards the electrolyte per volume of the box
            [1/m].
        interface: the electrode's part of it [1/m].
        phases: by region.
    """

    size: tuple[float, float, float]
    spacing: float
    porosity: float
    connected_porosity: float
    specific_surface: float
    interface: float
    phases: dict[str, PhaseMeasures]


def measure(voxels: Voxels, *, tell: Callable[[str], None] | None = None) -> Descriptors:
    """All descriptors of a structure; `tell` is called with each region that is begun."""
    volume = float(np.prod(voxels.size))
    pore = voxels.phase("electrolyte")
    phases = {}
    for name in voxels.regions:
        if tell is not None:
            tell(name)
        phases[name] = measure_phase(voxels, name)
    return Descriptors(
        size=voxels.size,
        spacing=voxels.spacing,
        porosity=float(pore.mean()),
        connected_porosity=float(connected_to_separator(pore).mean()),
        specific_surface=surface_area(voxels.solid, voxels.spacing) / volume,
        interface=area_between(voxels, "electrode", "electrolyte") / volume,
        phases=phases,
    )


def measure_phase(voxels: Voxels, region: str) -> PhaseMeasures:
    """Fraction, percolation and local thickness of one phase."""
    phase = voxels.phase(region)
    x, y, z = (leading_through(phase, axis) for axis in range(3))
    local = local_thickness(phase, voxels.spacing, periodic=voxels.periodic)[phase]
    diameters, counts = np.unique(local, return_counts=True)
    widths = Distribution(diameters.tolist(), (np.cumsum(counts) / len(local)).tolist())
    beyond = float((local >= (1 - 1e-9) * least_edge(voxels)).mean())
    return PhaseMeasures(float(phase.mean()), (x, y, z), percentiles(local), widths, beyond)


def least_edge(voxels: Voxels) -> float:
    """The box's shortest edge [m], not along which it continues: what is wider does not fit."""
    return min(voxels.size[2:] if voxels.periodic else voxels.size)


def percentiles(diameters: Floats) -> Sizes:
    """The 10th, 50th and 90th percentile; not a number for an empty set."""
    if not diameters.size:
        return Sizes(np.nan, np.nan, np.nan)
    # no interpolation between what may be infinite
    low, middle, high = np.percentile(diameters, (10, 50, 90), method="lower")
    return Sizes(float(low), float(middle), float(high))


def pieces(phase: Mask) -> Ints:
    """The number of the connected piece of each voxel, 0 outside the phase."""
    from scipy import ndimage

    return ndimage.label(phase)[0]


def connected_to_separator(phase: Mask) -> Mask:
    """The part of a phase that is joined, within the box, to its layer at z = z_max."""
    return _connected_to(phase, -1)


def connected_to_collector(phase: Mask) -> Mask:
    """The part of a phase that is joined, within the box, to its layer at z = 0."""
    return _connected_to(phase, 0)


def _connected_to(phase: Mask, layer: int) -> Mask:
    labels = pieces(phase)
    joined = np.zeros(labels.max(initial=0) + 1, dtype=bool)
    joined[labels[:, :, layer]] = True
    joined[0] = False
    return joined[labels]


def leading_through(phase: Mask, axis: int) -> float:
    """Share of a phase that belongs to pieces touching both faces along an axis."""
    if not phase.any():
        return 0.0
    labels = pieces(phase)
    through = np.intersect1d(labels.take(0, axis), labels.take(-1, axis))
    return float(np.isin(labels, through[through > 0]).sum() / phase.sum())


def local_thickness(phase: Mask, spacing: float = 1.0, *, periodic: bool = False) -> Floats:
    """Diameter of the largest sphere in the phase that holds a voxel's centre [m], 0 outside.

    Hildebrand and Ruegsegger, J. Microsc. 185 (1997) 67, doi:10.1046/j.1365-2818.1997.1340694.x.
    A sphere ends at the nearest voxel centre outside, which is up to a voxel too wide where walls
    are flat. The box's faces are no walls.

    Args:
        phase: Where the phase is.
        spacing: Edge of a voxel [m].
        periodic: Whether it continues across the x and y sides.
    """
    from scipy import ndimage

    if phase.all() or not phase.any():
        return np.where(phase, np.inf, 0.0)
    reach = ndimage.distance_transform_edt(phase)
    if periodic:
        rim = min(max(phase.shape[:2]), int(np.ceil(reach.max())))
        wrapped = ((rim, rim), (rim, rim), (0, 0))
        inner = tuple(slice(rim, rim + n) for n in phase.shape[:2])
        padded = np.pad(phase, wrapped, mode="wrap")
        again = local_thickness(padded, spacing)[inner]
        return np.ascontiguousarray(again)
    steps = max(1, int(np.ceil(np.log(reach.max()) / np.log(_RATIO))))
    radii = np.geomspace(1.0, reach.max(), steps + 1)
    # a sphere lies between its step and the next one, but for the largest
    sizes = np.append(np.sqrt(radii[:-1] * radii[1:]), radii[-1])
    found = np.where(phase, sizes[0], 0.0)
    for radius, size in zip(radii[1:], sizes[1:], strict=True):
        found[_within(reach >= radius * (1 - 1e-9), radius) & phase] = size
    result: Floats = 2.0 * spacing * found
    return result


def _within(centres: Mask, radius: float) -> Mask:
    """Voxels nearer than a radius to one of the centres, block by block where there are any."""
    reach = int(np.ceil(radius)) - 1
    edge = max(_BLOCK, 2 * reach)
    found = np.zeros_like(centres)
    for first in product(*(range(0, n, edge) for n in centres.shape)):
        around, core, inner = [], [], []
        for start, n in zip(first, centres.shape, strict=True):
            low, stop = max(0, start - reach), min(n, start + edge)
            around.append(slice(low, min(n, stop + reach)))
            core.append(slice(start, stop))
            inner.append(slice(start - low, stop - low))
        part = centres[tuple(around)]
        if part.any():
            found[tuple(core)] = _near(part, radius, reach)[tuple(inner)]
    return found


def _near(centres: Mask, radius: float, reach: int) -> Mask:
    """The same in one block: squares of distances axis by axis, up to the radius."""
    kind = np.int16 if radius < 100 else np.int32
    nearest: Ints = np.where(centres, 0, 15_000 if radius < 100 else 2**30).astype(kind)
    for axis in range(3):
        along = np.moveaxis(nearest, axis, 0)
        before = along.copy()
        for step in range(1, min(reach, len(along) - 1) + 1):
            further = before + kind(step * step)
            np.minimum(along[step:], further[:-step], out=along[step:])
            np.minimum(along[:-step], further[step:], out=along[:-step])
    found: Mask = nearest < radius * radius
    return found


def surface_area(phase: Mask, spacing: float = 1.0) -> float:
    """Area of a phase's surface inside the box [m2]; see `area_of_contact`."""
    return area_of_contact(phase, ~phase, spacing)


def area_between(voxels: Voxels, one: str, other: str) -> float:
    """Area along which two regions touch [m2]."""
    return area_of_contact(voxels.phase(one), voxels.phase(other), voxels.spacing)


def faces_between(voxels: Voxels, one: str, other: str) -> float:
    """Area of the voxels' faces along which two regions touch [m2]."""
    first, second = voxels.phase(one), voxels.phase(other)
    count = 0
    for axis in range(3):
        here, there = (np.moveaxis(phase, axis, 0) for phase in (first, second))
        count += int((here[:-1] & there[1:]).sum()) + int((there[:-1] & here[1:]).sum())
    return float(count) * voxels.spacing**2


def area_of_contact(one: Mask, other: Mask, spacing: float = 1.0) -> float:
    """Area along which two phases touch [m2].

    Crofton's formula, S_V = 2 P_L, with the changes between neighbours along the thirteen
    directions of the grid (Ohser and Muecklich, Statistical Analysis of Microstructures in
    Materials Science, 2000): right on average over directions, up to 7 % too small for a plane
    along the grid.
    """
    density = 0.0
    # beyond its faces the box goes on as it ends
    around, beside = np.pad(one, 1, mode="edge"), np.pad(other, 1, mode="edge")
    for direction, weight in _directions():
        there = tuple(
            slice(1 + step, 1 + step + n) for step, n in zip(direction, one.shape, strict=True)
        )
        changes = (one & beside[there]) | (other & around[there])
        density += weight * float(changes.mean()) / float(np.linalg.norm(direction))
    return 2.0 * density * one.size * spacing**2


def _directions() -> list[tuple[tuple[int, int, int], float]]:
    """Thirteen directions, and the share of the sphere that is nearest to each."""
    every = [(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1)]
    half = [one for one in every if one > (0, 0, 0)]
    weights = {1: 0.0915556, 2: 0.0739613, 3: 0.0703913}
    return [(one, weights[sum(map(abs, one))]) for one in half]


def feret_diameters(points: Floats) -> tuple[float, float]:
    """Largest and smallest distance of two parallel planes that hold a body between them [m].

    Args:
        points: (n, 3) points of the body, its corners at least [m].
    """
    from scipy.spatial import ConvexHull
    from scipy.spatial.distance import pdist

    hull = ConvexHull(points)
    corners = points[hull.vertices]
    normals = np.unique(np.round(hull.equations[:, :3], 9), axis=0)
    # for the largest a pair of corners; for the smallest a plane against a corner, which
    # leaves out plane against plane along two edges (a regular tetrahedron's, say)
    widths = np.ptp(corners @ normals.T, axis=0)
    return float(pdist(corners).max()), float(widths.min())
