"""Which potentials are unknown, and the number that each has in the system.

The ion potential lives on the nodes of all that conducts ions, but for the separator's, where it
is given; the electron potential on the nodes of the host and its surface, but for the
collector's, which all have the one potential V. Every rank numbers what it owns without gaps,
ion potentials first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ...geometry.tags import REGIONS

if TYPE_CHECKING:
    from ...geometry.mesh import ElectrodeMesh
    from ..domain import Domain

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ABSENT, FIXED = -1, -2
"""In place of a number: the potential does not exist there, or is given."""


class Potentials:
    """Numbers of the unknowns, over the ranks.

    Args:
        domain: The whole mesh, spread.
        mesh: The same as arrays, on rank 0.
        ions_in_host, electrons_in_host: What its body conducts.

    Attributes:
        ions, electrons: (nodes,) by the domain's global numbers: the unknown, `ABSENT` or `FIXED`;
            the same on all ranks.
        stranded: (nodes,) by the same numbers, whether no ion gets there from the separator.
        first, last: Range of this rank's unknowns.
        total: Number of all.
        global_nodes: (nodes of the mesh,) their global numbers in the domain.
    """

    def __init__(
        self,
        domain: Domain,
        mesh: ElectrodeMesh | None,
        *,
        ions_in_host: bool,
        electrons_in_host: bool,
    ) -> None:
        comm = domain.comm
        places = None
        if mesh is not None and comm.rank == 0:
            places = _places(mesh, ions=ions_in_host, electrons=electrons_in_host)
        ions, electrons, stranded = (where[domain.input_nodes] for where in comm.bcast(places))
        n_ions, n_electrons = int((ions == 0).sum()), int((electrons == 0).sum())
        counts = comm.allgather(n_ions + n_electrons)
        self.first = int(sum(counts[: comm.rank]))
        self.last = self.first + counts[comm.rank]
        self.total = int(sum(counts))
        ions[ions == 0] = self.first + np.arange(n_ions)
        electrons[electrons == 0] = self.first + n_ions + np.arange(n_electrons)
        self.n_ions = n_ions
        self.ions = np.concatenate(comm.allgather(ions))
        self.electrons = np.concatenate(comm.allgather(electrons))
        self.stranded = np.concatenate(comm.allgather(stranded))
        order = np.concatenate(comm.allgather(domain.input_nodes))
        self.global_nodes = np.empty(domain.n_nodes, dtype=np.int64)
        self.global_nodes[order] = np.arange(domain.n_nodes)
        self.own_nodes = slice(*domain.global_range)

    @property
    def size(self) -> int:
        """Number of this rank's unknowns."""
        return self.last - self.first

    def local(self, numbers: Ints) -> Ints:
        """Places among this rank's unknowns; negative for another's, and for none."""
        mine = (numbers >= self.first) & (numbers < self.last)
        return np.where(mine, numbers - self.first, -1)

    def on_nodes(self, unknowns: Array, potential: float) -> tuple[Array, Array]:
        """Ion and electron potential (owned nodes,) [V]; not a number where there is none.

        Args:
            unknowns: (size,) this rank's.
            potential: Of the collector [V].
        """
        fields = []
        for numbers, fixed in ((self.ions, 0.0), (self.electrons, potential)):
            own = numbers[self.own_nodes]
            field = np.full(len(own), np.nan)
            field[own >= 0] = unknowns[own[own >= 0] - self.first]
            field[own == FIXED] = fixed
            fields.append(field)
        return fields[0], fields[1]

    def from_nodes(self, ions: Array, electrons: Array) -> Array:
        """(size,) unknowns, from both potentials on this rank's nodes: `on_nodes` turned round."""
        unknowns = np.empty(self.size)
        for numbers, field in ((self.ions, ions), (self.electrons, electrons)):
            own = numbers[self.own_nodes]
            unknowns[own[own >= 0] - self.first] = field[own >= 0]
        return unknowns


def _places(mesh: ElectrodeMesh, *, ions: bool, electrons: bool) -> tuple[Ints, Ints, Bools]:
    """For both potentials (nodes,): 0 where unknown, else `ABSENT` or `FIXED`; and `stranded`."""

    def nodes_of(region: str) -> Ints:
        return np.unique(mesh.cells[mesh.cell_tags == REGIONS[region]])

    has_ions = np.full(len(mesh.points), ABSENT, dtype=np.int64)
    has_ions[nodes_of("electrolyte")] = 0
    if ions:
        has_ions[nodes_of("electrode")] = 0
    has_ions[mesh.boundary("separator").nodes] = FIXED
    has_electrons = np.full(len(mesh.points), ABSENT, dtype=np.int64)
    if electrons:
        has_electrons[nodes_of("electrode")] = 0
    if "interface" in mesh.names:
        has_electrons[mesh.boundary("interface").nodes] = 0
    has_electrons[mesh.boundary("collector").nodes] = FIXED
    wet = [REGIONS["electrolyte"], *([REGIONS["electrode"]] if ions else [])]
    cells = mesh.cells[np.isin(mesh.cell_tags, wet)].astype(np.int64)
    return has_ions, has_electrons, _stranded(cells, fixed=has_ions == FIXED)


def _stranded(cells: NDArray[np.integer], *, fixed: Bools) -> Bools:
    """(nodes,) whether no path through the cells leads from a node to one whose value is fixed."""
    ends = cells[:, 0].repeat(cells.shape[1] - 1), cells[:, 1:].ravel()
    links = coo_array((np.ones(len(ends[0])), ends), shape=(len(fixed), len(fixed)))
    _, part = connected_components(links, directed=False)
    return ~np.isin(part, part[fixed])
