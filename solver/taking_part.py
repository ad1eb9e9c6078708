"""The part of a mesh that takes part in a run, found on rank 0 and agreed on by all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import NanotrodeError
from ..geometry.attachment import attached, told

if TYPE_CHECKING:
    from mpi4py import MPI

    from ..geometry.mesh import ElectrodeMesh


def taking_part(
    mesh: ElectrodeMesh | None, comm: MPI.Comm, *, pores: bool
) -> tuple[ElectrodeMesh | None, list[str]]:
    """The mesh without what takes no part, on rank 0, and what is to be told of it, on all.

    Args:
        mesh: The whole mesh; only rank 0 needs it.
        comm: The ranks.
        pores: See `attachment.attached`.

    Raises:
        InputError: The mesh's boundaries cannot be meant, on all ranks.
    """
    found: list[str] | NanotrodeError = []
    if mesh is not None and comm.rank == 0:
        try:
            mesh = attached(mesh, pores=pores)
            found = told(mesh.shape)
        except NanotrodeError as error:
            found = error
    found = comm.bcast(found)
    if isinstance(found, NanotrodeError):
        raise found
    return mesh, found
