"""The software behind a result, each with the citation that its makers recommend."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from .bibtex import escaped, noted, shipped

_BY_GMSH = ("nanowire-array", "nanobelt-array", "mesh")
"""Kinds of geometry that Gmsh has a part in."""
_VERSION_OF = {
    "dolfinx": ("fenics-dolfinx", "dolfinx-solver-real"),
    "basix": ("fenics-basix",),
    "ufl": ("fenics-ufl",),
    "petsc4py": ("petsc4py", "petsc"),
}
"""Entry -> the packages that may tell its version; else the one of its own name."""
_CITATION = "CITATION.cff"


def software_used(
    versions: Mapping[str, str], kinds: set[str], *, plating: bool, search: bool
) -> list[str]:
    """Keys of the entries of `software.bib` that a result owes something to.

    Args:
        versions: Package -> version, as `provenance.json` has them.
        kinds: Kinds of geometry.
        plating: Whether lithium was plated: its potentials are factorised by MUMPS.
        search: Whether it was searched for.
    """
    used = ["dolfinx", "basix", "ufl", "petsc", "petsc-parallelism", "petsc4py", "mpi4py"]
    used += ["numpy", "scipy", "pyvista", "vtk", "matplotlib"]
    used += ["gmsh"] if kinds & set(_BY_GMSH) else []
    used += ["meshio"] if "mesh" in kinds else []
    used += ["mumps"] if plating else []
    return [*used, *(["optuna"] if search else [])]


def entry(key: str, versions: Mapping[str, str]) -> str:
    """An entry of `software.bib`, with the version that ran."""
    found = next((versions[p] for p in _VERSION_OF.get(key, (key,)) if p in versions), None)
    text = shipped("software.bib")[key]
    return text if found is None else noted(text, f"version {found}")


def nanotrode_entry(versions: Mapping[str, str], commits: set[str]) -> str:
    """Our own entry, from CITATION.cff, with version and commit of what ran."""
    said = dict(_citation())
    ran = [f"version {versions.get('nanotrode', said['version'])}"]
    ran += [f"commit {commit}" for commit in sorted(commits)]
    fields = {
        "author": f"{{{said['name']}}}",
        "title": f"{{{said['title']}}}",
        "howpublished": "computer program",
        "note": escaped(", ".join([*ran, said["license"]])),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@misc{{nanotrode,\n{lines}}}"


def _citation() -> Iterator[tuple[str, str]]:
    """The plain values of CITATION.cff: it is our own file, of one layout."""
    text = (Path(__file__).parents[1] / _CITATION).read_text(encoding="utf-8")
    for line in text.splitlines():
        found = re.match(r"(?:  - )?([a-z-]+): (.+)", line)
        if found:
            yield found[1], found[2].strip().strip('"')
