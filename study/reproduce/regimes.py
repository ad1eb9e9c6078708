"""Where lithium goes in a host, over how well its body conducts ions and electrons.

Each point is the static current of the 3-D model on a bare gyroid column: Butler-Volmer, no
nucleation barrier, no coat and no film, so that conduction alone decides. Beside it stands the
porous electrode of one dimension, with effective conductivities from our own cell problem, whose
lines divide the map: nu = 1, and kappa_eff = sigma_eff. The first moves with the exchange current
density, so that there is a map for each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...geometry.build_cad import build_mesh
from ...geometry.implicit.families import Gyroid
from ...geometry.sizing import Sizing
from ...materials.constants import FARADAY, GAS_CONSTANT
from ...materials.plating import Anode, Solid
from ...materials.plating_library import load_deposit, load_salt

if TYPE_CHECKING:
    from ...geometry.mesh import ElectrodeMesh
    from ...postprocess.regime_map import Regimes

Array = NDArray[np.float64]

COLUMN = Gyroid(cell=7e-6, repeats=(1, 1, 6), porosity=0.46, headroom=3.5e-6)
"""42 um of pores like those of doi:10.1039/d4nr04455j: a porosity of 0.46, pores of some um."""
SIZE = 1e-6
"""Of the elements on its surface [m]: as fine as its currents need to 1 % (assumed)."""
IONIC = np.geomspace(1e-3, 10.0, 9)
"""Of the body [S m-1]: from far below the electrolyte in its pores to far above."""
ELECTRONIC = np.geomspace(1e-6, 1e2, 9)
"""Of the body [S m-1]: from LLTO to carbon."""
CURRENT = 5.0
"""Per footprint [A m-2]: 0.5 mA/cm2, as in the paper."""
EXCHANGE = (0.5, 5.0, 50.0)
"""Exchange current densities of lithium [A m-2], of the range that sources span (card Li)."""
TEMPERATURE = 298.15
FINE = 121
"""Conductivities along either axis, between which lines are drawn."""


class Homogenised(NamedTuple):
    """A host as a porous electrode of one dimension.

    Attributes:
        height: Of the host [m].
        walls: Its surface per footprint.
        slope: Of the current density over the overpotential, at none [S m-2].
        ionic: (m,) conductivities of the body [S m-1].
        kappa: (m,) effective ones of body and pores [S m-1].
        solid: Effective electronic conductivity over that of the body.
    """

    height: float
    walls: float
    slope: float
    ionic: Array
    kappa: Array
    solid: float

    def lines(self, ionic: Array, electronic: Array) -> tuple[Array, Array]:
        """How nu and kappa_eff / sigma_eff (n, m) depend on conductivities of the body [S m-1].

        Args:
            ionic: (m,), within the range of `ionic`.
            electronic: (n,).
        """
        # kappa_eff is smooth in the logarithms
        kappa = np.exp(np.interp(np.log(ionic), np.log(self.ionic), np.log(self.kappa)))
        sigma = self.solid * electronic[:, None]
        along = self.height * (1.0 / kappa + 1.0 / sigma)
        return np.sqrt(self.slope * self.walls * along), kappa / sigma


@dataclass(frozen=True)
class RegimeMap:
    """What was found at each point; rows for electronic, columns for ionic conductivity.

    Attributes:
        exchange: Exchange current density of all points [A m-2].
        ionic, electronic: (m,), (n,) conductivities of the body [S m-1].
        height: (n, m) centroid of the current over the host's height.
        variation: (n, m) coefficient of variation of the current density, by area.
        on_collector: (n, m) share of the current.
        homogenised: The line that belongs to it.
    """

    exchange: float
    ionic: Array
    electronic: Array
    height: Array
    variation: Array
    on_collector: Array
    homogenised: Homogenised

    def at(self, row: int, column: int) -> tuple[float, float, float]:
        """Height, variation and share on the collector at a point."""
        each = (self.height, self.variation, self.on_collector)
        return tuple(float(values[row, column]) for values in each)  # type: ignore[return-value]


def draw_maps(
    maps: Sequence[RegimeMap],
    path: str | Path,
    *,
    marks: Mapping[str, tuple[float, float]] | None = None,
    note: str = "",
) -> Path:
    """Draw maps with the lines of the homogenised host; see `regime_map.draw_regimes`."""
    from ...postprocess.regime_map import draw_regimes

    return draw_regimes([_shown(found) for found in maps], path, marks=marks, note=note)


def _shown(found: RegimeMap) -> Regimes:
    from ...postprocess.regime_map import Regimes

    ionic, electronic = (
        np.geomspace(values[0], values[-1], FINE) for values in (found.ionic, found.electronic)
    )
    nu, ratio = found.homogenised.lines(ionic, electronic)
    return Regimes(
        name=f"i$_0$ = {found.exchange:g} A m$^{{-2}}$",
        ionic=found.ionic,
        electronic=found.electronic,
        height=found.height,
        variation=found.variation,
        fine_ionic=ionic,
        fine_electronic=electronic,
        nu=nu,
        ratio=ratio,
    )


@dataclass(frozen=True)
class RegimeStudy:
    """Maps to be computed.

    Attributes:
        column: The host.
        size: Of elements on its surface [m].
        ionic, electronic: Conductivities of its body [S m-1].
        current: Per footprint [A m-2].
        exchange: Exchange current densities, a map for each [A m-2].
        electrolyte, deposit: Cards.
    """

    column: Gyroid = COLUMN
    size: float = SIZE
    ionic: tuple[float, ...] = tuple(IONIC)
    electronic: tuple[float, ...] = tuple(ELECTRONIC)
    current: float = CURRENT
    exchange: tuple[float, ...] = EXCHANGE
    electrolyte: str = "LHCE"
    deposit: str = "Li"

    @cached_property
    def mesh(self) -> ElectrodeMesh:
        """The column with its electrolyte."""
        return build_mesh(self.column, sizing=Sizing(interface=self.size), order=1)

    def anode(self, ionic: float, electronic: float, exchange: float) -> Anode:
        """A host without barriers, of conductivities of its body [S m-1]."""
        body = Solid(
            name="body",
            ionic_conductivity=ionic,
            electronic_conductivity=electronic,
            nucleation_barrier=0.0,
        )
        return Anode(
            solid=body,
            coat=None,
            # of the collector only the surface counts
            collector=body,
            salt=load_salt(self.electrolyte),
            deposit=replace(load_deposit(self.deposit), exchange_current_density=exchange),
        )

    def run(self, report: Callable[[int, int], None] | None = None) -> list[RegimeMap]:
        """Compute all points of all maps.

        Args:
            report: Told how many points are done, and of how many.
        """
        shape = len(self.electronic), len(self.ionic)
        line, maps = self.homogenised(self.exchange[0]), list[RegimeMap]()
        total = len(self.exchange) * shape[0] * shape[1]
        for exchange in self.exchange:
            found = np.empty((3, *shape))
            for number, (row, column) in enumerate(np.ndindex(shape), len(maps) * found[0].size):
                at = self.ionic[column], self.electronic[row]
                found[:, row, column] = self.point(*at, exchange)
                if report is not None:
                    report(number + 1, total)
            own = line._replace(slope=line.slope * exchange / self.exchange[0])
            given = np.array(self.ionic), np.array(self.electronic)
            maps.append(RegimeMap(exchange, *given, found[0], found[1], found[2], own))
        return maps

    def point(self, ionic: float, electronic: float, exchange: float) -> tuple[float, float, float]:
        """Centroid over the height, coefficient of variation, and share on the collector."""
        from mpi4py import MPI

        from ...solver.control import ImposedRate
        from ...solver.plating.march import consistent_state
        from ...solver.plating.model import PlatingModel
        from ...solver.plating.sites import Kind

        model = PlatingModel(
            self.mesh,
            self.anode(ionic, electronic, exchange),
            coat_thickness=0.0,
            temperature=TEMPERATURE,
            comm=MPI.COMM_SELF,
        )
        sites = model.sites
        control = ImposedRate(-self.current * model.footprint)
        bare = np.zeros(len(sites.nodes))
        density = consistent_state(model, control, time=0.0, thickness=bare, near=None).plating
        flow = sites.areas * density
        mean = flow.sum() / sites.areas.sum()
        square = sites.areas @ (density - mean) ** 2 / sites.areas.sum()
        return (
            float(flow @ sites.heights / flow.sum() / sites.top),
            float(np.sqrt(square) / abs(mean)),
            float(flow[sites.kinds == Kind.COLLECTOR].sum() / flow.sum()),
        )

    def homogenised(self, exchange: float) -> Homogenised:
        """The porous electrode of one dimension that belongs to the column."""
        from ...solver.plating.homogenised import effective_conductivity

        deposit, salt = load_deposit(self.deposit), load_salt(self.electrolyte)
        height = self.column.size[2]

        def effective(**regions: float) -> float:
            return effective_conductivity(self.mesh, regions, height=height)

        kappa = [effective(electrode=k, electrolyte=salt.conductivity) for k in self.ionic]
        thermal = FARADAY / (GAS_CONSTANT * TEMPERATURE)
        alphas = deposit.alpha_a + deposit.alpha_c
        return Homogenised(
            height=height,
            walls=self.mesh.area("interface") / self.mesh.footprint,
            slope=exchange * alphas * thermal,
            ionic=np.array(self.ionic),
            kappa=np.array(kappa),
            solid=effective(electrode=1.0),
        )


COARSE_MAP = RegimeStudy(
    column=replace(COLUMN, repeats=(1, 1, 3), cell=14e-6),
    size=2.5e-6,
    ionic=(1e-3, 0.1, 10.0),
    electronic=(1e-6, 1e-2, 1e2),
    exchange=(5.0, 50.0),
)
"""A few points on a coarse mesh, to see that all goes through."""
