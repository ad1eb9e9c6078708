"""What the Python door is given: taken as it is meant, or refused in a sentence."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from .._arguments import check_is
from ..errors import InputError, ProtocolError
from ..geometry.mesh import ElectrodeMesh
from ..materials import library
from ..materials.material import Material
from ..materials.plating import Anode
from ..materials.plating_library import load_anode
from .checks import Electrode, walk
from .protocol import Protocol
from .steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mpi4py import MPI

LARGEST = 1.0
"""Extent of an electrode [m] above which its coordinates are taken for ones in another unit."""


def as_mesh(given: ElectrodeMesh | str | os.PathLike[str] | None) -> ElectrodeMesh | None:
    """A mesh, or the file of one.

    Raises:
        InputError: It is none, or its coordinates cannot be in metres.
    """
    if isinstance(given, str | os.PathLike):
        given = ElectrodeMesh.load(given)
    if given is None:
        return None
    check_is(
        given, ElectrodeMesh, "mesh", "an ElectrodeMesh; build_mesh(shape) makes one of a shape"
    )
    extent = float(np.ptp(given.points, axis=0).max())
    if not extent <= LARGEST * (1.0 + 1e-6):
        raise InputError(
            f"mesh: is {extent:g} m across, expected at most {LARGEST:g} m; coordinates in another "
            "unit are read with such as ElectrodeMesh.from_file(..., unit=1e-9)"
        )
    return given


def as_material(given: Material | str | os.PathLike[str], *, temperature: float) -> Material:
    """A material, or the name or file of its card, read for a temperature [K].

    Raises:
        InputError: It is none.
    """
    if isinstance(given, str | os.PathLike):
        return library.load(given, temperature=temperature)
    check_is(given, Material, "material", 'a Material, or the name of one such as "NMC811"')
    return given


def as_anode(given: Anode | str) -> Anode:
    """An anode, or the name of one.

    Raises:
        InputError: It is none.
    """
    if isinstance(given, str):
        return load_anode(given)
    check_is(given, Anode, "anode", 'an Anode, or the name of one such as "LLTO@CNT"')
    return given


def as_protocol(given: Protocol | str | Step | Iterable[str | Step]) -> Protocol:
    """A protocol, or its steps, each in words or as it was made.

    Raises:
        ProtocolError: They cannot be read.
    """
    return given if isinstance(given, Protocol) else Protocol.from_text(given)


def check_stoichiometry(value: float, material: Material) -> None:
    """Refuse a start that the material's card excludes.

    Raises:
        InputError: It does.
    """
    if not 0.0 < value < 1.0:
        raise InputError(f"initial_stoichiometry: got {value:g}, expected a number between 0 and 1")
    x_min, x_max = material.stoichiometry_limits
    if not x_min <= value <= x_max:
        raise InputError(
            f"initial_stoichiometry: {value:g} is outside what {material.name} can have; "
            f"expected {x_min:g} (delithiated) to {x_max:g} (lithiated)"
        )


def check_protocol(
    protocol: Protocol,
    material: Material,
    stoichiometry: float,
    mesh: ElectrodeMesh | None,
    comm: MPI.Comm,
) -> None:
    """Refuse steps that can never end as they say, on all ranks alike.

    Raises:
        ProtocolError: One line per step.
    """
    sizes = None
    if comm.rank == 0 and mesh is not None and "electrode" in mesh.names:
        copies = mesh.multiplicity
        sizes = (copies * mesh.volume("electrode"), copies * mesh.footprint)
    volume, footprint = comm.bcast(sizes) or (None, None)
    electrode = Electrode(material, volume=volume, footprint=footprint)
    reports = walk(protocol.steps, electrode, stoichiometry)
    mistakes = dict.fromkeys(report for report in reports if report)
    if mistakes:
        raise ProtocolError("\n".join(mistakes))
