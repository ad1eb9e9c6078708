"""What `[sweep]` may say."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from ..cases.schema import CasesTable
from ..fields import Table

SAMPLED = ("sobol", "latin-hypercube")


class SweepTable(CasesTable):
    """A study over many values of its keys."""

    over: dict[str, Any] = Field(
        default_factory=dict,
        description="key = a list of values, or a range such as "
        '{ from = "50 nm", to = "200 nm", steps = 4 }',
    )
    mode: Literal["grid", "zip", "sobol", "latin-hypercube"] = "grid"
    samples: int | None = Field(None, ge=1, le=100_000, description="number of cases, sampled")
    seed: int = Field(0, ge=0, description="of the samples")
    error: bool = Field(
        False, description="run each case on a coarser mesh and with looser steps too"
    )
    impossible: Literal["refuse", "skip"] = Field(
        "refuse", description="what to do where no such study is possible: poles that overlap"
    )

    @model_validator(mode="after")
    def _samples_where_sampled(self) -> SweepTable:
        if (self.mode in SAMPLED) != (self.samples is not None):
            raise ValueError(
                f'mode = "{self.mode}" needs samples, such as samples = 32'
                if self.mode in SAMPLED
                else f'samples has no meaning with mode = "{self.mode}"; '
                'expected mode = "sobol" or "latin-hypercube" beside it'
            )
        return self


class UncertainTable(Table):
    """What is varied beside the study's own values, since nobody knows it better."""

    over: dict[str, Any] = Field(
        default_factory=dict,
        description="key = a range, beside those that the cards give or in their place",
    )
    fixed: tuple[str, ...] = Field(
        (), description='keys that keep their value, such as "plating.coverage_thickness"'
    )
    seeds: int = Field(
        5, ge=1, le=1000, description="structures of one kind where the geometry is random"
    )
    samples: int | None = Field(
        None, ge=2, le=100_000, description="cases with everything varied at once, in place of ends"
    )
