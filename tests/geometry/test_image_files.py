"""Image files: whole, or refused; a crop of a large one; and the scale that they tell."""

from __future__ import annotations

import io
import itertools
import logging
import struct

import numpy as np
import pytest
from PIL import Image as Picture
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from nanotrode.errors import ShapeError
from nanotrode.geometry.implicit.image import Image
from nanotrode.geometry.implicit.image_files import open_stack, read_stack
from nanotrode.geometry.implicit.image_scale import given_or_told, voxel_in

STACK = np.random.default_rng(0).choice([0, 7], (6, 50, 40)).astype(np.uint8)
COMPRESSIONS = ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "zstd"]


def written(stack=STACK, compression="raw", **tags) -> bytes:
    """The stack as Pillow writes it."""
    entries = ImageFileDirectory_v2()
    for name, value in tags.items():
        entries[{"description": 270, "x": 282, "y": 283, "unit": 296}[name]] = value
    pages = [Picture.fromarray(page) for page in stack]
    out = io.BytesIO()
    pages[0].save(
        out,
        "TIFF",
        save_all=True,
        append_images=pages[1:],
        compression=compression,
        tiffinfo=entries,
    )
    return out.getvalue()


def read(path, content: bytes | None = None):
    if content is not None:
        path.write_bytes(content)
    return read_stack(str(path), raw_shape=None, raw_type=None)


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_tiff_that_is_cut_anywhere_is_refused(tmp_path, compression):
    whole = written(compression=compression)
    assert (read(tmp_path / "whole.tif", whole) == STACK).all()
    for size in np.linspace(0, len(whole) - 16, 150).astype(int):
        with pytest.raises(ShapeError, match=r"^file: '.*cut.tif' cannot be read as an image"):
            read(tmp_path / "cut.tif", whole[:size])


@pytest.mark.parametrize("compression", [one for one in COMPRESSIONS if one != "raw"])
def test_a_tiff_that_was_not_written_to_its_end_is_refused(tmp_path, compression):
    """A download that was stopped may be of the full size, and hold zeros."""
    whole = written(compression=compression)
    for size in np.linspace(0, len(whole) - 1200, 100).astype(int):
        with pytest.raises(ShapeError, match=r"^file: '.*cut.tif' cannot be read as an image"):
            read(tmp_path / "cut.tif", whole[:size] + bytes(len(whole) - size))


def test_a_chain_that_ends_before_the_told_number_of_pages_is_refused(tmp_path):
    told = "ImageJ=1.54f\nimages=6\nslices=6\n"
    assert read(tmp_path / "a.tif", written(description=told)).shape == STACK.shape
    with pytest.raises(ShapeError, match=r"it has 4 pages of the 6 that it tells"):
        read(tmp_path / "a.tif", written(STACK[:4], description=told))
    with pytest.raises(ShapeError, match=r"it has 4 pages of the 6 that it tells"):
        read(tmp_path / "a.tif", written(STACK[:4], description='{"shape": [6, 50, 40]}'))


def test_imagej_s_large_stacks_have_one_directory_for_all_pages(tmp_path):
    """Laid out by hand after the TIFF standard: header, one directory, the text, the pages."""
    stack = np.arange(6 * 50 * 40, dtype=">u2").reshape(6, 50, 40)
    text = b"ImageJ=1.54f\nimages=6\nslices=6\n\0"
    entries = [
        (256, 3, 1, 40 << 16), (257, 3, 1, 50 << 16), (258, 3, 1, 16 << 16),
        (259, 3, 1, 1 << 16), (262, 3, 1, 1 << 16), (270, 2, len(text), 200),
        (273, 4, 1, 300), (277, 3, 1, 1 << 16), (278, 3, 1, 50 << 16), (279, 4, 1, 4000),
    ]  # fmt: skip
    head = b"MM\0*" + struct.pack(">I", 8) + struct.pack(">H", len(entries))
    head += b"".join(struct.pack(">HHII", *entry) for entry in entries) + bytes(4)
    content = (head.ljust(200, b"\0") + text).ljust(300, b"\0") + stack.tobytes()
    assert (read(tmp_path / "large.tif", content) == stack).all()
    with pytest.raises(ShapeError, match="it has 1 page of the 6 that it tells"):
        read(tmp_path / "large.tif", content[:-1])


def test_a_picture_larger_than_179_megapixels_is_cropped_page_by_page(tmp_path):
    page = np.zeros((15_000, 12_500), dtype=bool)  # 187.5 million pixels
    page[7000:7010, 12_000:12_010] = True
    pages = [Picture.fromarray(page)] * 2
    file = tmp_path / "mosaic.tif"
    pages[0].save(file, save_all=True, append_images=pages[1:], compression="group4")
    stack = open_stack(str(file), raw_shape=None, raw_type=None)
    assert stack.shape == (2, 15_000, 12_500)
    part = stack.read((slice(0, 2), slice(6_995, 7_015), slice(11_995, 12_015)))
    assert part.sum() == 2 * 100
    assert part[:, 5:15, 5:15].all()


def test_a_few_bytes_that_claim_to_be_gigabytes_are_refused(tmp_path):
    content = written(STACK[:2, :4, :4], "tiff_adobe_deflate")
    for tag in (256, 257, 278):  # columns, rows, rows in a strip
        place = content.index(struct.pack("<HHI", tag, 3, 1))
        entry = struct.pack("<HHII", tag, 4, 1, 2_000_000_000)
        content = content[:place] + entry + content[place + 12 :]
    with pytest.raises(ShapeError, match=r"bytes claim to hold .* GB"):
        read(tmp_path / "bomb.tif", content)


def slices(folder, names):
    folder.mkdir()
    for k, name in enumerate(names):
        Picture.fromarray(STACK[k % 6]).save(folder / name)
    return folder


def test_slices_come_in_the_order_of_their_numbers(tmp_path):
    folder = slices(tmp_path / "s", ["cut2_9.tif", "cut2_10.tif", "cut2_11.tif", "._cut2_9.tif"])
    assert (read(folder) == STACK[:3]).all()
    by_tens = slices(tmp_path / "t", ["a.20.tif", "a.30.tif", "a.10.tif"])
    assert (read(by_tens) == STACK[[2, 0, 1]]).all()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["s1.tif", "s2.tif", "s4.tif"], "missing between 's2.tif' and 's4.tif' .3 are there"),
        (["s1.tif", "s2.tif", "s02.tiff"], "two files are slice 's02'"),
        (["s1.tif", "s2.tif", "overview.tif"], "order of the slices is not known"),
    ],
)
def test_slices_that_are_missing_or_doubled_are_refused(tmp_path, names, said):
    with pytest.raises(ShapeError, match=said):
        read(slices(tmp_path / "s", names))


def test_a_slice_of_several_pages_and_a_slice_that_is_cut_are_refused(tmp_path):
    folder = slices(tmp_path / "s", ["s1.tif", "s2.tif", "s3.tif"])
    (folder / "s2.tif").write_bytes(written())
    with pytest.raises(ShapeError, match=r"'s2.tif' holds 6 pages; expected one in each"):
        read(folder)
    (folder / "s2.tif").write_bytes((folder / "s1.tif").read_bytes()[:-300])
    with pytest.raises(ShapeError, match=r"s2.tif' cannot be read as an image \(it ends before"):
        read(folder)


def test_arrays_that_are_cut_or_longer_than_they_say_are_refused(tmp_path):
    np.save(tmp_path / "a.npy", STACK)
    whole = (tmp_path / "a.npy").read_bytes()
    assert (read(tmp_path / "a.npy") == STACK).all()
    for content in (*(whole[:size] for size in range(0, len(whole), 997)), whole + b"\0"):
        with pytest.raises(ShapeError, match=r"a.npy' cannot be read as an image"):
            read(tmp_path / "a.npy", content)
    huge = whole.replace(b"(6, 50, 40)", b"(1000000, 50, 40)").replace(b" " * 6 + b"\n", b"\n")
    with pytest.raises(ShapeError, match="cannot be read as an image"):
        read(tmp_path / "a.npy", huge)


@pytest.mark.parametrize("kind", ["O", "i4,i4", "U5", "m8", "0", "c8", "(2,)u1"])
def test_raw_numbers_are_real_numbers(tmp_path, kind):
    (tmp_path / "a.raw").write_bytes(bytes(64))
    with pytest.raises(ShapeError, match="raw_type: got"):
        open_stack(str(tmp_path / "a.raw"), raw_shape=(4, 4, 4), raw_type=kind)


def test_the_size_of_a_raw_file_does_not_overflow(tmp_path):
    (tmp_path / "a.raw").write_bytes(b"")
    with pytest.raises(ShapeError, match=r"raw_shape: .* bytes, but"):  # 2**64 is 0 in 64 bits
        open_stack(str(tmp_path / "a.raw"), raw_shape=(2**22, 2**21, 2**21), raw_type="u1")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_voxels_without_a_value_are_no_phase(tmp_path, value):
    grey = STACK.astype(np.float32)
    grey[2, 30, 11] = value
    np.save(tmp_path / "a.npy", grey)
    about = {"file": str(tmp_path / "a.npy"), "voxel": 1e-7, "threshold": 3}
    with pytest.raises(ShapeError, match=r"1 voxels are not a number .* x, y, z = 11, 30, 2;"):
        Image(**about).voxels  # noqa: B018
    assert Image(**about, crop=(None, (0, 30), None)).voxels.tags.shape == (40, 30, 6)


CALIBRATION = "ImageJ=1.54f\nimages=6\nslices=6\nunit={}\nspacing={}\nloop=false\n"


@pytest.mark.parametrize(
    ("tags", "edge"),
    [
        # 4 pixels to the micrometre are 250 nm
        ({"description": CALIBRATION.format("micron", 0.25), "x": 4.0, "y": 4.0, "unit": 1}, 25e-8),
        ({"description": CALIBRATION.format("\\u00B5m", 0.25), "x": 4.0, "y": 4.0}, 25e-8),
        ({"description": CALIBRATION.format("nm", 65), "x": 1 / 65, "y": 1 / 65}, 65e-9),
        ({"description": CALIBRATION.format("mm", 0.002), "x": 500.0, "y": 500.0}, 2e-6),
        ({"x": 1e5, "y": 1e5, "unit": 3}, 1e-7),  # to the centimetre
        ({"x": 72.0, "y": 72.0, "unit": 2}, None),  # a printer's
        ({"description": CALIBRATION.format("pixel", 1), "x": 1.0, "y": 1.0}, None),
        ({}, None),
    ],
)
def test_the_scale_that_a_file_tells(tmp_path, tags, edge):
    (tmp_path / "a.tif").write_bytes(written(**tags))
    assert voxel_in(str(tmp_path / "a.tif")) == (edge and pytest.approx(edge, rel=1e-5))


def test_voxels_that_are_no_cubes_are_refused_unless_one_is_given(tmp_path, caplog):
    tags = {"description": CALIBRATION.format("micron", 0.5), "x": 4.0, "y": 4.0}
    (tmp_path / "a.tif").write_bytes(written(**tags))
    with pytest.raises(ShapeError, match=r"voxel: 'a.tif' says .* 0.25 x 0.25 x 0.5 um; expected"):
        given_or_told(str(tmp_path / "a.tif"), None)
    assert given_or_told(str(tmp_path / "a.tif"), 1e-7) == 1e-7


def test_a_voxel_of_another_size_than_the_file_tells_is_warned_of(tmp_path, caplog):
    tags = {"description": CALIBRATION.format("micron", 0.25), "x": 4.0, "y": 4.0}
    (tmp_path / "a.tif").write_bytes(written(**tags))
    with caplog.at_level(logging.WARNING, "nanotrode"):
        assert given_or_told(str(tmp_path / "a.tif"), 2.5e-7) == 2.5e-7
        assert caplog.text == ""
        assert given_or_told(str(tmp_path / "a.tif"), 1e-7) == 1e-7
    assert "0.1 um is given, but" in caplog.text
    assert "says 0.25 um" in caplog.text


def test_any_order_of_pages_rows_and_columns_is_cropped_alike(tmp_path):
    stack = np.random.default_rng(1).choice([0, 7], (8, 9, 10)).astype(np.uint8)
    np.save(tmp_path / "a.npy", stack)
    for order, flipped in itertools.product(["zyx", "xzy", "yxz"], [False, True]):
        grey = stack.transpose([order.index(axis) for axis in "xyz"])
        grey = grey[:, :, ::-1] if flipped else grey
        crop = ((1, 6), (2, 7), (0, 5))
        about = {"axes": order, "upside_down": flipped, "crop": crop, "threshold": 3}
        voxels = Image(file=str(tmp_path / "a.npy"), voxel=1e-7, **about).voxels
        assert (voxels.phase("electrode") == (grey[1:6, 2:7, 0:5] == 7)).all()
