"""The runs that tell how exact a case is: its own, one on a coarser mesh, one with longer steps."""

from __future__ import annotations

from typing import NamedTuple

from ...errors import StudyError
from ..geometries import OwnMeshTable
from ..schema import GeometryStudy, Study

COARSER = 1.5
"""Element sizes over those of the case; at least 1.3 is asked for by Celik et al.,
J. Fluids Eng. 130, 078001 (2008), doi:10.1115/1.2960953."""
LOOSER = 8.0
"""Tolerance of a time step over that of the case; steps of order 2 then are twice as long."""


class Level(NamedTuple):
    """One of a case's runs.

    Attributes:
        name: Of its folder in the case's; empty for the case itself.
        study: What is run.
    """

    name: str
    study: GeometryStudy


def levels_of(study: GeometryStudy, *, error: bool) -> tuple[Level, ...]:
    """The runs of a case: itself, and where errors are asked for, worse ones to compare with.

    Raises:
        StudyError: The mesh cannot be made coarser.
    """
    itself = Level("", study)
    if not error:
        return (itself,)
    if isinstance(study.geometry, OwnMeshTable):
        raise StudyError(
            "a mesh of your own cannot be made coarser here; leave error out, or "
            "sweep over geometry.file with meshes of different sizes"
        )
    quiet = (
        {"output": study.output.model_copy(update={"pictures": False})}
        if isinstance(study, Study)
        else {}
    )
    mesh = study.mesh.model_copy(update={"refine": study.mesh.refine / COARSER})
    worse = [itself, Level("coarse", study.model_copy(update={"mesh": mesh, **quiet}))]
    if isinstance(study, Study):
        tolerance = min(LOOSER * study.solver.tolerance, 0.5)
        solver = study.solver.model_copy(update={"tolerance": tolerance})
        worse.append(Level("loose", study.model_copy(update={"solver": solver, **quiet})))
    return tuple(worse)
