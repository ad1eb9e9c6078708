"""What a mesh came out as, in numbers: volumes, areas, porosity."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .._files import write_text
from ..geometry.tags import BOUNDARIES, REGIONS
from .provenance import study_digest
from .schema import GeometryStudy

if TYPE_CHECKING:
    from ..geometry.mesh import ElectrodeMesh


def measures(mesh: ElectrodeMesh) -> dict[str, float]:
    """The achieved geometry of the meshed part, symmetry copies left out.

    The porosity is that of the layer between the collector and the electrode's highest point.

    Returns:
        Name with unit -> value.
    """
    found = {f"{name} volume [m3]": mesh.volume(name) for name in REGIONS if name in mesh.names}
    found |= {f"{name} area [m2]": mesh.area(name) for name in BOUNDARIES if name in mesh.names}
    found["footprint [m2]"] = mesh.footprint
    electrode = mesh.region("electrode")
    height = float(np.ptp(electrode.points[:, 2]))
    solid = sum(mesh.volume(n) for n in REGIONS if n in mesh.names and n != "electrolyte")
    found["height [m]"] = height
    found["porosity [-]"] = 1.0 - solid / (mesh.footprint * height)
    for key, name in _NOTED.items():
        if key in mesh.shape:
            found[name] = float(str(mesh.shape[key]))
    if "interface area [m2]" in found:
        found["interface area over volume [1/m]"] = (
            found["interface area [m2]"] / found["electrode volume [m3]"]
        )
    found["tetrahedra"], found["nodes"] = float(len(mesh.cells)), float(len(mesh.points))
    return found


def write_summary(path: Path, study: GeometryStudy, mesh: ElectrodeMesh) -> None:
    """Write the measures of a study's mesh as JSON, with the study's digest."""
    values = {"study": study_digest(study), "geometry": measures(mesh)}
    write_text(path, json.dumps(values, indent=2) + "\n")


_NOTED = {
    "connected_porosity": "connected porosity [-]",
    "total_porosity": "total porosity [-]",
}
"""What a mesh's notes hold of a microstructure."""
