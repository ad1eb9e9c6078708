"""Effective transport as `describe` states it: on a mesh, on voxels, and what those tend to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..geometry.implicit.image import Image

if TYPE_CHECKING:
    from ..solver.effective import Transport
    from ..solver.voxel_limit import OnVoxels
    from .describe import Structure
    from .stages import Stages

Several = dict[str, tuple["Transport", ...]]


class Found(NamedTuple):
    """Effective transport along x, y and z, by region.

    Attributes:
        values: What stands for the structure.
        where: In words, on what they were solved.
        on_voxels: On the voxels of the image that the structure is, or was meshed from.
    """

    values: Several
    where: str
    on_voxels: dict[str, tuple[OnVoxels, ...]]


def find_transport(structure: Structure, stages: Stages) -> Found:
    """Solve Laplace's equation in each region along each axis."""
    on_voxels = {}
    image = structure.shape if isinstance(structure.shape, Image) else None
    if image is not None:
        from ..solver.voxel_limit import transport_on_voxels

        for region in image.voxels.regions:
            phase, several = image.voxels.phase(region), []
            for axis in range(3):
                stages.at(f"transport in the {region} along {'xyz'[axis]}, on the image's voxels")
                several.append(transport_on_voxels(phase, axis, tell=stages.solving))
            on_voxels[region] = tuple(several)
    if structure.mesh is None and on_voxels:
        plain = {name: tuple(one.as_they_are for one in all) for name, all in on_voxels.items()}
        return Found(plain, "the voxels as they are", on_voxels)
    values, where = _on_what_was_meshed(structure, stages)
    return Found(values, where, on_voxels)


def _on_what_was_meshed(structure: Structure, stages: Stages) -> tuple[Several, str]:
    # around an electrode that was meshed alone only the voxels know the pores
    mesh, voxels = structure.mesh, structure.voxels
    if mesh is not None and "electrolyte" in mesh.names:
        from ..solver.effective import effective_transport

        values = {}
        for region in voxels.regions:
            stages.at(f"transport in the {region}, on the mesh")
            values[region] = effective_transport(mesh, region, height=structure.height)
        return values, "the mesh"
    from ..solver.effective_voxels import effective_transport_of_voxels

    values = {}
    for region in voxels.regions:
        phase, several = voxels.phase(region), []
        for axis in range(3):
            stages.at(f"transport in the {region} along {'xyz'[axis]}")
            several.append(effective_transport_of_voxels(phase, axis, tell=stages.solving))
        values[region] = tuple(several)
    drawn = "" if mesh is None else " drawn from the mesh"
    return values, f"voxels of {1e9 * voxels.spacing:.3g} nm{drawn}"


def to_plain(found: Found) -> dict[str, Any]:
    """By region and axis, as plain numbers; what is infinite is None."""
    return {
        name: {one.axis: _plain(one) | _voxels(found, name, k) for k, one in enumerate(several)}
        for name, several in found.values.items()
    }


def _plain(one: Transport) -> dict[str, Any]:
    return {"diffusivity": one.diffusivity, "tortuosity": finite(one.tortuosity)}


def _voxels(found: Found, region: str, axis: int) -> dict[str, Any]:
    if region not in found.on_voxels:
        return {}
    one = found.on_voxels[region][axis]
    values: dict[str, Any] = {"on_voxels": _plain(one.as_they_are), "extrapolated": None}
    if one.limit is not None:
        values["extrapolated"] = _plain(one.limit.transport) | {"error": float(one.limit.error)}
    return values


def finite(value: float) -> float | None:
    """A number, or None where there is none to be written."""
    return float(value) if np.isfinite(value) else None
