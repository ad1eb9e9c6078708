"""Small electrodes made of cut cubes, materials without fuss, and runs of a few words."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np

from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.geometry.tags import BOUNDARIES, REGIONS
from nanotrode.materials.constants import FARADAY
from nanotrode.materials.kinetics import ButlerVolmer, RootExchange
from nanotrode.materials.laws import Constant, Formula
from nanotrode.materials.material import Material
from nanotrode.solver.protocol import Protocol
from nanotrode.solver.result import Result
from nanotrode.solver.settings import OutputPlan, SolverSettings
from nanotrode.solver.simulation import Simulation

LENGTH = 1e-7  # thickness of the slab [m]
DIFFUSIVITY = 1e-15  # R^2/D is then 10 s
SLAB, SMALL = (2, 2, 12), (1, 1, 8)
CURRENT = 2.0  # [A m-2] of the surface: about C/33 s
TET_EDGES = np.array([(0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3)])
TRIANGLE_EDGES = TET_EDGES[:3]
Map = Callable[[np.ndarray], np.ndarray]


def box(
    counts: tuple[int, int, int] = (2, 2, 3),
    *,
    order: int = 1,
    sides: tuple[float, float, float] = (1.0, 1.0, 1.0),
    bend: Map | None = None,
    multiplicity: float = 1.0,
) -> ElectrodeMesh:
    """A box that stands on its collector and reacts on its top.

    Args:
        counts: Cubes along each side; each is cut into six tetrahedra.
        order: 1 or 2.
        sides: Of the box [m].
        bend: Moves all nodes, those on the edges' middles too, so that order 2 is curved.
        multiplicity: Copies of it in the whole electrode.
    """
    grids = [np.linspace(0.0, 1.0, n + 1) for n in counts]
    unit = np.stack(np.meshgrid(*grids, indexing="ij"), axis=-1).reshape(-1, 3)
    cells = _cut_cubes(counts)
    faces, top = _outside(unit, cells)
    points, cells, faces = _of_order(unit, cells, faces, order)
    points = points * sides
    tags = np.where(top, BOUNDARIES["interface"], BOUNDARIES["sides"])
    return ElectrodeMesh(
        points=points if bend is None else bend(points),
        cells=cells.astype(np.int32),
        cell_tags=np.full(len(cells), REGIONS["electrode"], dtype=np.int32),
        facets=faces.astype(np.int32),
        facet_tags=tags.astype(np.int32),
        footprint=sides[0] * sides[1],
        multiplicity=multiplicity,
    )


def dome(points: np.ndarray) -> np.ndarray:
    """Lifts the top of a unit box into a shallow dome and twists its sides a little."""
    x, y, z = points.T
    return np.column_stack(
        [x + 0.05 * z * z, y - 0.04 * x * z, z * (1.0 + 0.3 * x * (1 - x) + 0.1 * y)]
    )


def slab(*, order: int = 1, counts: tuple[int, int, int] = SLAB, **more: Any) -> ElectrodeMesh:
    """A column of thickness LENGTH that reacts on top: a problem of one dimension."""
    width = LENGTH * counts[0] / counts[2]
    return box(counts, order=order, sides=(width, width, LENGTH), **more)


def amperes(mesh: ElectrodeMesh, density: float = CURRENT) -> str:
    """The current that is a given density [A m-2] of the surface, for a protocol."""
    return f"{density * mesh.area('interface'):.16g} A"


def _cut_cubes(counts: tuple[int, int, int]) -> np.ndarray:
    shape = tuple(n + 1 for n in counts)
    cells = []
    for axes in permutations(range(3)):
        path = np.vstack([np.zeros(3, int), np.cumsum(np.eye(3, dtype=int)[list(axes)], axis=0)])
        if np.linalg.det(np.diff(path, axis=0)) < 0:
            path = path[[0, 1, 3, 2]]
        cubes = np.stack(np.meshgrid(*map(np.arange, counts), indexing="ij"), axis=-1)
        corners = cubes.reshape(-1, 1, 3) + path
        cells.append(np.ravel_multi_index(tuple(np.moveaxis(corners, -1, 0)), shape))
    return np.vstack(cells)


def _outside(points: np.ndarray, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    faces = np.vstack([np.sort(np.delete(cells, k, axis=1)) for k in range(4)])
    faces, count = np.unique(faces, axis=0, return_counts=True)
    faces = faces[count == 1]
    return faces, (points[faces, 2] > 1.0 - 1e-12).all(axis=1)


def _of_order(points: np.ndarray, cells: np.ndarray, faces: np.ndarray, order: int) -> tuple:
    if order == 1:
        return points, cells, faces
    ends = np.unique(np.sort(cells[:, TET_EDGES].reshape(-1, 2)), axis=0)
    key = ends[:, 0] * len(points) + ends[:, 1]

    def middles(simplices: np.ndarray, edges: np.ndarray) -> np.ndarray:
        pairs = np.sort(simplices[:, edges], axis=-1)
        return len(points) + np.searchsorted(key, pairs[..., 0] * len(points) + pairs[..., 1])

    cells = np.hstack([cells, middles(cells, TET_EDGES)])
    faces = np.hstack([faces, middles(faces, TRIANGLE_EDGES)])
    return np.vstack([points, points[ends].mean(axis=1)]), cells, faces


def material(**changes: Any) -> Material:
    """A logarithmic potential with root kinetics, as in the verification's reference."""
    return Material(
        name="plain",
        c_s_max=25000.0,
        stoichiometry_limits=(0.0, 1.0),
        diffusivity=Constant(DIFFUSIVITY),
        ocp=Formula("3.6 - 0.4*x - (R*T/F)*log(x/(1-x))"),
        kinetics=ButlerVolmer(0.5, 0.5, RootExchange(1e-11)),
        density=3000.0,
    ).replace(**changes)


def varying() -> Formula:
    """A diffusivity that falls by a factor of five over the stoichiometry."""
    return Formula(f"{DIFFUSIVITY}*(0.2 + 0.8*(1-x)**2)", outside="constant")


def simulation(
    mesh: ElectrodeMesh | None,
    protocol: str | list[str] | Protocol,
    *,
    start: float = 0.2,
    of: Material | None = None,
    settings: SolverSettings | None = None,
    output: OutputPlan | None = None,
    comm: object | None = None,
    **more: Any,
) -> Simulation:
    """A simulation on this process alone, unless a communicator is given."""
    from nanotrode import _fenics  # noqa: F401  (MPI starts in the order the wheel needs)

    from mpi4py import MPI  # isort: skip

    return Simulation(
        mesh,
        of or material(),
        protocol=[protocol] if isinstance(protocol, str) else protocol,
        initial_stoichiometry=start,
        settings=settings,
        output=output,
        comm=comm or MPI.COMM_SELF,
        **more,
    )


def run(mesh: ElectrodeMesh | None, protocol: str | list[str] | Protocol, **more: Any) -> Result:
    """Run `simulation` in memory."""
    return simulation(mesh, protocol, **more).run()


def coulombs(mesh: ElectrodeMesh, of: Material) -> float:
    """Charge from empty to full [C] of the whole electrode."""
    volume = mesh.volume("electrode") * mesh.multiplicity
    return volume * of.charge_number * FARADAY * of.c_s_max


def model(mesh: ElectrodeMesh, of: Material | None = None, **more: float) -> Any:
    """The insertion model of a mesh, on this process alone."""
    from nanotrode.solver.domain import Domain
    from nanotrode.solver.insertion import InsertionModel

    from mpi4py import MPI  # isort: skip

    domain = Domain(mesh, MPI.COMM_SELF)
    conditions = {"temperature": 298.15, "c_e": 1000.0} | more
    return domain, InsertionModel(domain, of or material(), **conditions)
