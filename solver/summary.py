"""What a run's summary says: the electrode, how well charge was kept, the steps, the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..materials.origins import origins_of
from .endings import ElectrodeScale

if TYPE_CHECKING:
    from .assumptions import Tested
    from .insertion import InsertionModel
    from .journal import Journal
    from .nonlinear import Newton

Array = NDArray[np.float64]

SUMMARY_FILE = "summary.json"


def summarise(
    journal: Journal,
    model: InsertionModel,
    newton: Newton,
    u: Array,
    size: int,
    set_up: float,
    tested: Tested,
) -> dict[str, Any]:
    """What `summary.json` says of a run that ends in a state (owned,).

    Args:
        journal: The run's books.
        model: Of the electrode.
        newton: With its counts.
        u: The last state.
        size: Number of unknowns.
        set_up: Time before the first step [s].
        tested: What the model takes for granted, against the run.
    """
    scale = journal.scale
    return {
        "material": model.material.name,
        "warnings": journal.notices.texts,
        **origins_of(model.material).as_table(),
        "unknowns": size,
        "electrode": describe_electrode(
            scale,
            volume=model.volume * scale.full_charge / model.full_charge,
            area=model.area * scale.full_charge / model.full_charge,
        ),
        "conservation": {
            "charge balance error": journal.charge_error(u),
            "charge throughput [A.h]": scale.full_charge * journal.throughput / 3600.0,
            "mean stoichiometry": model.mean(u),
        },
        "assumptions": tested.as_table(),
        "steps": [
            {"step": e.text, "ended": e.reason, "time [s]": e.time}
            | ({} if e.surface_error is None else {"surface error [-]": e.surface_error})
            for e in journal.events
        ],
        "work": journal.counts | newton.counts,
        "timings": {"set-up [s]": round(set_up, 3), "solve [s]": round(journal.wall, 3)},
    }


def describe_electrode(scale: ElectrodeScale, *, volume: float, area: float) -> dict[str, float]:
    """What a summary says of the whole electrode: its volume [m3], its interface [m2], its use."""
    return {
        "volume [m3]": volume,
        "interface area [m2]": area,
        "footprint [m2]": scale.footprint,
        "theoretical capacity [A.h]": scale.capacity / 3600.0,
        "theoretical areal capacity [mA.h.cm-2]": scale.capacity / scale.footprint / 36000.0,
    }
