"""A host's state as arrays over sites and the mesh's nodes, for any number of ranks to take up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..checkpoint import Progress
from .model import PlatingModel
from .scheme import Past, Rates
from .state import State

Array = NDArray[np.float64]
Fields = dict[str, Array]

NODAL = ("salt", "content")
"""Fields over the nodes that a host may have, and rates in the step before."""


def fields_of(model: PlatingModel, state: State) -> Fields:
    """All arrays of a state, over the whole mesh; those over nodes on rank 0 alone."""
    ions, electrons = model.potentials.on_nodes(state.u, state.potential)
    found = {
        "thickness": state.thickness,
        "plating": state.plating,
        "side": state.side,
        "drop": state.drop,
        "current": np.array([state.current]),
        "ions": _gathered(model, ions),
        "electrons": _gathered(model, electrons),
        "salt": _gathered(model, state.salt),
        "content": _gathered(model, state.content),
        "inserted": state.inserted,
        "lattice potential": state.lattice_potential,
    }
    return found if state.past is None else found | _fields_of_past(model, state.past)


def state_of(model: PlatingModel, numbers: Progress, fields: Fields) -> State:
    """The state that `fields_of` took apart."""
    scatter = model.domain.scatter
    content = None if model.lattice is None else scatter(fields["content"])
    return State(
        time=numbers.time,
        thickness=fields["thickness"],
        u=model.potentials.from_nodes(scatter(fields["ions"]), scatter(fields["electrons"])),
        potential=numbers.potential,
        plating=fields["plating"],
        side=fields["side"],
        drop=fields["drop"],
        current=float(fields["current"][0]),
        inserted=fields["inserted"],
        lattice_potential=fields["lattice potential"],
        surroundings=model.surroundings(fields["thickness"], content),
        salt=None if model.salt is None else scatter(fields["salt"]),
        content=content,
        past=_past_of(model, fields),
    )


def _fields_of_past(model: PlatingModel, past: Past) -> Fields:
    found = {
        "past numbers": np.array([past.size, past.current]),
        "past plating": past.plating,
        "past side": past.side,
        "past inserted": past.inserted,
    }
    for name in NODAL:
        rates: Rates | None = getattr(past, name)
        if rates is not None:
            found[f"past {name} mean"] = _gathered(model, rates.mean)
            found[f"past {name} end"] = _gathered(model, rates.end)
    return found


def _past_of(model: PlatingModel, fields: Fields) -> Past | None:
    if "past numbers" not in fields:
        return None
    size, current = fields["past numbers"].tolist()
    rates = {name: _rates(model, fields, f"past {name}") for name in NODAL}
    sites = {name: fields[f"past {name}"] for name in ("plating", "side", "inserted")}
    return Past(size=size, current=current, **sites, **rates)  # type: ignore[arg-type]


def _rates(model: PlatingModel, fields: Fields, name: str) -> Rates | None:
    if f"{name} mean" not in fields:
        return None
    scatter = model.domain.scatter
    return Rates(scatter(fields[f"{name} mean"]), scatter(fields[f"{name} end"]))


def _gathered(model: PlatingModel, own: Array | None) -> Array:
    """(nodes of the mesh,) values of this rank's nodes and all others', on rank 0; else nothing."""
    whole = None if own is None else model.domain.gather(own)
    return np.empty(0) if whole is None else whole
