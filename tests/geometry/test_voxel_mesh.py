"""Images meshed along the faces of their voxels: what is promised of such meshes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nanotrode.errors import MeshError, ShapeError
from nanotrode.geometry.build_cad import build_mesh
from nanotrode.geometry.implicit.combination import Combination
from nanotrode.geometry.implicit.image import Image
from nanotrode.geometry.implicit.voxel_mesh import join_phases
from nanotrode.geometry.measure import tet_volumes
from nanotrode.geometry.shapes import Film
from nanotrode.geometry.sizing import Sizing
from nanotrode.geometry.tags import REGIONS

FILE = str(Path(__file__).parents[1] / "data" / "electrode_64.tiff")
LABELS = {"electrolyte": 0, "electrode": 85, "binder": 170}
VOXEL = 1e-7
E, S, B = (REGIONS[name] for name in ("electrolyte", "electrode", "binder"))


def image(**changes):
    about = {
        "file": FILE,
        "voxel": VOXEL,
        "labels": LABELS,
        "crop": ((0, 17), (0, 16), (16, 40)),
        "smoothing": 0.0,
        "headroom": 2 * VOXEL,
    }
    return Image(**(about | changes))


@pytest.fixture
def saved(tmp_path):
    """An image of tags that are said, as a file."""

    def save(tags, **about):
        np.save(tmp_path / "tags.npy", np.asarray(tags, np.uint8))
        labels = {"electrolyte": E, "electrode": S}
        file = str(tmp_path / "tags.npy")
        return Image(file, VOXEL, labels=labels, axes="xyz", smoothing=0.0, **about)

    return save


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("headroom", [2 * VOXEL, None])
def test_cells_are_sound_conformal_and_as_large_as_the_voxels(order, headroom):
    shape = image(headroom=headroom)
    mesh = build_mesh(shape, order=order)
    quality = mesh.quality()
    assert quality.nonmanifold == quality.untagged_facets == quality.unused_points == 0
    assert quality.min_dihedral == pytest.approx(54.7356, abs=1e-3)
    assert quality.max_dihedral == pytest.approx(90)
    assert tet_volumes(mesh.points, mesh.cells).min() > 0
    tags = join_phases(shape.voxels.tags).tags
    for name in ("electrode", "binder"):
        voxels = float((tags == REGIONS[name]).sum()) * VOXEL**3
        assert mesh.volume(name) / voxels == pytest.approx(1, rel=1e-9), name
    assert mesh.order == order


def test_areas_are_those_of_the_voxels_faces():
    shape = image()
    mesh = build_mesh(shape, order=1)
    tags = np.pad(join_phases(shape.voxels.tags).tags, ((0, 0), (0, 0), (0, 1)), constant_values=E)
    for name, one, other in (
        ("interface", S, E),
        ("contact", S, B),
        ("binder-surface", B, E),
    ):
        faces = 0
        for axis in range(3):
            low, high = np.delete(tags, -1, axis), np.delete(tags, 0, axis)
            for first, second in ((one, other), (other, one)):
                faces += int(((low == first) & (high == second)).sum())
        assert mesh.area(name) / (faces * VOXEL**2) == pytest.approx(1, rel=1e-9), name


def test_a_smaller_size_splits_the_voxels_and_a_larger_one_is_refused():
    shape = image(crop=((0, 8), (0, 8), (16, 24)))
    plain, split = (
        build_mesh(shape, sizing=Sizing(interface=size), order=1) for size in (VOXEL, VOXEL / 2)
    )
    assert len(split.cells) == 8 * len(plain.cells)
    assert split.area("interface") == pytest.approx(plain.area("interface"), rel=1e-9)
    with pytest.raises(MeshError, match=r"interface = 2e-07 m asks for cells larger than the vox"):
        build_mesh(shape, sizing=Sizing(interface=2 * VOXEL), order=1)


def test_closed_pores_and_loose_solid_are_given_to_what_is_around_them(saved):
    tags = np.full((6, 6, 6), S)
    tags[3:] = E
    tags[1, 2, 2] = E
    tags[4, 4, 4] = S
    mesh = build_mesh(saved(tags, headroom=VOXEL), order=1)
    assert mesh.shape["relabelled_islands"] == 2
    assert mesh.volume("electrode") / VOXEL**3 == pytest.approx(108)
    assert mesh.area("interface") / VOXEL**2 == pytest.approx(36 + 18)
    assert mesh.shape["connected_porosity"] == pytest.approx(0.5)


def test_pieces_that_share_an_edge_alone_are_not_joined(saved):
    tags = np.full((6, 6, 6), S)
    tags[3:] = E
    tags[0, 0, 4:] = E
    tags[1, 1, :4] = E
    assert build_mesh(saved(tags), order=1).shape["relabelled_islands"] == 1


def test_what_does_not_percolate_is_refused(saved):
    tags = np.full((6, 6, 6), S)
    tags[:, :, 2:] = E
    with pytest.raises(MeshError, match="the solid does not lead"):
        build_mesh(saved(tags), order=1)
    with pytest.raises(MeshError, match="the pores do not lead"):
        build_mesh(saved(tags[:, :, ::-1]), order=1)


def test_steps_have_no_level_set(saved):
    solid = saved(np.indices((6, 6, 6))[0] // 3 + 1)
    with pytest.raises(ShapeError, match="smoothing: got 0 in a combination"):
        Combination("union", (solid, Film(thickness=VOXEL)))
