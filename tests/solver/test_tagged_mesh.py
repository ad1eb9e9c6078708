"""A whole two-phase mesh on one rank and on several: regions, boundaries, facets inside."""

from __future__ import annotations

import numpy as np
import pytest

from nanotrode.geometry import NanowireArray, Sizing, build_mesh
from nanotrode.geometry.implicit.families import Gyroid
from nanotrode.geometry.tags import BOUNDARIES, REGIONS

pytestmark = pytest.mark.mpi


@pytest.fixture(scope="module", params=["wires, straight", "wires, curved", "gyroid"])
def arrays(request):
    if request.param == "gyroid":
        shape = Gyroid(cell=1e-6, headroom=2e-7)
        return build_mesh(shape, sizing=Sizing(interface=1.25e-7), order=1)
    shape = NanowireArray(count=2, radius=50e-9, length=200e-9, headroom=50e-9)
    order = 1 if request.param.endswith("straight") else 2
    return build_mesh(shape, sizing=Sizing(segments=8), order=order)


def integrals(arrays, comm):
    """Volumes, outer areas and, over the facets inside, area and a jump that needs both cells."""
    import ufl
    from dolfinx import fem

    from nanotrode.solver.dolfinx_mesh import spread_tagged

    tagged = spread_tagged(arrays if comm.rank == 0 else None, comm)
    mesh, facets = tagged.mesh, tagged.facet_tags
    dx = ufl.Measure("dx", domain=mesh, subdomain_data=tagged.cell_tags)
    ds = ufl.Measure("ds", domain=mesh, subdomain_data=facets)
    inside = ufl.Measure("dS", domain=mesh, subdomain_data=facets)
    regions = fem.functionspace(mesh, ("DG", 0))
    tag, one = fem.Function(regions), fem.Constant(mesh, 1.0)
    tag.x.array[tagged.cell_tags.indices] = tagged.cell_tags.values
    x = ufl.SpatialCoordinate(mesh)
    interface = BOUNDARIES["interface"]
    forms = {name: one * dx(REGIONS[name]) for name in ("electrode", "electrolyte")}
    forms |= {name: one * ds(BOUNDARIES[name]) for name in ("collector", "separator", "sides")}
    forms["interface"] = ufl.avg(one) * inside(interface)
    forms["jump"] = abs(ufl.jump(tag)) * ufl.avg(x[2]) * inside(interface)
    found = {}
    for name, form in forms.items():
        part = fem.assemble_scalar(fem.form(form))
        found[name] = comm.allreduce(part)
    return found


def test_ranks_agree_with_one_and_with_the_arrays(arrays):
    from mpi4py import MPI

    world = integrals(arrays, MPI.COMM_WORLD)
    alone = integrals(arrays, MPI.COMM_SELF)
    for name, value in alone.items():
        assert world[name] == pytest.approx(value, rel=1e-10, abs=0)
    for name in REGIONS:
        if name in arrays.names:
            assert world[name] == pytest.approx(arrays.volume(name), rel=1e-10, abs=0)
    for name in ("collector", "separator", "sides"):
        assert world[name] == pytest.approx(arrays.area(name), rel=1e-10, abs=0)
    # the rule of a curved facet's area is not exact
    assert world["interface"] == pytest.approx(arrays.area("interface"), rel=1e-4, abs=0)
    assert 0 < world["jump"] < np.inf
