"""What `[optimise]` may say."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from ..cases.schema import CasesTable


class OptimiseTable(CasesTable):
    """The best values of a study's keys."""

    objective: str = Field(
        min_length=1, description='a number of a run, such as "First discharge: utilisation [-]"'
    )
    goal: Literal["maximise", "minimise", "reach"] = Field(
        description='"reach" comes as near as it can to the target'
    )
    target: float | None = Field(
        None, allow_inf_nan=False, description="objective at which it is good enough"
    )
    within: float = Field(
        0.01, gt=0, description="how near to the target is reached, over the target"
    )
    over: dict[str, Any] = Field(
        min_length=1,
        description='key = a range such as { from = "50 nm", to = "200 nm" }, or a list of choices',
    )
    constraints: dict[str, Any] = Field(
        default_factory=dict,
        description="a number of a run = { at_most = 1.5 } or { at_least = 0.5 }",
    )
    budget: int = Field(50, ge=1, le=100_000, description="number of cases at most")
    method: Literal["bayesian", "evolutionary"] = "bayesian"
    seed: int = Field(0, ge=0, description="of the search")
    repeats: dict[str, Any] = Field(
        default_factory=dict,
        description="key = a list of seeds, over whose runs each case is averaged",
    )

    @model_validator(mode="after")
    def _something_to_reach(self) -> OptimiseTable:
        if self.goal == "reach" and self.target is None:
            raise ValueError('goal = "reach" needs a target, such as target = 0.9')
        return self
