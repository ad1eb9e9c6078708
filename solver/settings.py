"""How a run is solved and what it writes: choices that are not physics."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._arguments import check_is
from ..errors import InputError
from ..units import number, positive


@dataclass(frozen=True)
class SolverSettings:
    """Accuracy of a run.

    Attributes:
        tolerance: Local error allowed in one time step, in stoichiometry and in volts.
        newton_tolerance: Algebraic error left in each stage, as a share of `tolerance`.
        max_step: Longest time step [s].
        reduced: Whether a sweep may take a reduced model, trained on a few of its runs.
        reduced_tolerance: Estimated error of a run, relative, above which it is run in full.
    """

    tolerance: float = 1e-4
    newton_tolerance: float = 0.01
    max_step: float = math.inf
    reduced: bool = False
    reduced_tolerance: float = 0.005

    @property
    def algebraic_error(self) -> float:
        """Error left in each stage, in stoichiometry and in volts."""
        return self.newton_tolerance * self.tolerance

    def __post_init__(self) -> None:
        for key in ("tolerance", "newton_tolerance", "reduced_tolerance"):
            value = positive(getattr(self, key), "", key=f"solver.{key}")
            if not value < 1:
                raise InputError(f"solver.{key}: got {value:g}, expected less than 1")
        step = positive(self.max_step, "s", key="solver.max_step", infinite=True)
        object.__setattr__(self, "max_step", step)
        check_is(self.reduced, bool, "solver.reduced", "True or False")


@dataclass(frozen=True)
class OutputPlan:
    """When the fields are written; the start and each step's end always are.

    Attributes:
        every: Time between outputs [s]; None writes by the state of charge instead.
        fraction: Change of the mean stoichiometry between outputs where `every` is None.
        checkpoint_steps: Accepted time steps between checkpoints.
    """

    every: float | None = None
    fraction: float = 0.1
    checkpoint_steps: int = 20

    def __post_init__(self) -> None:
        if self.every is not None:
            object.__setattr__(self, "every", positive(self.every, "s", key="output.every"))
        if not 0 < number(self.fraction, "", key="output.fraction") <= 1:
            raise InputError(
                f"output.fraction: got {self.fraction:g}, expected more than 0, up to 1"
            )
        check_is(self.checkpoint_steps, int, "output.checkpoint_steps", "a whole number")


@dataclass(frozen=True)
class StepReport:
    """Where a run stands, for a progress bar.

    Attributes:
        time: [s].
        voltage: Electrode potential [V].
        step_index: Protocol step, from 0.
        step_text: The step in the user's words.
        dt: Time step just taken [s].
        fraction: Share of the whole protocol done, an estimate between 0 and 1.
    """

    time: float
    voltage: float
    step_index: int
    step_text: str
    dt: float
    fraction: float
