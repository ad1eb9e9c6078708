"""Tables of a study in which lithium is plated: what the host is made of."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from .fields import Barrier, Conductivity, CurrentDensity, Length, Table, Time

Card = str


class PlatingTable(Table):
    """An anode by name, or its materials one by one, with single values replaced."""

    anode: Literal["LLTO@CNT", "LLTO", "CNT", "Cu foil"] | None = Field(
        None, description="all materials at once; else the geometry's preset, if it has one"
    )
    solid: Card | None = Field(None, min_length=1, description="card of the host's body")
    coat: Card | None = Field(
        None, min_length=1, description='card of the coat; "none" leaves a host bare'
    )
    collector: Card = Field("Cu", min_length=1, description="card of the metal under it")
    electrolyte: Card = Field("LHCE", min_length=1, description="card of the electrolyte")
    deposit: Card = Field("Li", min_length=1, description="card of the plated metal")
    side_reaction: Card | None = Field(
        None, min_length=1, description="card of a reaction beside the plating: a stated input"
    )
    salt: bool = Field(False, description="whether the electrolyte's concentration is resolved")
    lithiation: bool = Field(
        False, description="whether lithium also enters the body, where its card tells how"
    )
    initial_content: float | None = Field(
        None,
        ge=0,
        le=1,
        description="share of the body's lattice that is full at the start; empty if left out",
    )
    ionic_conductivity: Conductivity | None = Field(None, description="of the body")
    electronic_conductivity: Conductivity | None = Field(None, description="of the body")
    coat_thickness: Length | None = Field(
        None,
        description="of the anode's coat, which covers the whole surface where the geometry has no "
        "coating of its own; 100 nm if left out",
    )
    coat_conductivity: Conductivity | None = Field(None, description="along the coat")
    electrolyte_conductivity: Conductivity | None = None
    nucleation_barrier: Barrier | None = Field(
        None,
        description="of the host's surface, coated or bare: overpotential before lithium forms",
    )
    collector_barrier: Barrier | None = None
    exchange_current_density: CurrentDensity | None = Field(None, description="of lithium")
    coverage_thickness: Length | None = Field(
        None, description="mean thickness of the deposit that covers all but 1/e of a surface"
    )
    barrier_law: Literal["kinetic", "equilibrium"] | None = Field(
        None,
        description="what the barriers are: a hindrance to nucleation, or, to compare with, a "
        "shift of the equilibrium that stripping gives back; the deposit card's if left out",
    )

    @model_validator(mode="after")
    def _one_source(self) -> PlatingTable:
        if self.anode is not None and (self.solid is not None or self.coat is not None):
            raise ValueError("'anode' names all materials; leave out solid and coat, or the anode")
        return self

    @model_validator(mode="after")
    def _content_of_a_lattice(self) -> PlatingTable:
        if self.initial_content is not None and not self.lithiation:
            raise ValueError("'initial_content' is that of a lattice; add lithiation = true")
        return self


class PlatingSolverTable(Table):
    """How exact."""

    tolerance: float = Field(
        0.02,
        gt=0,
        lt=1,
        description="error of the deposit in one time step, over its mean; a fiftieth is allowed "
        "to salt and lattice",
    )
    max_step: Time | None = Field(None, description="longest time step")
