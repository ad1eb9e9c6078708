"""A host in which lithium plates: its mesh, its materials, and what they make of a deposit.

`Surroundings` are all that one instant's equations need to know of the deposit: how far it
covers the barrier, how well its film conducts, how much of the pores it has closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...geometry.tags import REGIONS
from ...materials.constants import FARADAY, GAS_CONSTANT
from ..domain import Domain
from ..model import total
from .barriers import LAWS, BarrierLaw
from .conduction import Conduction
from .film import find_links, reach, sheet_conductance
from .kinetics import Plating, Side
from .lattice import Lattice
from .newton import Newton
from .potentials import Potentials
from .salt import SaltField
from .sites import Kind, Sites, find_sites
from .system import System

if TYPE_CHECKING:
    from mpi4py import MPI

    from ...geometry.mesh import ElectrodeMesh
    from ...materials.plating import Anode

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

_ALL = slice(None)

CLOSED_PORE = 1e-3
"""Least share of an electrolyte cell that stays open to ions (assumed: gaps beside lithium)."""
BRUGGEMAN = 1.5
"""Exponent of the open share in a cell's conductivity (Bruggeman)."""


@dataclass(frozen=True)
class Surroundings:
    """What a deposit makes of the host.

    Attributes:
        coverage: (sites,) theta, 0 on a bare surface and 1 on lithium.
        fed: (sites,) share of a site's area that electrons reach.
        sheet: (facets,) sheet conductance of coat and film [S].
        open: (electrolyte cells,) share that lithium has left open.
        gain: (local cells,) factor of the body's conductivities by what is in its lattice; None
            where that is not resolved.
    """

    coverage: Array
    fed: Array
    sheet: Array
    open: Array
    gain: Array | None = None


class PlatingModel:
    """Everything of a host that stays the same.

    Args:
        mesh: Host and electrolyte, on rank 0; other ranks may pass None.
        anode: The materials.
        coat_thickness: Of the coat [m]; 0 where there is none.
        temperature: [K].
        comm: The ranks.
        salt: Whether the electrolyte's concentration is resolved.
        initial_content: Share of the lattice that is full at the start.
        separator: (nodes of the mesh,) ion potential that is given on the separator [V].

    Attributes:
        sites: All sites, the same on every rank.
        limit: (sites,) thickness at which each is full [m].
        barriers: (sites,) of the bare surfaces [V].
        footprint: Of the meshed part [m2].
        nodes_of_sites: (own sites,) this rank's node of each.
        salt: The electrolyte's concentration, where it is resolved.
        lattice: The lithium in the body, where it is resolved.
    """

    def __init__(
        self,
        mesh: ElectrodeMesh | None,
        anode: Anode,
        *,
        coat_thickness: float,
        temperature: float,
        comm: MPI.Comm,
        salt: bool = False,
        initial_content: float = 0.0,
        separator: Array | None = None,
    ) -> None:
        self.comm, self.anode, self.temperature = comm, anode, temperature
        self.sites: Sites = comm.bcast(find_sites(mesh) if mesh is not None else None)
        self.footprint: float = comm.bcast(mesh.footprint if mesh is not None else None)
        sites, solid = self.sites, anode.solid
        self.domain = Domain(mesh, comm)
        self.potentials = Potentials(
            self.domain,
            mesh,
            ions_in_host=solid.ionic_conductivity > 0.0,
            electrons_in_host=solid.electronic_conductivity > 0.0,
        )
        given = None
        if separator is not None:
            given = np.empty(len(separator))
            given[self.potentials.global_nodes] = separator
        self.conduction = Conduction(self.domain, self.potentials, sites, separator=given)
        self.system = System(self.potentials, sites, self.conduction)
        self.newton = Newton(self.system)
        self.nodes_of_sites = (
            self.potentials.global_nodes[sites.nodes[self.system.own]]
            - self.potentials.own_nodes.start
        )
        self.limit = sites.largest_thickness
        self.barriers = np.choose(sites.kinds, self._barriers())
        self._links = find_links(sites)
        self._fed_bare = self._share_fed_through_body()
        coated = sites.kinds[sites.facets[:, 0]] == Kind.COAT
        along = anode.coat.electronic_conductivity * coat_thickness if anode.coat else 0.0
        self._coat_sheet = np.where(coated, along, 0.0)
        self._pores = self._local_pores(mesh)
        self._in_host = self.domain.cell_tags == REGIONS["electrode"]
        self._set: Surroundings | None = None
        self.salt = SaltField(self) if salt else None
        self.lattice = self._make_lattice(initial_content)

    @property
    def volume_per_charge(self) -> float:
        """V_Li / F [m3 C-1]."""
        return self.anode.deposit.molar_volume / FARADAY

    @property
    def thermal(self) -> float:
        """F / RT [V-1]."""
        return FARADAY / (GAS_CONSTANT * self.temperature)

    def surroundings(self, thickness: Array, content: Array | None = None) -> Surroundings:
        """What deposits of a thickness (sites,) [m] and a lattice (own nodes,) make of the host."""
        deposit = self.anode.deposit
        filled = self.sites.filled(thickness)
        felt = reach(thickness, filled, self._links)
        film = sheet_conductance(
            felt,
            self.sites,
            conductivity=deposit.electronic_conductivity,
            least=deposit.film_thickness,
        )
        return Surroundings(
            coverage=-np.expm1(-felt / deposit.coverage_thickness),
            fed=np.where(felt > deposit.film_thickness, 1.0, self._fed_bare),
            sheet=self._coat_sheet + film,
            open=1.0 - self.sites.closed(thickness),
            gain=None if self.lattice is None or content is None else self.lattice.gain(content),
        )

    def surround(self, by: Surroundings) -> None:
        """Take conductivities of a state, unless they stand already."""
        if self._set is not None and _same(self._set, by):
            return
        solid, salt = self.anode.solid, self.anode.salt
        gain = 1.0 if by.gain is None else by.gain
        share = np.maximum(by.open[self._pores[1]], CLOSED_PORE)
        kappa = np.where(self._in_host, gain * solid.ionic_conductivity, 0.0)
        kappa[self._pores[0]] = salt.conductivity * share**BRUGGEMAN
        sigma = np.where(self._in_host, gain * solid.electronic_conductivity, 0.0)
        self.conduction.set(kappa=kappa, sigma=sigma, sheet=by.sheet)
        if self.salt is not None:
            wet = np.zeros(len(kappa))
            wet[self._pores[0]] = share
            self.salt.surround(wet)
        self._set = by

    def plating(
        self, by: Surroundings, start: Array, weight: float, *, salt: Array | None = None
    ) -> Plating:
        """The plating law of this rank's sites over a time step; see `kinetics.Plating`.

        Args:
            by: What the deposit makes of the host.
            start: (sites,) thickness that the law starts from [m].
            weight: See there.
            salt: (own nodes,) concentration of the electrolyte [mol m-3]; at rest if left out.
        """
        own = self.system.own
        return Plating(
            deposit=self.anode.deposit,
            barrier=self.barrier(by, own),
            activity=self.activity(by, salt, order=self.anode.deposit.alpha_a),
            start=start[own],
            weight=weight,
            limit=self.limit[own],
        )

    def drive_by(self, salt: Array) -> None:
        """Take what gradients of the salt (own nodes,) [mol m-3] add to the ions' equations."""
        if self.salt is not None:
            drive = self.salt.drive(salt)
            self.conduction.drive = self.potentials.from_nodes(drive, np.zeros_like(drive))

    def salt_flow(self, u: Array, salt: Array) -> Array:
        """(own nodes,) what moves the salt, at potentials u [A]; see `SaltField.flow`."""
        assert self.salt is not None
        return self.salt.flow(self.potentials.on_nodes(u, 0.0)[0], salt)

    def barrier(self, by: Surroundings, sites: Ints | slice = _ALL) -> BarrierLaw:
        """What the barrier does at some sites, or at all; see `barriers`."""
        deposit = self.anode.deposit
        law = LAWS[deposit.barrier_law]
        return law(deposit, self.temperature, self.barriers[sites], by.coverage[sites])

    def activity(self, by: Surroundings, salt: Array | None, *, order: float) -> Array:
        """(own sites,) (c / c_0)^order, times the share that electrons reach."""
        fed = by.fed[self.system.own]
        if self.salt is None or salt is None:
            return fed
        return np.asarray(fed * self.salt.strength(salt)[self.nodes_of_sites] ** order)

    def side(self, by: Surroundings, salt: Array | None = None) -> Side | None:
        """The side reaction, if there is one."""
        reaction = self.anode.side
        if reaction is None:
            return None
        activity = self.activity(by, salt, order=1.0 - reaction.alpha_c)
        return Side(reaction, self.temperature, activity)

    def everywhere(self, own: Array) -> Array:
        """(sites,) values of all sites, from those of each rank's own."""
        found = np.empty(len(self.sites.nodes))
        if self.comm.size == 1:
            found[self.system.own] = own
            return found
        for numbers, values in self.comm.allgather((self.system.own, own)):
            found[numbers] = values
        return found

    def _make_lattice(self, initial: float) -> Lattice | None:
        """The lattice, if the solid has one and there is a body of it."""
        lithiation = self.anode.solid.lithiation
        if lithiation is None or not total(self.comm, self._in_host.sum()):
            return None
        return Lattice(self, lithiation, initial)

    def _barriers(self) -> list[float]:
        solid, coat, collector = self.anode.solid, self.anode.coat, self.anode.collector
        on_coat = coat.nucleation_barrier if coat else solid.nucleation_barrier
        return [solid.nucleation_barrier, on_coat, collector.nucleation_barrier]

    def _share_fed_through_body(self) -> Array:
        """(sites,) share of a bare site's area that electrons reach when lithium is absent.

        Where the host stands on the collector, its potential is the collector's only within
        sigma / (di/dphi) of it; beyond, an insulating host has none of its electrons. A node at
        the foot stands for a strip of an element's width, of which that layer is a part.
        """
        sites, law = self.sites, self.anode.deposit
        share = np.ones(len(sites.nodes))
        slope = law.exchange_current_density * (law.alpha_a + law.alpha_c) * self.thermal
        layer = self.anode.solid.electronic_conductivity / slope
        foot = (sites.heights < 1e-6 * sites.heights.max()) & (sites.kinds == Kind.SOLID)
        widths = self._links.lengths[self._links.lengths > 0]
        if len(widths):
            share[foot] = min(1.0, layer / float(np.median(widths)))
        return share

    def _local_pores(self, mesh: ElectrodeMesh | None) -> tuple[NDArray[np.int64], ...]:
        """This rank's electrolyte cells, and their places in `Sites.pore_cells`."""
        local = np.flatnonzero(self.domain.cell_tags == REGIONS["electrolyte"])
        return local, np.searchsorted(self.sites.pore_cells, self.domain.input_cells[local])


def _same(one: Surroundings, other: Surroundings) -> bool:
    if not np.array_equal(one.sheet, other.sheet) or not np.array_equal(one.open, other.open):
        return False
    return one.gain is other.gain or np.array_equal(one.gain, other.gain)  # type: ignore[arg-type]
