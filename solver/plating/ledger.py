"""The ledger: each charge that passed, by what it did and on which surface.

Two counts stand side by side: what the reactions took, added up over the steps, and what is
there, read from the deposit's thickness and the lattice's content. Both must be the charge that
the current carried.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..balance import relative_gap
from .model import PlatingModel
from .sites import Kind
from .state import State, Step

Array = NDArray[np.float64]

DEPOSIT = 36.0
"""Charge of a usual deposit, 1 mA h/cm2 [C m-2]: what a gap is measured against in a rest."""
SURFACES = {Kind.SOLID: "host", Kind.COAT: "coat", Kind.COLLECTOR: "collector"}


@dataclass
class Ledger:
    """Charges of the meshed part [C], positive where lithium came.

    Attributes:
        passed: Through the collector.
        throughput: The same without its sign.
        imposed: What the protocol wanted to pass.
        plated, side, inserted: (kinds,) on, beside and through each kind of surface.
        stripped: Lithium that dissolved, all surfaces.
    """

    passed: float = 0.0
    throughput: float = 0.0
    imposed: float = 0.0
    plated: Array = field(default_factory=lambda: np.zeros(len(Kind)))
    side: Array = field(default_factory=lambda: np.zeros(len(Kind)))
    inserted: Array = field(default_factory=lambda: np.zeros(len(Kind)))
    stripped: float = 0.0

    def book(self, model: PlatingModel, step: Step, *, imposed: float | None) -> None:
        """Enter a step; `imposed` is the current of the protocol [A], if it imposes one."""
        sites = model.sites
        charge = -step.size * sites.areas
        self.passed -= step.passed
        self.throughput += abs(step.passed)
        self.imposed -= step.passed if imposed is None else step.size * imposed
        self.plated += np.bincount(sites.kinds, charge * step.plated, minlength=len(Kind))
        self.inserted += np.bincount(sites.kinds, charge * step.inserted, minlength=len(Kind))
        self.side += np.bincount(sites.kinds, charge * step.side, minlength=len(Kind))
        self.stripped += float(np.maximum(-charge * step.plated, 0.0).sum())

    def error(self, model: PlatingModel, state: State) -> float:
        """Largest disagreement of the counts, relative: see `balance.relative_gap`."""
        capacity = DEPOSIT * model.footprint
        gap = self.gap(model, state)
        return relative_gap(gap, throughput=self.throughput, capacity=capacity)

    def gap(self, model: PlatingModel, state: State) -> float:
        """Largest disagreement of the counts [C]."""
        there = float(model.sites.areas @ state.thickness) / model.volume_per_charge
        plated, side = float(self.plated.sum()), float(self.side.sum())
        inserted, held = float(self.inserted.sum()), 0.0
        if model.lattice is not None and state.content is not None:
            held = model.lattice.charge(state.content)
        gaps = (
            self.passed - plated - side - inserted,
            there - plated,
            held - inserted,
            self.imposed - self.passed,
        )
        return max(map(abs, gaps))

    def summary(self, model: PlatingModel, state: State) -> dict[str, Any]:
        """What a run's summary says, per area of collector [mA.h.cm-2]."""
        unit = 1.0 / (36.0e3 * model.footprint)
        surfaces = {
            name: {
                "plated [mA.h.cm-2]": unit * float(self.plated[kind]),
                "inserted [mA.h.cm-2]": unit * float(self.inserted[kind]),
                "side reaction [mA.h.cm-2]": unit * float(self.side[kind]),
            }
            for kind, name in SURFACES.items()
            if (model.sites.kinds == kind).any()
        }
        return {
            "passed [mA.h.cm-2]": unit * self.passed,
            "plated [mA.h.cm-2]": unit * float(self.plated.sum()),
            "inserted [mA.h.cm-2]": unit * float(self.inserted.sum()),
            "side reaction [mA.h.cm-2]": unit * float(self.side.sum()),
            "dissolved in all [mA.h.cm-2]": unit * self.stripped,
            "by surface": surfaces,
            "largest disagreement": self.error(model, state),
        }
