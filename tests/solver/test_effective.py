"""Effective transport against closed forms, on meshes and on voxels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import boxes
import numpy as np
import pytest

from nanotrode.geometry.tags import REGIONS

IMAGE = Path(__file__).parents[1] / "data" / "electrode_64.tiff"


def two_regions(counts, pore_where, *, sides=(1.0, 1.0, 1.0)):
    """A box whose cells are electrolyte where a function of their middles says so."""
    mesh = boxes.box(counts, sides=sides)
    pore = pore_where(mesh.points[mesh.cells[:, :4]].mean(axis=1))
    return replace(
        mesh, cell_tags=np.where(pore, REGIONS["electrolyte"], REGIONS["electrode"]).astype(int)
    )


def mesh_transport(mesh, axes="xyz", **more):
    from nanotrode.solver.effective import effective_transport

    return effective_transport(mesh, "electrolyte", axes, **more)


def voxel_transport(phase, axis):
    from nanotrode.solver.effective_voxels import effective_transport_of_voxels

    return effective_transport_of_voxels(phase, axis, tolerance=1e-10)


def test_a_straight_channel_has_no_tortuosity():
    # Half of a box that is not a cube, in x; along x the channel leads nowhere.
    mesh = two_regions((4, 3, 5), lambda x: x[:, 0] < 0.5, sides=(1.0, 2.0, 3.0))
    across, *along = mesh_transport(mesh, tolerance=1e-12)
    assert across.diffusivity == 0
    assert across.tortuosity == np.inf
    for found in along:
        assert found.fraction == pytest.approx(0.5, rel=1e-12)
        assert found.diffusivity == pytest.approx(0.5, rel=1e-9)
        assert found.tortuosity == pytest.approx(1.0, rel=1e-9)


def test_the_whole_box_conducts_like_the_bulk_curved_or_not():
    mesh = replace(boxes.box((2, 3, 2), order=2), cell_tags=np.full(72, REGIONS["electrolyte"]))
    assert [found.tortuosity for found in mesh_transport(mesh, tolerance=1e-12)] == pytest.approx(
        [1, 1, 1], rel=1e-9
    )


def test_islands_count_in_the_fraction_and_carry_nothing():
    # A channel of a quarter, and a piece of another quarter that touches one face only.
    def pore(x):
        return (x[:, 0] < 0.25) | ((x[:, 0] > 0.75) & (x[:, 2] < 0.5))

    (found,) = mesh_transport(two_regions((4, 2, 4), pore), "z", tolerance=1e-12)
    assert found.diffusivity == pytest.approx(0.25, rel=1e-9)
    assert found.fraction == pytest.approx(0.375, rel=1e-12)
    assert found.tortuosity == pytest.approx(1.5, rel=1e-9)


def test_a_headroom_takes_no_part():
    mesh = two_regions((4, 2, 6), lambda x: (x[:, 0] < 0.25) | (x[:, 2] > 0.5))
    for found in mesh_transport(mesh, "yz", height=0.5, tolerance=1e-12):
        assert found.fraction == pytest.approx(0.25, rel=1e-12)
        assert found.tortuosity == pytest.approx(1.0, rel=1e-9)


@pytest.mark.mpi
def test_two_ranks_find_what_one_finds():
    from mpi4py import MPI

    def pore(x):
        return np.linalg.norm(x - 0.5, axis=1) > 0.4

    mesh = two_regions((8, 8, 8), pore)
    alone = mesh_transport(mesh, "xz", tolerance=1e-11)
    root = mesh if MPI.COMM_WORLD.rank == 0 else None
    together = mesh_transport(root, "xz", comm=MPI.COMM_WORLD, tolerance=1e-11)
    assert 0.3 < alone[0].diffusivity < alone[0].fraction
    for one, all_of_them in zip(alone, together, strict=True):
        assert all_of_them == (one.axis, *(pytest.approx(value, rel=1e-9) for value in one[1:]))


def test_a_laminate_of_voxels_conducts_along_its_layers_alone():
    phase = np.zeros((12, 8, 9), dtype=bool)
    phase[:, :3] = True
    for axis in (0, 2):
        found = voxel_transport(phase, axis)
        assert found.diffusivity == pytest.approx(3 / 8, rel=1e-9)
        assert found.tortuosity == pytest.approx(1.0, rel=1e-9)
    assert voxel_transport(phase, 1).tortuosity == np.inf


def obstacle(n, radius):
    """A cube of n voxels an edge without the sphere in its middle."""
    place = (np.arange(n) + 0.5) / n - 0.5
    x, y, z = np.meshgrid(place, place, place, indexing="ij")
    return x**2 + y**2 + z**2 > radius**2


def test_an_insulating_sphere_obstructs_as_rayleigh_says():
    """Spheres on a cubic lattice: Rayleigh's series, Phil. Mag. 34 (1892) 481, to phi^(10/3)."""
    phase = obstacle(40, 0.3)
    share = 1.0 - phase.mean()
    # by symmetry a cell between two faces of constant potential is the lattice
    lattice = 1 - 3 * share / (2 + share - 0.3914 * share ** (10 / 3))
    assert voxel_transport(phase, 2).diffusivity == pytest.approx(lattice, rel=0.01)


def test_voxels_and_cells_of_one_structure_agree():
    # The same cubes as voxels and cut into tetrahedra; the truth lies between both schemes.
    n = 12
    phase = obstacle(n, 0.36)

    def pore(x):
        i = np.minimum((x * n).astype(int), n - 1)
        return phase[tuple(i.T)]

    (cells,) = mesh_transport(two_regions((n, n, n), pore), "z")
    voxels = voxel_transport(phase, 2)
    assert cells.fraction == pytest.approx(voxels.fraction, rel=1e-12)
    assert voxels.diffusivity < cells.diffusivity < 1.05 * voxels.diffusivity


# TauFactor 1.2.1 (torch 2.15.0, float32) on tests/data/electrode_64.tiff, along z, y and x:
#   Solver(np.moveaxis((image == value).astype("uint8"), axis, 0), device="cpu").solve(
#       conv_crit=1e-3, iter_limit=20000)
TAUFACTOR = {0: (2.14629, 2.05713, 2.18887), 85: (4.36572, 6.75927, 5.01316)}


@pytest.mark.parametrize(("value", "axis"), [(0, 2), (0, 0), (85, 1)])
def test_voxels_conduct_as_in_taufactor(value, axis):
    from nanotrode.geometry.implicit.image_files import read_stack

    stack = read_stack(str(IMAGE), raw_shape=None, raw_type=None)
    found = voxel_transport(np.moveaxis(stack == value, 0, 2).swapaxes(0, 1), axis)
    assert found.tortuosity == pytest.approx(TAUFACTOR[value][2 - axis], rel=1e-3)


def test_quadratic_cells_leave_less_too_open():
    # Around a sphere cut out of cubes: the true ratio is below both, and quadratic is nearer.
    mesh = two_regions((10, 10, 10), lambda x: np.linalg.norm(x - 0.5, axis=1) > 0.35)
    coarse, better = (mesh_transport(mesh, "z", quadratic=which)[0] for which in (False, True))
    assert coarse.fraction == better.fraction
    assert 0.985 * coarse.diffusivity < better.diffusivity < 0.998 * coarse.diffusivity


@pytest.mark.parametrize("shared", ["edge", "vertex"])
@pytest.mark.parametrize("order", [1, 2])
def test_what_touches_by_less_than_a_facet_conducts_nothing(shared, order):
    def pore(x):
        low, high = (x < 0.5, x > 0.5) if shared == "vertex" else (x[:, ::2] < 0.5, x[:, ::2] > 0.5)
        return low.all(axis=1) | high.all(axis=1)

    mesh = boxes.box((4, 4, 4), order=order)
    where = pore(mesh.points[mesh.cells[:, :4]].mean(axis=1))
    tags = np.where(where, REGIONS["electrolyte"], REGIONS["electrode"])
    (found,) = mesh_transport(replace(mesh, cell_tags=tags), "z")
    assert found.diffusivity == 0
    assert found.tortuosity == np.inf


def test_a_mesh_of_voxels_and_the_voxels_close_in_on_one_tortuosity():
    from nanotrode.geometry.build_cad import build_mesh
    from nanotrode.geometry.implicit.image import Image

    labels = {"electrolyte": 0, "electrode": (85, 170)}
    crop = ((0, 16), (24, 40), (0, 16))
    shape = Image(str(IMAGE), 1.0, labels=labels, crop=crop, smoothing=0.0, headroom=1.0)
    mesh = build_mesh(shape, order=1)
    linear, quadratic = (
        mesh_transport(mesh, "z", height=16.0, quadratic=finer)[0].diffusivity
        for finer in (False, True)
    )
    pore, values = shape.voxels.phase("electrolyte"), []
    for _ in range(2):
        values.append(voxel_transport(pore, 2).diffusivity)
        pore = pore.repeat(2, 0).repeat(2, 1).repeat(2, 2)
    # The error goes as the voxels' edge to the power 4/3, that of re-entrant edges.
    limit = values[1] + (values[1] - values[0]) / (2 ** (4 / 3) - 1)
    assert values[0] < values[1] < limit < quadratic < linear
    assert quadratic - limit < 0.5 * (limit - values[0])


@pytest.mark.parametrize("shape", [(4, 3, 5), (9, 2, 7), (17, 16, 1)])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_odd_and_flat_boxes_give_what_a_dense_solution_gives(shape, axis):
    """A network of unit conductances, solved by numpy: Kirchhoff's law, node by node."""
    phase = np.random.default_rng(1).random(shape) < 0.8
    moved = np.moveaxis(phase, axis, 0)
    number = np.cumsum(moved).reshape(moved.shape) - 1
    size = int(moved.sum())
    matrix, right = np.zeros((size, size)), np.zeros(size)
    for place in np.argwhere(moved):
        i = number[tuple(place)]
        for step in (*np.eye(3, dtype=int), *-np.eye(3, dtype=int)):
            there = place + step
            if there[0] in (-1, len(moved)):
                matrix[i, i] += 2
                right[i] += 2.0 * (there[0] < 0)
            elif (there >= 0).all() and (there < moved.shape).all() and moved[tuple(there)]:
                matrix[i, i] += 1
                matrix[i, number[tuple(there)]] -= 1
    u = np.linalg.lstsq(matrix, right, rcond=None)[0]
    flux = float((2 * (1 - u[number[0][moved[0]]])).sum())
    wanted = flux * len(moved) / moved[0].size
    for tolerance, error in ((1e-10, 1e-8), (1e-4, 1e-3)):
        from nanotrode.solver.effective_voxels import effective_transport_of_voxels

        found = effective_transport_of_voxels(phase, axis, tolerance=tolerance)
        assert found.diffusivity == pytest.approx(wanted, rel=error, abs=1e-12)


def test_iterations_hardly_grow_with_the_image():
    """Multigrid: a handful for 16 and for 64 voxels an edge; CG alone takes 60 and 200."""
    from nanotrode.solver.effective_voxels import leading_through
    from nanotrode.solver.voxel_multigrid import conductance

    taken = []
    for n in (16, 64):
        through = leading_through(obstacle(n, 0.45), 0)
        taken.append(conductance(through, tolerance=1e-4).iterations)
    assert max(taken) <= 10
