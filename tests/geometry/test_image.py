"""Images: what files hold, what is refused, and level sets that keep the voxels' volumes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nanotrode.errors import MeshError, ShapeError
from nanotrode.geometry.build_cad import build_mesh
from nanotrode.geometry.implicit.image import Image
from nanotrode.geometry.tags import REGIONS

FILE = str(Path(__file__).parents[1] / "data" / "electrode_64.tiff")
LABELS = {"electrolyte": 0, "electrode": 85, "binder": 170}
VOXEL = 1e-7


def image(**changes):
    return Image(**({"file": FILE, "voxel": VOXEL, "labels": LABELS} | changes))


@pytest.fixture
def stack():
    """Pages, rows and columns of different numbers, of two values."""
    return np.random.default_rng(0).choice([0, 7], (6, 5, 4)).astype(np.uint8)


@pytest.fixture
def files(stack, tmp_path):
    """The same stack in every kind of file, and what else must be said of it."""
    from PIL import Image as Picture

    pages = [Picture.fromarray(page) for page in stack]
    pages[0].save(tmp_path / "many.tif", save_all=True, append_images=pages[1:])
    (tmp_path / "slices").mkdir()
    for k, page in enumerate(pages):
        page.save(tmp_path / "slices" / f"s{k:03d}.tiff")
    np.save(tmp_path / "a.npy", stack)
    stack.astype(">u2").tofile(tmp_path / "a.raw")
    return {
        "pages": {"file": str(tmp_path / "many.tif")},
        "folder": {"file": str(tmp_path / "slices")},
        "pattern": {"file": str(tmp_path / "slices" / "s*.tiff")},
        "npy": {"file": str(tmp_path / "a.npy")},
        "raw": {"file": str(tmp_path / "a.raw"), "raw_shape": (6, 5, 4), "raw_type": ">u2"},
    }


@pytest.mark.parametrize("kind", ["pages", "folder", "pattern", "npy", "raw"])
def test_each_kind_of_file_holds_the_same_electrode(files, stack, kind):
    shape = Image(**files[kind], voxel=VOXEL, labels={"electrolyte": 0, "electrode": 7})
    assert (shape.voxels.phase("electrode") == (stack == 7).transpose(2, 1, 0)).all()
    assert shape.size == pytest.approx((4e-7, 5e-7, 6e-7))


def test_axes_crop_and_direction_place_the_image(files, stack):
    about = {**files["npy"], "voxel": VOXEL, "threshold": 3}
    turned = Image(**about, axes="xzy", upside_down=True, crop=((1, 6), None, (0, 4)))
    solid = (stack == 7).transpose(0, 2, 1)[:, :, ::-1]
    assert (turned.voxels.phase("electrode") == solid[1:6, :, 0:4]).all()


def test_phases_are_nested_and_as_large_as_their_voxels():
    shape = image(crop=((0, 40), (0, 48), None))
    place = VOXEL * (np.indices((80, 96, 128)).reshape(3, -1).T + 0.5) / 2
    (electrode, solid), (binder, split) = shape.phases()
    assert (electrode, binder) == ("electrode", "binder")
    inside = solid(place) < 0
    bound = inside.copy()
    bound[inside] = split(place[inside]) < 0
    voxels = shape.voxels
    assert inside.mean() == pytest.approx(voxels.solid.mean(), rel=0.003)
    assert bound.mean() == pytest.approx(voxels.fraction("binder"), rel=0.01)
    assert (inside & ~bound).mean() == pytest.approx(voxels.fraction("electrode"), rel=0.005)


def test_a_level_set_is_about_a_distance(tmp_path):
    # A ball: exact near its surface, and growing with the distance far from it.
    x, y, z = np.indices((32, 32, 32)) + 0.5 - 16
    np.save(tmp_path / "ball.npy", (x**2 + y**2 + z**2 < 10**2).astype(np.uint8))
    shape = Image(file=str(tmp_path / "ball.npy"), voxel=VOXEL, threshold=0.5, smoothing=1.0)
    ((_, level),) = shape.phases()
    direction = np.random.default_rng(1).normal(size=(500, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    for radius, error in ((9.5, 0.3), (10.0, 0.25), (10.5, 0.3), (4.0, 1.0), (14.0, 1.0)):
        values = level(VOXEL * (16 + radius * direction)) / VOXEL
        assert np.abs(values - (radius - 10)).max() < error
        assert np.sign(values.mean()) == np.sign(radius - 10) or radius == 10


def test_connected_porosity_leaves_closed_pores_out(tmp_path):
    tags = np.ones((8, 8, 8), dtype=np.uint8)
    tags[:, :4] = 0
    tags[4, 6, 4] = 0
    np.save(tmp_path / "p.npy", tags)
    shape = Image(file=str(tmp_path / "p.npy"), voxel=VOXEL, threshold=0.5)
    assert shape.voxels.fraction("electrolyte") == 0.5 + 1 / 512
    assert shape.porosity == 0.5


def test_notes_tell_a_changed_file(files, stack, tmp_path):
    about = {**files["npy"], "voxel": VOXEL, "threshold": 3}
    before = Image(**about).describe()
    assert before["voxel_fractions"]["electrode"] == pytest.approx((stack == 7).mean())
    stack[0, 0, 0] ^= 7
    np.save(tmp_path / "a.npy", stack)
    assert Image(**about).describe()["voxel_digest"] != before["voxel_digest"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": {}}, "labels, threshold: give one"),
        ({"threshold": 5.0}, "labels, threshold: give one"),
        ({"labels": {"electrode": 85, "binder": 170}}, "which value is the electrolyte"),
        ({"labels": LABELS | {"pore": 3}}, "'pore' is no region; expected electrode"),
        ({"labels": LABELS | {"binder": True}}, "binder: expected a grey value, got True"),
        ({"labels": LABELS | {"binder": (1, "2")}}, "binder: expected a grey value, got '2'"),
        ({"labels": LABELS | {"binder": 85}}, "85 stands for two regions"),
        ({"labels": {"electrolyte": 0, "electrode": 85}}, "also holds 170"),
        ({"labels": LABELS | {"additive": 9}}, "additive = 9 is not in .* 0, 85, 170"),
        ({"labels": {}, "threshold": 300.0}, "threshold: no voxel .* is electrode"),
        ({"crop": ((0, 65), None, None)}, "crop: x from 0 to 65 is not within 0 to 64"),
        ({"crop": ((0, 2), None, None)}, "crop: 2 voxels along x; at least 4"),
        ({"crop": (None, None)}, "crop: got 2 spans"),
        ({"voxel": 0.0}, "voxel: expected a length above zero"),
        ({"axes": "zzx"}, "axes: expected one of zyx"),
        ({"smoothing": 0.1}, "smoothing: got 0.1, expected 0 or 0.3 to 10"),
        ({"file": "nowhere.tif"}, "file: there is no 'nowhere.tif'"),
        ({"file": __file__}, "file: .* is none of .tif"),
    ],
)
def test_what_cannot_be_is_refused_with_its_key(changes, message):
    with pytest.raises(ShapeError, match=message):
        image(**changes).voxels  # noqa: B018


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"raw_shape": (6, 5, 5)}, "raw_shape: 6 x 5 x 5 values of >u2 are 300 bytes, .* has 240"),
        ({"raw_shape": None}, "raw_shape, raw_type: a raw file does not say"),
        ({"raw_type": "pixels"}, "raw_type: got 'pixels'"),
    ],
)
def test_a_raw_file_must_have_the_size_that_is_said(files, changes, message):
    with pytest.raises(ShapeError, match=message):
        Image(**(files["raw"] | {"voxel": VOXEL, "threshold": 3} | changes)).voxels  # noqa: B018


def test_files_that_are_no_stack_are_refused(tmp_path):
    from PIL import Image as Picture

    flat = np.zeros((9, 9), dtype=np.uint8)
    Picture.fromarray(flat).save(tmp_path / "flat.tif")
    np.save(tmp_path / "flat.npy", flat)
    (tmp_path / "text.tif").write_text("no picture")
    (tmp_path / "empty").mkdir()
    (tmp_path / "uneven").mkdir()
    Picture.fromarray(flat).save(tmp_path / "uneven" / "a.tif")
    Picture.fromarray(flat[:5]).save(tmp_path / "uneven" / "b.tif")
    for name, message in (
        ("flat.tif", "1 x 9 x 9 values; expected a stack"),
        ("flat.npy", "9 x 9 values; expected a stack"),
        ("text.tif", "cannot be read"),
        ("empty", "holds no .tif"),
        ("uneven", "b.tif has .* all pages of a stack need one size"),
    ):
        with pytest.raises(ShapeError, match=message):
            image(file=str(tmp_path / name)).voxels  # noqa: B018


def test_the_tags_are_the_regions_of_the_labels():
    tags = image().voxels.tags
    counts = {name: int((tags == REGIONS[name]).sum()) for name in LABELS}
    assert counts == {"electrolyte": 114224, "electrode": 111747, "binder": 36173}


def test_an_image_becomes_a_mesh_of_its_phases_volumes():
    from nanotrode.geometry.build_cad import build_mesh
    from nanotrode.geometry.sizing import Sizing

    shape = image(crop=((0, 24), (0, 24), (16, 40)), smoothing=1.0, headroom=4 * VOXEL)
    mesh = build_mesh(shape, sizing=Sizing(interface=1.6 * VOXEL), order=1)
    box = float(np.prod(shape.size))
    pore = mesh.volume("electrolyte") - mesh.footprint * 4 * VOXEL
    found = {name: mesh.volume(name) / box for name in ("electrode", "binder")}
    found["electrolyte"] = pore / box
    for name, share in found.items():
        assert share == pytest.approx(shape.voxels.fraction(name), rel=0.01), name
    assert {"interface", "contact", "binder-surface"} <= set(mesh.names)
    assert mesh.quality().min_dihedral >= 15


def test_voxels_that_touch_along_edges_are_told_what_helps_an_image(monkeypatch):
    """It has no seed; where smoothing opens or closes a pore, their faces can be kept."""
    monkeypatch.setattr("nanotrode.geometry.implicit.porosity._MESHES", 0)
    with pytest.raises(MeshError, match="smoothing = 0 keeps them") as error:
        build_mesh(image(headroom=VOXEL, crop=((0, 8),) * 3), order=1)
    assert "seed" not in str(error.value)
