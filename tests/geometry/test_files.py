"""Meshes on disk: our own files bit for bit, and those of other programs with their tags."""

from __future__ import annotations

import dataclasses
import hashlib
import json
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
    with pytest.raises(MeshError, match=r"no tetrahedra .it has: triangle"):
        ElectrodeMesh.from_file(tmp_path / "flat.vtu", regions={"electrode": 1}, boundaries={})
    (tmp_path / "broken.vtu").write_text("no mesh")
    with pytest.raises(MeshError, match="could not be read"):
        ElectrodeMesh.from_file(tmp_path / "broken.vtu", regions={"electrode": 1}, boundaries={})
    with pytest.raises(InputError, match="no mesh file"):
        ElectrodeMesh.from_file(tmp_path / "none.vtu", regions={"electrode": 1}, boundaries={})


def test_loaded_notes_keep_what_was_meshed(mesh, tmp_path):
    odd = dataclasses.replace(mesh, shape={"kind": "own", "name": "Größe $End"}, multiplicity=4.0)
    odd.save(tmp_path / "a.msh")
    assert ElectrodeMesh.load(tmp_path / "a.msh").shape == odd.shape
