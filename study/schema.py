"""What a study file may say: one pydantic model, which also prints as a JSON schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, model_validator

from .._messages import quoted
from ..solver.sentence import NOT_A_TEXT
from .fields import (
    RUN_NAME,
    Concentration,
    Conductivity,
    CurrentDensity,
    Diffusivity,
    Length,
    RateConstant,
    Table,
    Temperature,
    Time,
    Voltage,
    written,
)
from .geometries import Geometry
from .microstructures import FileName
from .optimise.schema import OptimiseTable
from .plating_tables import PlatingSolverTable, PlatingTable
from .sweep.schema import SweepTable, UncertainTable


class MeshTable(Table):
    """Element order and sizes; sizes are found from the shape where not given."""

    order: Literal[1, 2] | None = Field(
        None, description="1 straight, 2 curved; found from the geometry if left out"
    )
    segments: int | None = Field(
        None, ge=6, le=10_000, description="elements around a pole; a film's layers"
    )
    interface: Length | None = Field(None, description="element size at the interface")
    core: Length | None = Field(None, description="largest size inside the electrode")
    bulk: Length | None = Field(None, description="largest size in the electrolyte")
    growth: float = Field(0.5, ge=0.1, le=2, description="of the size over the distance")
    elongation: float | None = Field(
        None, ge=1, le=8, description="length of the elements along a pole over their width"
    )
    first_layer: Length | None = Field(
        None, description="thickness of the layer inside the interface; else by the protocol"
    )
    layers: int | None = Field(
        None, ge=0, le=100, description="number of layers from the interface inwards; 0: none"
    )
    refine: float = Field(
        1.0, ge=0.25, le=8, description="by what all sizes, given or found, are divided"
    )


class MaterialTable(Table):
    """A card by name, or the user's own card, with single values replaced."""

    name: str | None = Field(None, min_length=1, description="a card of `nanotrode materials`")
    file: FileName | None = Field(None, description="card (.toml) or BPX file (.json)")
    electrode: Literal["positive", "negative"] | None = Field(
        None, description="which electrode of a BPX file"
    )
    diffusivity: Diffusivity | None = None
    diffusivity_factor: float | None = Field(
        None, gt=0, le=1e6, description="by what the card's diffusivity is multiplied"
    )
    exchange_current_density: CurrentDensity | None = None
    rate_constant: RateConstant | None = None
    alpha_a: float | None = Field(None, gt=0)
    alpha_c: float | None = Field(None, gt=0)
    electronic_conductivity: Conductivity | None = Field(
        None,
        gt=0,
        description="of the solid, with its core or coat: what electrons would lose is told by it",
    )

    @model_validator(mode="after")
    def _one_source(self) -> MaterialTable:
        if (self.name is None) == (self.file is None):
            raise ValueError('give either a name (such as name = "NMC811") or a file')
        if self.electrode is not None and not (self.file or "").endswith(".json"):
            raise ValueError("'electrode' chooses from a BPX file (.json), and there is none")
        if self.diffusivity is not None and self.diffusivity_factor is not None:
            raise ValueError("give either diffusivity or diffusivity_factor, not both")
        if self.exchange_current_density is not None and self.rate_constant is not None:
            raise ValueError(
                "give either exchange_current_density (constant) or rate_constant, not both"
            )
        return self


class ElectrolyteTable(Table):
    """The electrolyte, uniform in this model."""

    concentration: Concentration = written("1 mol/L")


class InitialTable(Table):
    """The state at the start, at rest."""

    stoichiometry: float | None = Field(None, gt=0, lt=1)
    voltage: Voltage | None = Field(None, description="equilibrium potential to start from")

    @model_validator(mode="after")
    def _one_way(self) -> InitialTable:
        if (self.stoichiometry is None) == (self.voltage is None):
            raise ValueError('give either a stoichiometry (such as 0.05) or a voltage ("3.4 V")')
        return self


def _in_words(given: Any) -> Any:
    if not isinstance(given, str):
        raise ValueError(f"got {quoted(given)}; {NOT_A_TEXT}")
    return given


StepText = Annotated[str, BeforeValidator(_in_words)]


class ProtocolTable(Table):
    """Steps in words, done `repeat` times."""

    steps: tuple[StepText, ...] = Field(
        min_length=1, description='a list of steps, such as ["Rest for 10 minutes"]'
    )
    repeat: int = Field(1, ge=1, le=100_000)


class SolverTable(Table):
    """How exact, how fast."""

    tolerance: float = Field(1e-4, gt=0, lt=1, description="relative error of time stepping")
    newton_tolerance: float = Field(
        0.01, gt=0, lt=1, description="algebraic error left in a time step, over `tolerance`"
    )
    max_step: Time | None = Field(None, description="longest time step")
    reduced: bool = Field(False, description="in a sweep: learn from a few of its runs")
    reduced_tolerance: float = Field(
        0.005, gt=0, lt=1, description="estimated error above which a run is made in full"
    )


class OutputTable(Table):
    """How often the fields are written, beside the start and the end of each step."""

    every: Time | None = Field(None, description="time between two outputs of the fields")
    fraction: float = Field(
        0.1, gt=0, le=1, description="else the change of mean stoichiometry between two outputs"
    )
    pictures: bool = True
    report: bool = Field(True, description="write report.html at the end")


class GeometryStudy(Table):
    """What can be meshed and described: all of a study that has no material yet."""

    name: str = Field(
        "",
        max_length=100,
        pattern=RUN_NAME,
        description="of the run's folder; else the file's",
    )
    question: str = Field(
        "",
        max_length=4000,
        description="what is asked, for the report; else the comment at the head of the file",
    )
    geometry: Geometry
    mesh: MeshTable = Field(default_factory=MeshTable)
    sweep: SweepTable | None = Field(None, description="for `nanotrode sweep`: many cases")
    uncertain: UncertainTable | None = Field(
        None, description="for `nanotrode sweep`: the ranges of what is not known better"
    )
    optimise: OptimiseTable | None = Field(None, description="for `nanotrode optimise`")


class RunStudy(GeometryStudy):
    """What every study that is run has in common."""

    temperature: Temperature = written("25 degC")
    protocol: tuple[ProtocolTable, ...] = Field(min_length=1)
    output: OutputTable = Field(default_factory=OutputTable)


class Study(RunStudy):
    """A study of an insertion electrode, validated, in SI units."""

    material: MaterialTable
    electrolyte: ElectrolyteTable = Field(default_factory=ElectrolyteTable)
    initial: InitialTable
    solver: SolverTable = Field(default_factory=SolverTable)


class PlatingStudy(RunStudy):
    """A study of lithium plated on a host, validated, in SI units."""

    plating: PlatingTable
    solver: PlatingSolverTable = Field(default_factory=PlatingSolverTable)


RUN_STUDIES: tuple[type[RunStudy], ...] = (Study, PlatingStudy)


def kind_of(data: Mapping[str, Any]) -> type[Study] | type[PlatingStudy]:
    """What a study file asks for: its tables tell."""
    return PlatingStudy if "plating" in data else Study


def json_schema() -> str:
    """The JSON schema of a study file, as text."""
    adapter: TypeAdapter[Any] = TypeAdapter(Study | PlatingStudy)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(schema | adapter.json_schema(), indent=2) + "\n"
