"""Numbers of the unknowns and the system over them, on one rank and on several."""

from __future__ import annotations

from itertools import pairwise

import hosts
import numpy as np
import pytest

from nanotrode.geometry.tags import REGIONS

HOSTS = {
    "both": hosts.anode(),
    "electrons alone": hosts.anode(ions=0.0),
    "ions alone": hosts.anode(electrons=0.0),
    "neither, with a coat": hosts.anode(ions=0.0, electrons=0.0, coat=1e3),
}


def world():
    from mpi4py import MPI

    return MPI.COMM_WORLD


def spread(mesh, of):
    """A model over all ranks, of which rank 0 knows the mesh."""
    comm = world()
    return hosts.model(mesh if comm.rank == 0 else None, of, comm=comm)


def expected_places(mesh, of):
    """Nodes on which each potential is unknown, and on which it is given."""

    def nodes(region):
        return set(mesh.cells[mesh.cell_tags == REGIONS[region]].ravel())

    ions = nodes("electrolyte")
    if of.solid.ionic_conductivity > 0:
        ions |= nodes("electrode")
    separator = set(mesh.boundary("separator").nodes)
    electrons = set(mesh.boundary("interface").nodes)
    if of.solid.electronic_conductivity > 0:
        electrons |= nodes("electrode")
    collector = set(mesh.boundary("collector").nodes)
    return ions - separator, separator, electrons - collector, collector


@pytest.mark.mpi
@pytest.mark.parametrize("which", HOSTS)
def test_each_unknown_has_one_number_and_one_owner(which):
    mesh = hosts.column(coated="coat" in which)
    model = spread(mesh, HOSTS[which])
    found = model.potentials
    ions, separator, electrons, collector = expected_places(mesh, HOSTS[which])
    for numbers, unknown, given in (
        (found.ions, ions, separator),
        (found.electrons, electrons, collector),
    ):
        at_nodes = numbers[found.global_nodes]
        assert set(np.flatnonzero(at_nodes >= 0)) == unknown
        assert set(np.flatnonzero(at_nodes == -2)) == given
    used = np.concatenate([found.ions[found.ions >= 0], found.electrons[found.electrons >= 0]])
    assert found.total == len(used) == len(ions) + len(electrons)
    np.testing.assert_array_equal(np.sort(used), np.arange(found.total))
    ranges = world().allgather((found.first, found.last))
    assert ranges[0][0] == 0
    assert ranges[-1][1] == found.total
    assert all(one[1] == other[0] for one, other in pairwise(ranges))


@pytest.mark.mpi
def test_unknowns_come_back_on_their_nodes():
    mesh = hosts.column()
    model = spread(mesh, hosts.anode())
    found = model.potentials
    own = np.arange(found.first, found.last, dtype=float)
    ion, electron = found.on_nodes(own, -0.25)
    mine = found.own_nodes
    for field, numbers, given in ((ion, found.ions, 0.0), (electron, found.electrons, -0.25)):
        numbers = numbers[mine]
        np.testing.assert_array_equal(field[numbers >= 0], numbers[numbers >= 0])
        assert (field[numbers == -2] == given).all()
        assert np.isnan(field[numbers == -1]).all()


@pytest.mark.mpi
def test_one_potential_everywhere_drives_no_current():
    model = spread(hosts.column(coated=True), hosts.anode(coat=1e3))
    comm, conduction = world(), model.conduction
    around = model.surroundings(hosts.bare(model))
    model.surround(around)
    n = model.potentials.n_ions
    unit = np.where(np.arange(model.potentials.size) < n, 0.0, 1.0)
    currents = conduction.apply(unit, 1.0)
    assert max(comm.allgather(np.abs(currents).max())) < 1e-9 * conduction.corner
    into_collector = comm.allreduce(conduction.column[n:].sum()) + conduction.corner
    assert abs(into_collector) < 1e-9 * conduction.corner


@pytest.mark.mpi
@pytest.mark.parametrize("which", HOSTS)
def test_ranks_agree_on_currents_and_potential(which):
    mesh = hosts.column((4, 4, 8), coated="coat" in which)
    alone = hosts.plate(hosts.model(mesh, HOSTS[which]), density=8.0)
    together = hosts.plate(spread(mesh, HOSTS[which]), density=8.0)
    assert together.potential == pytest.approx(alone.potential, rel=1e-7)
    scale = np.abs(alone.plating).max()
    np.testing.assert_allclose(together.plating, alone.plating, rtol=1e-5, atol=1e-7 * scale)


@pytest.mark.mpi
@pytest.mark.parametrize("which", ["both", "neither, with a coat"])
def test_the_matrix_is_the_slope_of_the_residual(which):
    from nanotrode.solver.plating.reactions import Reactions

    mesh = hosts.column((4, 4, 8), coated="coat" in which)
    model = spread(mesh, HOSTS[which])
    state = hosts.plate(model, density=5.0)
    thickness = np.full(len(model.sites.nodes), 1e-8)
    law = Reactions(model.plating(state.surroundings, thickness, 0.0), None, None)
    system, comm = model.system, world()
    rng = np.random.default_rng(model.potentials.first)
    u, way = state.u, 1e-3 * rng.standard_normal(len(state.u))
    step = 1e-3

    def at(move, more=0.0):
        return system.at(u + move * way, state.potential + more, law, 0.0)

    matrix = system.matrix(at(0.0))
    given, product = matrix.createVecs()
    given.array_w[:] = way
    matrix.mult(given, product)
    slope = (at(step).residual - at(-step).residual) / (2 * step)
    scale = max(comm.allgather(float(np.abs(slope).max())))
    np.testing.assert_allclose(product.array_r, slope, atol=1e-6 * scale)
    # the column that the collector adds
    border = system.border(at(0.0))
    slope = (at(0.0, 1e-6).residual - at(0.0, -1e-6).residual) / 2e-6
    scale = max(comm.allgather(float(np.abs(slope).max())))
    np.testing.assert_allclose(border, slope, atol=1e-5 * scale)
