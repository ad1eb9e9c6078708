"""Twenty thousand inputs that are nearly right (`make fuzz`); a few hundred in `make test`.

Each is accepted, or refused in words: no traceback, no "unforeseen", no warning, at most 5 s and
a gigabyte. `NANOTRODE_FUZZ` says how many inputs there are in all; what fails is printed so
that it can be tried again.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import doors
import numpy as np
import pytest
from doors import BODY, enter
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from mutations import changed_bytes, changed_text, overrides, steps

from nanotrode.study.starter import starter

ROOT = Path(__file__).resolve().parents[2]
INPUTS = int(os.environ.get("NANOTRODE_FUZZ", "400"))
PHASES = [Phase.explicit, Phase.generate]


def share(of_all: float):
    """Settings for a kind of input that gets this share of all inputs."""
    return settings(
        max_examples=max(5, round(of_all * INPUTS)),
        derandomize="NANOTRODE_FUZZ" not in os.environ,  # `make test` tries the same every time
        database=None,
        deadline=None,
        phases=PHASES if INPUTS < 1000 else [*PHASES, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A folder with the files that the studies name."""
    root = tmp_path_factory.mktemp("fuzz")
    (root / "tests" / "data").mkdir(parents=True)
    for name in ("tests/data/electrode_64.tiff", "meshes"):
        (root / name).symlink_to(ROOT / name)
    folder = root / "studies"
    folder.mkdir()
    stack = np.random.default_rng(0).choice([0, 255], (8, 8, 8)).astype(np.uint8)
    (folder / "electrode.tif").write_bytes(tiff(stack))
    for name in ("own.msh", "own_mesh.msh"):
        (folder / name).write_bytes((ROOT / "meshes" / "pillar.msh").read_bytes())
    return folder


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    path.write_bytes(raw)
    return path


def texts(*patterns: str) -> list[str]:
    found = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    assert found
    return [path.read_text(encoding="utf-8") for path in found]


GEOMETRIES = ["film", "nanowire-array", "nanobelt-array", "porous-framework", "miec-scaffold"]
GEOMETRIES += ["gyroid", "gaussian-random-field", "fibre-cloth", "inverse-opal", "image", "mesh"]
GEOMETRIES += ["overlapping-spheres", "combination"]
STUDIES = [BODY + '[[protocol]]\nsteps = ["Rest for 1 h"]\n', *map(starter, GEOMETRIES)]
STUDIES += texts("examples/*.toml")


def test_what_is_right_is_accepted(place, meshes, saved):
    """A door that lets nothing in would pass all other tests."""
    before = {kind: (count.accepted, count.refused) for kind, count in doors.COUNTS.items()}
    for text in STUDIES:
        if "sweep" not in text:
            enter("study", doors.study, write(place, "study.toml", text))
            enter("--set", doors.study, place / "study.toml", ("name=b", "question=why"))
    enter("protocol", doors.protocol, ["Discharge at 1C until 2.5 V"], place)
    for text in texts("materials/cards/*.toml"):
        enter("card", doors.card, write(place, "card.toml", text))
    for text in texts("materials/plating_cards/*.toml"):
        enter("plating card", doors.plating_card, write(place, "plating.toml", text))
    for text in texts("tests/data/*.json"):
        enter("BPX", doors.bpx, write(place, "cell.json", text))
    for name, content in meshes.items():
        enter("mesh", doors.own_mesh, write(place, name, content))
    enter("saved mesh", doors.saved_mesh, write(place, "saved.msh", saved))
    for content in TIFFS:
        enter("TIFF", doors.image, write(place, "a.tif", content))
    enter("npy", doors.image, write(place, "a.npy", npy(STACK)))
    path = write(place, "a.raw", STACK.tobytes())
    enter("raw", doors.image, path, raw_shape=(5, 6, 7), raw_type="u1")
    for kind, count in doors.COUNTS.items():
        accepted, refused = before.get(kind, (0, 0))
        assert count.accepted > accepted, kind
        assert count.refused == refused, (kind, count.last)


@given(text=changed_text(STUDIES))
@share(0.22)
def test_study_files(place, text):
    enter("study", doors.study, write(place, "study.toml", text))


@given(said=overrides(), text=st.sampled_from(STUDIES))
@share(0.15)
def test_overrides(place, said, text):
    enter("--set", doors.study, write(place, "set.toml", text), said)


@given(said=steps())
@share(0.13)
def test_protocols(place, said):
    enter("protocol", doors.protocol, said, place)


@given(text=changed_text(texts("examples/studies/*.toml")))
@share(0.04)
def test_sweeps_and_searches(place, text):
    path = write(place, "sweep.toml", text)
    enter("sweep", doors.sweep, path)
    enter("search", doors.search, path)


@given(text=changed_text(texts("materials/cards/*.toml")))
@share(0.12)
def test_cards(place, text):
    enter("card", doors.card, write(place, "card.toml", text))


@given(text=changed_text(texts("materials/plating_cards/*.toml")))
@share(0.05)
def test_plating_cards(place, text):
    enter("plating card", doors.plating_card, write(place, "plating.toml", text))


@given(text=changed_text(texts("tests/data/*.json")))
@share(0.08)
def test_bpx_files(place, text):
    enter("BPX", doors.bpx, write(place, "cell.json", text))


def foreign_meshes() -> dict[str, bytes]:
    """Small meshes in the formats that are named in the documentation."""
    import meshio

    points = np.array([(0.0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)])
    cells = [("tetra", [[0, 1, 2, 3], [1, 2, 3, 4]]), ("triangle", [[0, 1, 2]])]
    tags = {"gmsh:physical": [np.array([7, 3]), np.array([9])]}
    tags["gmsh:geometrical"] = tags["gmsh:physical"]
    mesh = meshio.Mesh(points, cells, cell_data=tags)
    found = {}
    for name, kind, more in (
        ("a22.msh", "gmsh22", {"binary": False}),
        ("b22.msh", "gmsh22", {"binary": True}),
        ("a.vtu", "vtu", {"binary": False}),
        ("b.vtu", "vtu", {"binary": True}),
        ("a.xdmf", "xdmf", {"data_format": "XML"}),
        ("a.vtk", "vtk", {"binary": False}),
        ("a.mesh", "medit", {}),
    ):
        path = Path(name)
        try:
            meshio.write(path, mesh, file_format=kind, **more)
            found[name] = path.read_bytes()
        finally:
            path.unlink(missing_ok=True)
    found["a41.msh"] = (ROOT / "meshes" / "pillar.msh").read_bytes()
    found["c41.msh"] = ASCII_41
    return found


ASCII_41 = b"""$MeshFormat
4.1 0 8
$EndMeshFormat
$Entities
0 0 0 1
1 0 0 0 1 1 1 1 7 0
$EndEntities
$Nodes
1 4 1 4
3 1 0 4
1
2
3
4
0 0 0
1 0 0
0 1 0
0 0 1
$EndNodes
$Elements
1 1 1 1
3 1 4 1
1 1 2 3 4
$EndElements
"""


@pytest.fixture(scope="module")
def meshes(place):
    here = Path.cwd()
    os.chdir(place)
    try:
        return foreign_meshes()
    finally:
        os.chdir(here)


@given(data=st.data())
@share(0.1)
def test_meshes_of_other_programs(place, meshes, data):
    name = data.draw(st.sampled_from(sorted(meshes)))
    content = data.draw(changed_bytes([meshes[name]]))
    path = write(place, name, content)
    enter("mesh", doors.own_mesh, path)


@pytest.fixture(scope="module")
def saved(place) -> bytes:
    from nanotrode.geometry import Film, Sizing, build_mesh

    build_mesh(Film(1e-7), sizing=Sizing(segments=6), order=1).save(place / "saved.msh")
    return (place / "saved.msh").read_bytes()


@given(data=st.data())
@share(0.03)
def test_meshes_of_ours(place, saved, data):
    path = write(place, "saved.msh", data.draw(changed_bytes([saved])))
    enter("saved mesh", doors.saved_mesh, path)


STACK = np.random.default_rng(0).choice([0, 7], (5, 6, 7)).astype(np.uint8)


def tiff(stack: np.ndarray, compression: str = "raw") -> bytes:
    from PIL import Image

    pages = [Image.fromarray(page) for page in stack]
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression=compression)
    return out.getvalue()


def npy(stack: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, stack)
    return out.getvalue()


TIFFS = [tiff(STACK, how) for how in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "zstd")]
TIFFS += [tiff(STACK.astype(np.float32)), tiff(STACK.astype(np.uint16), "tiff_lzw")]


@given(content=changed_bytes(TIFFS))
@share(0.05)
def test_tiff_images(place, content):
    enter("TIFF", doors.image, write(place, "a.tif", content))


@given(content=changed_bytes([npy(STACK), npy(STACK.astype(float)), npy(STACK.astype("f2"))]))
@share(0.02)
def test_npy_images(place, content):
    enter("npy", doors.image, write(place, "a.npy", content))


@given(
    content=changed_bytes([STACK.tobytes()]),
    shape=st.tuples(*[st.sampled_from([-1, 0, 5, 6, 7, 2**40])] * 3),
    kind=st.sampled_from(["u1", "<u2", "O", "f8", "U3", "i4,i4", "x", "", "1000000u1"]),
)
@share(0.01)
def test_raw_images(place, content, shape, kind):
    path = write(place, "a.raw", content)
    enter("raw", doors.image, path, raw_shape=shape, raw_type=kind)
