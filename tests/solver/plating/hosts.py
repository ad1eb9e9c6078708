"""Small plating hosts with meshes made by hand, and materials in which one thing is switched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boxes
import numpy as np

from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.geometry.tags import BOUNDARIES, REGIONS
from nanotrode.materials.constants import FARADAY, GAS_CONSTANT
from nanotrode.materials.plating import Anode, Coat, Deposit, Salt, SideReaction, Solid

MICRON = 1e-6
TEMPERATURE = 298.15
THERMAL = FARADAY / (GAS_CONSTANT * TEMPERATURE)
Where = Callable[[np.ndarray], np.ndarray]

SIDE = SideReaction(name="side", exchange_current_density=1e-3, potential=0.3, alpha_c=0.3)


def column(
    counts: tuple[int, int, int] = (3, 3, 6),
    *,
    sides: tuple[float, float, float] = (3.0, 3.0, 6.0),
    host: Where | None = None,
    coated: bool = False,
) -> ElectrodeMesh:
    """A box of electrolyte with a host in it; collector below, separator on top.

    Args:
        counts: Cubes along each side.
        sides: Of the box [um].
        host: Whether cells with middles (m, 3) [um] belong to the host; by default a pillar of a
            third of the width and two thirds of the height in a corner.
        coated: Whether a coat covers the host.
    """
    grids = [np.linspace(0.0, s, n + 1) for s, n in zip(sides, counts, strict=True)]
    points = np.stack(np.meshgrid(*grids, indexing="ij"), axis=-1).reshape(-1, 3)
    cells = boxes._cut_cubes(counts)

    def pillar(x: np.ndarray) -> np.ndarray:
        low = (x[:, 0] < sides[0] / 3) & (x[:, 1] < sides[1] / 3)
        return low & (x[:, 2] < 2 * sides[2] / 3)

    inside = (host or pillar)(points[cells].mean(axis=1))

    def outside(x: np.ndarray) -> np.ndarray:
        return np.select(
            [x[:, 2] < 1e-9, x[:, 2] > sides[2] - 1e-9],
            [BOUNDARIES["collector"], BOUNDARIES["separator"]],
            BOUNDARIES["sides"],
        )

    return tagged(
        MICRON * points,
        cells,
        inside,
        outside=lambda x: outside(x / MICRON),
        between="coating" if coated else "interface",
        footprint=sides[0] * sides[1] * MICRON**2,
    )


def tagged(
    points: np.ndarray,
    cells: np.ndarray,
    in_host: np.ndarray,
    *,
    outside: Where,
    between: str = "interface",
    footprint: float,
) -> ElectrodeMesh:
    """A mesh whose outer facets are tagged by their middles (k, 3) [m]."""
    faces = np.vstack([np.sort(np.delete(cells, k, axis=1)) for k in range(4)])
    hosts = np.tile(in_host, 4)
    faces, group, count = np.unique(faces, axis=0, return_inverse=True, return_counts=True)
    of_host = np.bincount(group, weights=hosts)
    middles = points[faces].mean(axis=1)
    outer, inner = count == 1, (count == 2) & (of_host == 1)
    tags = np.where(inner, BOUNDARIES[between], outside(middles))
    kept = outer | inner
    return ElectrodeMesh(
        points=points,
        cells=cells.astype(np.int32),
        cell_tags=np.where(in_host, REGIONS["electrode"], REGIONS["electrolyte"]).astype(np.int32),
        facets=faces[kept].astype(np.int32),
        facet_tags=tags[kept].astype(np.int32),
        footprint=footprint,
    )


def nothing(x: np.ndarray) -> np.ndarray:
    """No host at all: a bare foil."""
    return np.zeros(len(x), dtype=bool)


DEPOSIT = Deposit(
    name="Li",
    molar_volume=12.97e-6,
    electronic_conductivity=1.08e7,
    exchange_current_density=5.0,
    alpha_a=0.5,
    alpha_c=0.5,
    coverage_thickness=1e-8,
    film_thickness=2e-8,
    last_thickness=1e-9,
)


def anode(
    *,
    ions: float = 0.1,
    electrons: float = 10.0,
    barrier: float = 0.0,
    on_collector: float = 0.0,
    coat: float | None = None,
    electrolyte: float = 0.2,
    side: SideReaction | None = None,
    **deposit: Any,
) -> Anode:
    """A host of given conductivities [S m-1] and barriers [V].

    Args:
        ions, electrons: Of the body.
        barrier: Of body and coat.
        on_collector: Of the collector.
        coat: Conductivity of the coat, if there is one.
        electrolyte: Its conductivity.
        side: A side reaction.
        **deposit: Changes of lithium's parameters.
    """
    return Anode(
        solid=Solid(
            name="body",
            ionic_conductivity=ions,
            electronic_conductivity=electrons,
            nucleation_barrier=barrier,
        ),
        coat=None
        if coat is None
        else Coat(name="coat", electronic_conductivity=coat, nucleation_barrier=barrier),
        collector=Solid(
            name="foil",
            ionic_conductivity=0.0,
            electronic_conductivity=6e7,
            nucleation_barrier=on_collector,
        ),
        salt=Salt(
            name="salt",
            conductivity=electrolyte,
            concentration=1500.0,
            diffusivity=5e-11,
            transference=0.5,
            thermodynamic_factor=1.0,
        ),
        deposit=replace(DEPOSIT, **deposit),
        side=side,
    )


def model(mesh: ElectrodeMesh | None, of: Anode, *, comm: object | None = None, **more: Any) -> Any:
    """The plating model of a mesh; on this process alone unless a communicator is given."""
    from nanotrode.solver.plating.model import PlatingModel

    from mpi4py import MPI  # isort: skip

    settings = {"coat_thickness": 1e-7, "temperature": TEMPERATURE} | more
    return PlatingModel(mesh, of, comm=comm or MPI.COMM_SELF, **settings)


def bare(of: Any) -> np.ndarray:
    """(sites,) no deposit anywhere [m]."""
    return np.zeros(len(of.sites.nodes))


def plate(of: Any, *, density: float | None = None, potential: float = 0.0, on: Any = None) -> Any:
    """The state at one instant: plating at a density [A m-2] of footprint, or at a potential [V].

    Args:
        of: The model.
        density: Imposed, positive in plating.
        potential: Imposed where no density is.
        on: (sites,) deposit [m]; none by default.
    """
    from nanotrode.solver.control import ImposedPotential, ImposedRate
    from nanotrode.solver.plating.march import consistent_state

    control = (
        ImposedPotential(potential) if density is None else ImposedRate(-density * of.footprint)
    )
    thickness = bare(of) if on is None else on
    return consistent_state(of, control, time=0.0, thickness=thickness, near=None)
