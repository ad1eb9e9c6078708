"""Meshes on disk: our own files bit for bit, and those of other programs with their tags."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import re
import resource
from pathlib import Path

import numpy as np
import pytest

from nanotrode.errors import InputError, MeshError
from nanotrode.geometry import ElectrodeMesh, NanowireArray, build_mesh

MESHES = Path(__file__).resolve().parents[2] / "meshes"
MANIFEST = json.loads((MESHES / "manifest.json").read_text(encoding="utf-8"))
REGIONS = {"electrode": 7, "electrolyte": 3}
BOUNDARIES = {"interface": 21, "collector": 22, "separator": 23}


@pytest.fixture(scope="module", params=[1, 2])
def mesh(request):
    shape = NanowireArray(1, radius=5e-8, length=2e-7, headroom=1e-7)
    return build_mesh(shape, order=request.param)


def test_saved_and_loaded_are_equal(mesh, tmp_path):
    mesh.save(tmp_path / "new" / "mesh.msh")
    again = ElectrodeMesh.load(tmp_path / "new" / "mesh.msh")
    assert again.digest() == mesh.digest()
    assert (again.names, again.order) == (mesh.names, mesh.order)
    assert (again.footprint, again.multiplicity) == (mesh.footprint, mesh.multiplicity)
    assert again.shape == mesh.shape
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["mesh.msh"]


def test_meshio_reads_what_we_save(mesh, tmp_path):
    mesh.save(tmp_path / "mesh.msh")
    same = {name: name for name in ("electrode", "electrolyte")}
    walls = {name: name for name in ("interface", "collector", "separator", "sides")}
    again = ElectrodeMesh.from_file(tmp_path / "mesh.msh", regions=same, boundaries=walls)
    assert again.order == mesh.order
    for region in same:
        assert again.volume(region) == pytest.approx(mesh.volume(region), rel=1e-12)
    for wall in walls:
        assert again.area(wall) == pytest.approx(mesh.area(wall), rel=1e-12)
    assert again.footprint == pytest.approx(mesh.footprint, rel=1e-12)


def test_a_damaged_or_foreign_file_is_not_loaded(mesh, tmp_path):
    path = tmp_path / "mesh.msh"
    mesh.save(path)
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(MeshError, match=r"damaged .the file ends early"):
        ElectrodeMesh.load(path)
    with pytest.raises(MeshError, match=r"read with ElectrodeMesh.from_file"):
        ElectrodeMesh.load(MESHES / "pillar.msh")
    with pytest.raises(MeshError, match="no mesh file"):
        ElectrodeMesh.load(tmp_path / "absent.msh")


@pytest.mark.parametrize("name", MANIFEST)
def test_reference_meshes_are_those_of_the_manifest(name):
    content = (MESHES / name).read_bytes()
    assert len(content) < 300_000
    assert hashlib.sha256(content).hexdigest() == MANIFEST[name]["sha256"]
    if "digest" in MANIFEST[name]:
        assert ElectrodeMesh.load(MESHES / name).digest() == MANIFEST[name]["digest"]


@pytest.mark.parametrize("name", ["pillar.msh", "pillar.vtu", "pillar.xdmf"])
def test_a_users_mesh_comes_in_by_its_tags(name, tmp_path):
    path = MESHES / name
    if name.endswith("xdmf"):
        import meshio

        path = tmp_path / name
        meshio.write(path, meshio.read(MESHES / "pillar.vtu"))
    walls = BOUNDARIES if name.endswith("msh") else {}
    mesh = ElectrodeMesh.from_file(path, regions=REGIONS, boundaries=walls, unit=1e-9)
    cone = np.pi * 4e-7 / 3 * (1e-14 + 6e-15 + 3.6e-15)
    assert mesh.volume("electrode") == pytest.approx(cone, rel=0.03)
    assert mesh.footprint == pytest.approx(1.6e-13)
    assert mesh.area("separator") == pytest.approx(1.6e-13)
    assert mesh.area("sides") == pytest.approx(4 * 2.4e-13)
    quality = mesh.quality()
    assert quality.untagged_facets == quality.unused_points == 0


def test_names_of_the_file_serve_as_tags():
    mesh = ElectrodeMesh.from_file(
        MESHES / "pillar.msh", regions={"electrode": "active"}, boundaries={}, unit=1e-9
    )
    # Without its electrolyte the cone's surface is an outer boundary.
    assert set(mesh.names) == {"electrode", "interface", "collector"}
    assert mesh.area("interface") == pytest.approx(2.1e-13, rel=0.03)


@pytest.mark.parametrize(
    ("regions", "boundaries", "words"),
    [
        ({"electrode": 8}, {}, r"regions: electrode = 8 is no tag .* 3 \('liquid'\), 7"),
        ({"electrode": "wire"}, {}, "regions: electrode = 'wire' is no tag"),
        (REGIONS, {"interface": 99}, r"boundaries: interface = 99 .* 21 \('wet'\), 22"),
        ({"electrolyte": 3}, {}, "regions: 'electrode' is missing"),
        ({"electrode": 7, "pore": 3}, {}, "regions: 'pore' is not one of"),
        (REGIONS, {"top": 23}, "boundaries: 'top' is not one of"),
    ],
)
def test_a_wrong_table_is_refused_with_the_tags_present(regions, boundaries, words):
    with pytest.raises(InputError, match=words):
        ElectrodeMesh.from_file(
            MESHES / "pillar.msh", regions=regions, boundaries=boundaries, unit=1e-9
        )


def test_what_is_no_mesh_of_tetrahedra_is_refused(tmp_path):
    import meshio

    square = np.array([(0.0, 0, 0), (1, 0, 0), (1, 1, 0)])
    meshio.write(tmp_path / "flat.vtu", meshio.Mesh(square, [("triangle", [[0, 1, 2]])]))
    with pytest.raises(InputError, match=r"no tetrahedra .it has: triangle"):
        ElectrodeMesh.from_file(tmp_path / "flat.vtu", regions={"electrode": 1}, boundaries={})
    (tmp_path / "broken.vtu").write_text("no mesh")
    with pytest.raises(
        InputError, match=r"broken.vtu cannot be read as a mesh .Couldn't read file"
    ):
        ElectrodeMesh.from_file(tmp_path / "broken.vtu", regions={"electrode": 1}, boundaries={})
    with pytest.raises(InputError, match="no mesh file"):
        ElectrodeMesh.from_file(tmp_path / "none.vtu", regions={"electrode": 1}, boundaries={})


def test_loaded_notes_keep_what_was_meshed(mesh, tmp_path):
    odd = dataclasses.replace(mesh, shape={"kind": "own", "name": "Größe $End"}, multiplicity=4.0)
    odd.save(tmp_path / "a.msh")
    assert ElectrodeMesh.load(tmp_path / "a.msh").shape == odd.shape


def test_a_damaged_mesh_of_ours_is_never_more_than_an_error(mesh, tmp_path):
    """Every bit of its numbers may be wrong: it is read as it was, or refused."""
    mesh.save(tmp_path / "whole.msh")
    whole = (tmp_path / "whole.msh").read_bytes()
    draw = np.random.default_rng(0)
    for place in draw.integers(0, len(whole), 300):
        broken = bytearray(whole)
        broken[place] ^= 1 << int(draw.integers(8))
        (tmp_path / "broken.msh").write_bytes(broken)
        with contextlib.suppress(MeshError):
            ElectrodeMesh.load(tmp_path / "broken.msh")
    for count in (b"1999999999", b"-1"):
        places = whole.index(b"$Nodes\n") + 7
        end = whole.index(b"\n", places)
        (tmp_path / "broken.msh").write_bytes(whole[:places] + count + whole[end:])
        with pytest.raises(MeshError, match=r"damaged .the file ends early"):
            ElectrodeMesh.load(tmp_path / "broken.msh")


TETRAHEDRON = """\
$MeshFormat
4.1 0 8
$EndMeshFormat
$Entities
0 0 0 1
1 0 0 0 1 1 1 1 7 0
$EndEntities
$Nodes
1 4 1 {tag}
3 1 0 4
1
2
3
{tag}
0 0 0
1 0 0
0 1 0
0 0 1
$EndNodes
$Elements
1 1 1 1
3 1 4 1
1 1 2 3 {tag}
$EndElements
"""


def read_msh(path, text: str):
    path.write_text(text, encoding="ascii")
    return ElectrodeMesh.from_file(path, regions={"electrode": 7}, boundaries={}, unit=1e-6)


def test_a_huge_number_in_a_small_mesh_takes_no_memory(tmp_path):
    assert read_msh(tmp_path / "a.msh", TETRAHEDRON.format(tag=4)).volume(
        "electrode"
    ) == pytest.approx(1e-18 / 6)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError, match="asks for more memory than there is for a mesh"):
        read_msh(tmp_path / "b.msh", TETRAHEDRON.format(tag=999_999_999))  # 8 GB by the tag
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # [kB]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0 0 1\n$EndN", "0 0 nan\n$EndN", r"1 nodes are not at numbers .* number 3, counted"),
        ("1 1 2 3 4", "1 1 2 3 9", "a.msh"),
        ("1 1 2 3 4", "1 1 2 3 3", "1 cells have no volume"),
        ("$Elements", "$Elephants", "a.msh"),
        ("4.1 0 8", "9.9 0 8", "a.msh cannot be read as a mesh"),
        ("1 4 1 4", "1 4 1", "a.msh cannot be read as a mesh"),
    ],
)
def test_a_mesh_that_is_wrong_in_one_place_is_refused(tmp_path, old, new, said):
    text = TETRAHEDRON.format(tag=4)
    assert old in text
    with pytest.raises(InputError, match=said) as caught:
        read_msh(tmp_path / "a.msh", text.replace(old, new, 1))
    assert str(caught.value).count("\n") == 0
    assert not re.search(r": \d+\.?$|SystemExit", str(caught.value))


def test_a_mesh_that_is_cut_anywhere_is_refused(tmp_path):
    text = TETRAHEDRON.format(tag=4)
    for size in range(0, text.index("$EndElements") - 1):
        with pytest.raises(InputError, match=r"a.msh"):
            read_msh(tmp_path / "a.msh", text[:size])


def test_two_regions_of_one_tag_are_refused(tmp_path):
    regions = {"electrode": 7, "electrolyte": 7}
    with pytest.raises(InputError, match="regions: electrode and electrolyte have the same tag, 7"):
        ElectrodeMesh.from_file(MESHES / "pillar.msh", regions=regions, boundaries={})


def test_tags_may_be_negative(tmp_path):
    """A textile modeller tags the matrix -1 and the yarns from 0 up."""
    import meshio

    points = np.array([(0.0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)])
    cells = [("tetra", [[0, 1, 2, 3], [1, 2, 3, 4]])]
    tags = {"YarnIndex": [np.array([0, -1])]}
    meshio.write(tmp_path / "weave.vtu", meshio.Mesh(points, cells, cell_data=tags))
    regions = {"electrode": 0, "electrolyte": -1}
    made = ElectrodeMesh.from_file(tmp_path / "weave.vtu", regions=regions, boundaries={})
    assert made.volume("electrode") == pytest.approx(1 / 6)
    assert made.volume("electrolyte") == pytest.approx(1 / 3)
    assert made.area("interface") == pytest.approx(3**0.5 / 2)  # between, sides of sqrt(2)
