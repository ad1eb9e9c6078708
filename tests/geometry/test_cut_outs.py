"""Outer faces of a cut-out are cuts, where nothing reacts; areas counted by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nanotrode.errors import InputError, ShapeError
from nanotrode.geometry.build_cad import build_mesh
from nanotrode.geometry.implicit.combination import Combination
from nanotrode.geometry.implicit.image import Image
from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.geometry.sizing import Sizing

FILE = str(Path(__file__).parents[1] / "data" / "electrode_64.tiff")
VOXEL = 1e-7
N = 8
WALL = N * N * VOXEL**2
"""Of a box of N voxels along each edge, half of it solid: the plane between solid and pore."""


@pytest.fixture
def halves(tmp_path):
    """Solid for x below the middle, pore above: the interface is one upright plane."""
    tags = np.zeros((N, N, N), np.uint8)
    tags[: N // 2] = 1
    np.save(tmp_path / "halves.npy", tags)

    def make(**about):
        about = {"threshold": 0.5, "axes": "xyz"} | about
        return Image(str(tmp_path / "halves.npy"), VOXEL, **about)

    return make


@pytest.mark.parametrize(("smoothing", "order"), [(0.0, 1), (0.0, 2), (0.6, 1)])
@pytest.mark.parametrize(
    ("about", "area"),
    [
        ({}, WALL),
        ({"top": "cut"}, WALL),
        ({"top": "separator"}, 1.5 * WALL),
        ({"headroom": 2 * VOXEL}, 1.5 * WALL),
        ({"headroom": 2 * VOXEL, "top": "separator"}, 1.5 * WALL),
    ],
)
def test_the_top_of_an_image_reacts_where_the_electrode_ends_there(
    halves, about, area, smoothing, order
):
    shape = halves(smoothing=smoothing, **about)
    mesh = build_mesh(shape, sizing=Sizing(interface=VOXEL), order=order)
    assert mesh.area("interface") == pytest.approx(area, rel=1e-3)
    assert mesh.quality().untagged_facets == 0
    if not smoothing:
        assert shape.interface_area == pytest.approx(area, rel=1e-12)
    if "headroom" not in about:  # one whole side, two halves, and the top where it is cut
        assert mesh.area("sides") == pytest.approx(2 * WALL + 1.5 * WALL - area, rel=1e-3)


def test_a_binders_cut_is_no_surface_either():
    shape = Image(
        FILE,
        VOXEL,
        labels={"electrolyte": 0, "electrode": 85, "binder": 170},
        crop=((0, 16), (0, 16), (16, 32)),
    )
    mesh = build_mesh(shape, sizing=Sizing(interface=VOXEL), order=1)
    for name in ("interface", "binder-surface"):
        facets = mesh.boundary(name)
        z = mesh.points[facets.nodes][:, 2][facets.facets]
        assert not (z > 16 * VOXEL * (1 - 1e-9)).all(axis=1).any(), name


def test_a_combination_ends_where_its_image_is_cut(halves):
    shape = Combination("union", (halves(), halves()))
    assert build_mesh(shape, order=1).area("interface") == pytest.approx(WALL, rel=1e-3)


def test_a_cut_under_an_electrolyte_is_refused(halves):
    with pytest.raises(ShapeError, match="top, headroom: above a cut there is more electrode"):
        halves(top="cut", headroom=VOXEL)
    with pytest.raises(ShapeError, match="top: expected one of cut, separator, got 'open'"):
        halves(top="open")


@pytest.fixture
def own(halves, tmp_path):
    """The half that is solid, as another program writes it: cells and, if asked, the wall."""
    import meshio

    mesh = build_mesh(halves(smoothing=0.0), order=1)
    wall = mesh.facets[mesh.facet_tags == mesh.names["interface"]]
    cells = [("tetra", mesh.cells), ("triangle", wall)]
    tags = [np.full(len(mesh.cells), 1), np.full(len(wall), 7)]
    path = tmp_path / "own.vtu"
    meshio.write(path, meshio.Mesh(mesh.points, cells, cell_data={"region": tags}))

    def read(**about):
        return ElectrodeMesh.from_file(path, regions={"electrode": 1}, **about)

    return read


@pytest.mark.parametrize(("top", "area"), [(None, WALL), ("separator", 1.5 * WALL)])
def test_where_the_interface_is_named_all_else_is_cut(own, top, area):
    mesh = own(boundaries={"interface": 7}, top=top)
    assert mesh.area("interface") == pytest.approx(area, rel=1e-9)
    assert mesh.area("collector") == pytest.approx(0.5 * WALL, rel=1e-9)


def test_what_fills_its_box_needs_to_say_where_it_reacts(own):
    with pytest.raises(InputError, match=r"all its outer faces would be cuts; name .* 'interface'"):
        own(boundaries={})
    assert own(boundaries={}, top="separator").area("interface") == pytest.approx(0.5 * WALL)


def test_a_cut_out_of_ones_own_has_its_inner_walls_alone(tmp_path):
    import meshio

    labels = {"electrolyte": 0, "electrode": (85, 170)}
    shape = Image(FILE, VOXEL, labels=labels, crop=((0, 12), (0, 12), (16, 28)), smoothing=0.0)
    made = build_mesh(shape, order=1)
    tags = [np.full(len(made.cells), 1)]
    path = tmp_path / "solid.vtu"
    meshio.write(
        path, meshio.Mesh(made.points, [("tetra", made.cells)], cell_data={"region": tags})
    )
    mesh = ElectrodeMesh.from_file(path, regions={"electrode": 1}, boundaries={})
    assert mesh.area("interface") == pytest.approx(made.area("interface"), rel=1e-9)
    with pytest.raises(InputError, match="top: expected one of cut, separator, got 'free'"):
        ElectrodeMesh.from_file(path, regions={"electrode": 1}, boundaries={}, top="free")


def test_a_pole_of_ones_own_still_reacts_all_around(tmp_path):
    import meshio

    from nanotrode.geometry.shapes import NanowireArray

    wire = build_mesh(NanowireArray(radius=5e-8, length=2e-7, count=1), order=1)
    path = tmp_path / "wire.vtu"
    tags = [np.full(len(wire.cells), 1)]
    meshio.write(
        path, meshio.Mesh(wire.points, [("tetra", wire.cells)], cell_data={"region": tags})
    )
    mesh = ElectrodeMesh.from_file(path, regions={"electrode": 1}, boundaries={})
    assert mesh.area("interface") == pytest.approx(wire.area("interface"), rel=1e-9)


@pytest.mark.parametrize("smoothing", [0.0, 0.6])
def test_pores_that_go_on_below_an_image_end_at_no_collector(halves, smoothing):
    """Of the bottom, half is solid, on which electrons come in, and half is pore."""
    about = {"headroom": 2 * VOXEL, "smoothing": smoothing}
    areas = {
        bottom: build_mesh(halves(bottom=bottom, **about), sizing=Sizing(interface=VOXEL), order=1)
        for bottom in ("collector", "cut")
    }
    assert areas["collector"].area("collector") == pytest.approx(WALL, rel=1e-3)
    assert areas["cut"].area("collector") == pytest.approx(WALL / 2, rel=1e-3)
    more = areas["cut"].area("sides") - areas["collector"].area("sides")
    assert more == pytest.approx(WALL / 2, rel=2e-3)
    assert areas["cut"].area("interface") == areas["collector"].area("interface")


def test_a_bottom_that_is_cut_is_said_of_electrolyte_that_is_there(halves):
    with pytest.raises(ShapeError, match="bottom: 'cut' is said of the electrolyte"):
        halves(bottom="cut")
