"""The fields of a host at one time, as they are shown."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .model import PlatingModel
from .sites import Kind
from .state import State

Array = NDArray[np.float64]

ION, ELECTRON, SALT = "ion_potential", "electron_potential", "salt_concentration"
CONTENT = "lithium_content"


@dataclass(frozen=True)
class PlatingSnapshot:
    """All fields at one output time, over the nodes of the mesh; NaN where there is none.

    Attributes:
        index: Number of the output, counted from 0.
        time: [s].
        label: The protocol step, in the user's words.
        voltage: Of the collector against lithium at the separator [V].
        current_density: Per collector area, positive in plating [A m-2].
        volume: Nodal fields (nodes,) of host and electrolyte.
        host, collector: Nodal fields (nodes,) on the host's surface and on the open collector:
            `deposit_thickness` [m], `local_current_density` [A m-2] (positive is oxidation),
            `overpotential` [V], `coverage` [-].
    """

    index: int
    time: float
    label: str
    voltage: float
    current_density: float
    volume: dict[str, Array] = field(repr=False)
    host: dict[str, Array] = field(repr=False)
    collector: dict[str, Array] = field(repr=False)


def snapshot_of(
    model: PlatingModel, state: State, *, index: int, label: str
) -> PlatingSnapshot | None:
    """The fields of a state, on rank 0; all ranks call this."""
    salt = None if state.salt is None else model.domain.gather(state.salt)
    content = None
    if model.lattice is not None and state.content is not None:
        content = model.domain.gather(model.lattice.shown(state.content))
    nodal = model.potentials.on_nodes(state.u, state.potential)
    ions, electrons = (model.domain.gather(values) for values in nodal)
    if ions is None or electrons is None:
        return None
    on_collector = model.sites.kinds == Kind.COLLECTOR
    return PlatingSnapshot(
        index=index,
        time=state.time,
        label=label,
        voltage=state.potential,
        current_density=-state.current / model.footprint,
        volume={ION: ions, ELECTRON: electrons}
        | ({} if salt is None else {SALT: np.where(np.isfinite(ions), salt, np.nan)})
        | ({} if content is None else {CONTENT: content}),
        host=_on_surface(model, state, ~on_collector),
        collector=_on_surface(model, state, on_collector),
    )


def _on_surface(model: PlatingModel, state: State, chosen: NDArray[np.bool_]) -> dict[str, Array]:
    """Fields of the chosen sites over the mesh's nodes; two at one node by their areas."""
    sites, n = model.sites, model.domain.n_nodes
    nodes, areas = sites.nodes[chosen], sites.areas[chosen]
    total = np.bincount(nodes, areas, minlength=n)
    covered = state.surroundings.coverage
    fields = {
        "deposit_thickness": state.thickness,
        "local_current_density": state.plating,
        "overpotential": state.drop + model.barrier(state.surroundings).overcome(state.drop),
        "coverage": covered,
    }
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            name: np.bincount(nodes, areas * values[chosen], minlength=n) / total
            for name, values in fields.items()
        }
