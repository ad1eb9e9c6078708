"""Meshes at default sizes: every family, both orders, twenty seeds, and two hundred poles.

`make verify` prints the table: volume and area against the closed form, the worst dihedral
angles, cells and seconds. Cells in layers may be thin: only their largest angles are bounded.
"""

from __future__ import annotations

import time
from math import radians

import numpy as np
import pytest

from nanotrode.errors import ShapeError
from nanotrode.geometry import REGIONS, Film, NanobeltArray, NanowireArray, build_mesh
from nanotrode.geometry.build_cad import takes_layers
from nanotrode.geometry.measure import dihedral_range

pytestmark = pytest.mark.slow

WIRE = {"radius": 5e-8, "length": 2e-6, "headroom": 3e-7}
SHORT = {"radius": 5e-8, "length": 5e-7, "headroom": 1e-7}
BELT = {"width": 3e-7, "thickness": 5e-8, "length": 1e-6, "headroom": 1e-7}

FAMILIES = {
    "film": Film(1e-6, headroom=5e-7),
    "1 wire, flat": NanowireArray(1, **WIRE),
    "1 wire, rounded": NanowireArray(1, **WIRE, tip="rounded"),
    "1 wire, electrode alone": NanowireArray(1, radius=5e-8, length=2e-6, tip="rounded"),
    "7 wires, short": NanowireArray(7, **SHORT, tip="rounded"),
    "20 wires, square": NanowireArray(20, **WIRE, tip="rounded"),
    "20 wires, hexagonal": NanowireArray(20, **WIRE, tip="rounded", placement="hexagonal"),
    "20 wires, leaning 30 deg": NanowireArray(20, **SHORT, pitch=3e-7, tilt=radians(30)),
    "quarter of a wire": NanowireArray(1, **SHORT, symmetry="quarter", tip="rounded"),
    "twelfth of a wire": NanowireArray(1, **SHORT, placement="hexagonal", symmetry="twelfth"),
    "2 belts": NanobeltArray(2, **BELT),
    "20 belts": NanobeltArray(20, **BELT),
    "belt, rounded edges": NanobeltArray(1, **BELT, edge_radius=1e-8),
    "belt, round edges": NanobeltArray(1, **BELT, edge_radius=2.5e-8),
    "belts, leaning 15 deg": NanobeltArray(2, **BELT, tilt=radians(15)),
    "belts, bent 80 deg": NanobeltArray(2, **BELT, bend=radians(80)),
    "belts, twisted 90 deg": NanobeltArray(2, **BELT, twist=radians(90)),
    "belts, twisted 360 deg": NanobeltArray(1, **BELT, twist=radians(360)),
    "belts, all at once": NanobeltArray(2, **BELT, tilt=0.1, bend=0.4, twist=1.0, edge_radius=1e-8),
    "7 belts, random": NanobeltArray(7, **BELT, placement="random"),
    "quarter of a belt": NanobeltArray(1, **BELT, edge_radius=1e-8, symmetry="quarter"),
}


def measured(name: str, shape, *, order: int = 1):
    """Mesh, print one line of the table, and hold what every mesh must keep."""
    start = time.process_time()
    mesh = build_mesh(shape, order=order)
    seconds = time.process_time() - start
    quality = mesh.quality()
    volume = mesh.volume("electrode") / shape.electrode_volume - 1
    area = mesh.area("interface") / shape.interface_area - 1
    print(
        f"\n{name:26s} order {order}  volume {100 * volume:+.3f} %  area {100 * area:+.3f} %  "
        f"angles {quality.min_dihedral:5.1f} to {quality.max_dihedral:5.1f} deg  "
        f"Jacobian {quality.min_jacobian:.2f}  {quality.cells:7d} cells  {seconds:6.1f} s",
        end="",
    )
    assert abs(volume) < 5e-3
    assert abs(area) < 1e-2
    smallest, largest = dihedral_range(mesh.points, mesh.cells)
    # a film's columns go on through the electrolyte
    film = isinstance(shape, Film)
    layers = film or ((mesh.cell_tags == REGIONS["electrode"]) & takes_layers(shape))
    thin = np.broadcast_to(layers, len(mesh.cells))
    assert smallest[~thin].min(initial=90) >= 10
    assert largest[thin].max(initial=90) < 155
    assert quality.min_jacobian > 0
    assert quality.untagged_facets == quality.nonmanifold == quality.unused_points == 0
    if shape.headroom is not None:
        total = mesh.volume("electrode") + mesh.volume("electrolyte")
        assert total == pytest.approx(shape.footprint * shape.height, rel=1e-10)
    return quality, seconds


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", FAMILIES)
def test_families(name, order, capsys):
    with capsys.disabled():
        measured(name, FAMILIES[name], order=order)


@pytest.mark.parametrize("seed", range(20))
def test_random_leaning_poles_mesh_or_are_refused_before_meshing(seed, capsys):
    try:
        shape = NanowireArray(
            20, **{**WIRE, "length": 1e-6}, pitch=2.5e-7, placement="random", tip="rounded",
            tilt=radians(15), seed=seed,
        )  # fmt: skip
    except ShapeError as refusal:
        with capsys.disabled():
            print(f"\nseed {seed}: refused: {refusal}", end="")
        return
    with capsys.disabled():
        measured(f"20 random wires, seed {seed}", shape, order=1 + seed % 2)


@pytest.mark.parametrize("tilt", [0.0, 10.0])
def test_two_hundred_poles_with_their_electrolyte(tilt, capsys):
    placement = "random" if tilt else "hexagonal"
    shape = NanowireArray(
        200, **WIRE, pitch=3e-7, placement=placement, tip="rounded", tilt=radians(tilt)
    )
    with capsys.disabled():
        quality, seconds = measured(f"200 wires, {placement}", shape)
    # layers go to the axis: 4.4 million cells for the leaning ones
    assert quality.cells < 5_000_000
    assert seconds < 120
