"""Versions of the solver's libraries that the package metadata does not tell."""

from __future__ import annotations

from importlib import metadata


def versions() -> dict[str, str]:
    """PETSc's: the solver wheel brings it along, and a package of that name may not be there.

    `petsc4py` is numbered as the PETSc that it is built for; importing it starts nothing.
    """
    try:
        return {"petsc": metadata.version("petsc4py")}
    except metadata.PackageNotFoundError:
        pass
    try:
        import petsc4py
    except ImportError:
        return {}
    return {"petsc": str(petsc4py.__version__)}
