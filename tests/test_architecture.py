"""The arrows between the folders, the gates of the heavy packages, and what is shipped."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

FOLDERS = ("geometry", "materials", "solver", "postprocess", "study")
BY_ALL = {
    "errors",
    "notices",
    "_compiler",
    "_fenics",
    "_arguments",
    "_files",
    "_messages",
    "_reading",
    "units",
}

# What each folder may import at run time, beside itself and BY_ALL; `study` may import all.
ARROWS = {
    "geometry": set(),
    "materials": set(),
    "solver": {
        "geometry.mesh",
        "geometry.tags",
        "geometry.measure",
        "geometry.topology",
        "geometry.attachment",
        "geometry.coat",
        "geometry.prisms",
        "materials",
    },
    "postprocess": {"solver.result", "geometry.tags"},
}

# The rooms in which a package may be imported, at any place in the file.
GATES = {
    "gmsh": ("geometry/",),
    "meshio": ("geometry/",),
    "h5py": ("geometry/", "postprocess/"),
    "dolfinx": ("_fenics.py", "solver/"),
    "dolfinx_solver": ("_fenics.py",),
    "ufl": ("solver/",),
    "basix": ("solver/",),
    "ffcx": ("solver/",),
    "petsc4py": ("_fenics.py", "solver/"),
    "pyvista": ("postprocess/",),
    "vtk": ("postprocess/",),
    "vtkmodules": ("postprocess/",),
    "matplotlib": ("postprocess/",),
    "pint": ("units.py",),
    "pydantic": ("study/", "materials/"),
    "cyclopts": ("study/",),
    "rich": ("study/",),
    "optuna": ("study/optimise/search.py",),
    "pyarrow": ("study/cases/table.py",),
    "submitit": ("study/cases/slurm.py",),
    "imageio_ffmpeg": ("postprocess/",),
    "PIL": ("geometry/", "postprocess/"),
}

# Modules that most tests, `nanotrode --help` and `nanotrode schema` live on.
LIGHT = (
    "nanotrode",
    "nanotrode.errors",
    "nanotrode._files",
    "nanotrode._messages",
    "nanotrode._reading",
    "nanotrode.units",
    "nanotrode.geometry.tags",
    "nanotrode.geometry.shapes",
    "nanotrode.materials.material",
    "nanotrode.materials.kinetics",
    "nanotrode.materials.library",
    "nanotrode.materials.plating_library",
    "nanotrode.materials.catalogue",
    "nanotrode.solver.protocol",
    "nanotrode.solver.result",
    "nanotrode.study.schema",
    "nanotrode.study.cli",
    "nanotrode.study.viewing",
    "nanotrode.study.serving",
    "nanotrode.postprocess.report.sweep_table",
    "nanotrode.solver.stepping",
)
HEAVY = ("dolfinx", "petsc4py", "mpi4py", "gmsh", "pyvista", "vtkmodules", "matplotlib")
HEAVY += ("meshio", "pint", "scipy")


class Import(NamedTuple):
    """One imported name: dotted, relative imports resolved from the package root."""

    module: str
    inside: bool
    line: int


def imports(source: str, path: Path) -> Iterator[Import]:
    """The run-time imports of a package file; `path` is relative to the package root."""
    package = path.parent.parts
    tree = ast.parse(source)
    only_typing = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.unparse(branch.test)
        for statement in branch.body
        for node in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if id(node) in only_typing:
            continue
        if isinstance(node, ast.Import):
            for name in node.names:
                yield Import(name.name, False, node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield Import(node.module or "", False, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1]
            for name in node.names:
                # `from . import steps` names a module; `from .steps import Rest` does not.
                tail = node.module.split(".") if node.module else [name.name]
                yield Import(".".join([*base, *tail]), True, node.lineno)


def package_files() -> list[Path]:
    """The package's own files, relative to its root."""
    files = [path for path in ROOT.glob("*.py") if path.name != "bootstrap.py"]
    for folder in FOLDERS:
        files += (ROOT / folder).rglob("*.py")
    return sorted(path.relative_to(ROOT) for path in files)


def forbidden_arrow(path: Path, target: str) -> bool:
    """Whether the package file `path` must not import the package's module `target`."""
    here = path.parts[0] if len(path.parts) > 1 else ""
    if here == "study" or path.name == "__main__.py":
        return False
    allowed = BY_ALL | ARROWS.get(here, set()) | ({here} if here else set())
    return not any(target == name or target.startswith(name + ".") for name in allowed)


def violations(source: str, path: Path) -> list[str]:
    """What the imports of one package file break, in words."""
    found = []
    for module, inside, line in imports(source, path):
        top = module.split(".")[0]
        where = f"{path}:{line}: "
        if inside and forbidden_arrow(path, module):
            found.append(f"{where}{path.parts[0]} must not import {module}")
        if not inside and top == "nanotrode":
            found.append(f"{where}imports the package from its root; write it relative")
        if not inside and top in (*FOLDERS, *BY_ALL):
            found.append(f"{where}'{top}' is a second copy of nanotrode.{top}")
        if not inside and top in GATES and not path.as_posix().startswith(GATES[top]):
            found.append(f"{where}{top} may be imported only in {' and '.join(GATES[top])}")
    return found


@pytest.mark.parametrize("path", package_files(), ids=str)
def test_imports_follow_the_arrows_and_the_gates(path):
    assert violations((ROOT / path).read_text(encoding="utf-8"), path) == []


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("solver/stepping.py", "from ..geometry.build_cad import build_mesh"),
        ("solver/stepping.py", "from .. import geometry"),
        ("solver/stepping.py", "def f():\n    from ..postprocess import plots"),
        ("geometry/shapes.py", "from ..materials.constants import FARADAY"),
        ("materials/laws.py", "from ..solver.result import Result"),
        ("postprocess/export.py", "from ..solver.simulation import Simulation"),
        ("postprocess/export.py", "from ..geometry.mesh import ElectrodeMesh"),
        ("errors.py", "from .geometry import tags"),
        ("study/run.py", "import dolfinx"),
        ("solver/model.py", "import pyvista as pv"),
        ("geometry/mesh.py", "from dolfinx.mesh import create_mesh"),
        ("postprocess/render.py", "import petsc4py.PETSc"),
        ("study/run.py", "from nanotrode.errors import InputError"),
        ("study/run.py", "import geometry.tags"),
    ],
)
def test_a_wrong_import_is_found(file, source):
    assert len(violations(source, Path(file))) == 1


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("solver/simulation.py", "from ..geometry.mesh import ElectrodeMesh"),
        ("solver/simulation.py", "from . import stepping\nfrom ..materials import Material"),
        ("materials/cards/__init__.py", "from ..laws import Law\nfrom ...errors import MeshError"),
        ("postprocess/export.py", "if TYPE_CHECKING:\n    from ..geometry.mesh import X"),
        ("study/run.py", "from ..solver.simulation import Simulation"),
    ],
)
def test_a_right_import_is_let_through(file, source):
    assert violations(source, Path(file)) == []


def test_light_modules_import_nothing_heavy():
    script = f"""
import importlib, json, sys
loaded = {{}}
for name in {LIGHT!r}:
    importlib.import_module(name)
    heavy = [module for module in {HEAVY!r} if module in sys.modules]
    if heavy:
        loaded[name] = heavy
        break
print(json.dumps(loaded))
"""
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == {}


def test_the_command_line_begins_without_numpy():
    # a help text within half a second: numpy and pydantic take as long as all the rest
    script = "import sys, nanotrode.study.cli; print({'numpy', 'pydantic'} & sys.modules.keys())"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert answer.stdout.strip() == "set()", answer.stderr


def test_root_folders_are_second_copies_and_so_nobody_imports_them():
    # Started in the checkout Python finds `solver`, whose classes are not nanotrode's.
    script = "import solver, nanotrode.solver; print(solver is nanotrode.solver)"
    command = [sys.executable, "-c", script]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
    for folder in ("tests", "examples", "benchmarks"):
        # the benchmarks' cache holds other codes' environments
        paths = [p for p in (ROOT / folder).rglob("*.py") if "cache" not in p.parts]
        for path in paths:
            found = imports(path.read_text(encoding="utf-8"), path.relative_to(ROOT))
            tops = {module.split(".")[0] for module, inside, _ in found if not inside}
            assert tops.isdisjoint(FOLDERS), path


def test_every_package_folder_is_shipped_and_no_other():
    there = {
        ".".join(("nanotrode", *path.parent.relative_to(ROOT).parts))
        for path in [ROOT / "__init__.py", *(ROOT / f / "__init__.py" for f in FOLDERS)]
        + [path for folder in FOLDERS for path in (ROOT / folder).rglob("*/__init__.py")]
    }
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == there
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            assert (path.parent / "__init__.py").exists(), f"{path} is in no package"


def test_every_data_file_is_shipped():
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["nanotrode"]
    shipped = {path for pattern in patterns for path in ROOT.glob(pattern)}
    for folder in (*FOLDERS, "examples"):
        for path in (ROOT / folder).rglob("*.toml"):
            assert path in shipped, path
    for path in (ROOT / "postprocess" / "report" / "templates").iterdir():
        assert path in shipped, path
    for name in ("py.typed", "CITATION.cff", "study/software.bib", "study/sources.bib"):
        assert ROOT / name in shipped


def test_every_requirement_is_pinned_without_an_address():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = {line.split("==")[0] for line in lines if not line.startswith("#")}
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.]+", line) for line in lines[1:])
    extras = PROJECT["project"]["optional-dependencies"].values()
    wanted = PROJECT["project"]["dependencies"] + [one for extra in extras for one in extra]
    names = {re.match(r"[\w-]+", requirement).group() for requirement in wanted}
    assert names - {"nanotrode"} <= pins
    assert "uv" in pins
