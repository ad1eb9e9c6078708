"""What `[geometry]` may say: one table for each kind."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from .fields import Angle, Length, LengthOrTwo, LengthOrZero, Table, written
from .microstructures import (
    DiamondTable,
    FibreClothTable,
    FileName,
    GaussianRandomFieldTable,
    GyroidTable,
    ImageTable,
    InverseOpalTable,
    MiecScaffoldTable,
    OverlappingSpheresTable,
    PorousFrameworkTable,
    SchwarzPTable,
)


class FilmTable(Table):
    """The planar reference: a flat layer on the collector."""

    kind: Literal["film"]
    thickness: Length
    width: Length | None = Field(None, description="side of the square piece that is meshed")
    headroom: Length | None = Field(
        None, description="electrolyte above the electrode; without it the electrode alone"
    )


class _ArrayTable(Table):
    """What arrays of standing poles share."""

    kind: str
    count: int = Field(1, ge=1, le=100_000, description="number of poles")
    length: Length
    placement: Literal["square", "hexagonal", "random"] = "square"
    gap: Length | None = Field(None, description="least distance between poles placed at random")
    seed: int = Field(0, ge=0, description="of the random placement")
    tilt: Angle = written("0 deg", description="angle from the collector's normal")
    headroom: Length | None = Field(
        None, description="electrolyte above the tips; without it the electrode alone"
    )


class NanowireArrayTable(_ArrayTable):
    """Round wires standing on the collector."""

    kind: Literal["nanowire-array"]
    radius: Length
    pitch: Length | None = Field(None, description="distance between neighbours")
    tip: Literal["flat", "rounded"] = "flat"
    symmetry: Literal["none", "quarter", "twelfth"] = Field(
        "none", description="mesh only this part of one pole of an endless array"
    )


class NanobeltArrayTable(_ArrayTable):
    """Flat belts standing on the collector."""

    kind: Literal["nanobelt-array"]
    width: Length
    thickness: Length
    pitch: LengthOrTwo | None = Field(None, description="one, or two: along width and thickness")
    tip: Literal["flat"] = "flat"
    edge_radius: LengthOrZero = written("0 nm", description="rounding of the edges")
    twist: Angle = written("0 deg", description="turn from root to tip")
    bend: Angle = written("0 deg", description="change of direction, root to tip")
    symmetry: Literal["none", "quarter"] = "none"


def _tag(given: object) -> object:
    if isinstance(given, bool) or not isinstance(given, int | str):
        raise ValueError(f"got {given!r}, expected a tag's number or a group's name in quotes")
    return given


Tag = Annotated[int | str, BeforeValidator(_tag)]


class RegionsTable(Table):
    """Which tag of the user's mesh is which region."""

    electrode: Tag = Field(description="the tag of these cells, such as 1")
    electrolyte: Tag | None = None


class BoundariesTable(Table):
    """Which tag of the user's mesh is which boundary."""

    interface: Tag | None = Field(None, description="the tag of these facets, such as 10")
    collector: Tag | None = None
    separator: Tag | None = None
    sides: Tag | None = None


class OwnMeshTable(Table):
    """A mesh of the user's own, with a table that says which tag is which."""

    kind: Literal["mesh"]
    file: FileName = Field(description="path beside the study file: .msh, .xdmf, .vtu")
    unit: Length = written("1 m", description="length of one mesh unit")
    regions: RegionsTable
    boundaries: BoundariesTable = Field(
        BoundariesTable(), description="what is left out is found by its place"
    )
    top: Literal["cut", "separator"] | None = Field(
        None, description="what unnamed facets of the electrode on the top plane are"
    )


Part = Annotated[
    FilmTable
    | NanowireArrayTable
    | NanobeltArrayTable
    | PorousFrameworkTable
    | GyroidTable
    | DiamondTable
    | SchwarzPTable
    | GaussianRandomFieldTable
    | FibreClothTable
    | InverseOpalTable
    | OverlappingSpheresTable,
    Field(discriminator="kind"),
]


class CombinationTable(Table):
    """A solid made of other solids, on one footprint."""

    kind: Literal["combination"]
    operation: Literal["union", "intersection", "difference", "shell"]
    parts: tuple[Part, ...] = Field(min_length=1, description="tables like [geometry]")
    shell: Length | None = Field(None, description="thickness of a shell")
    outwards: float = Field(0.5, ge=0, le=1, description="share of the shell outside the surface")
    porosity: float | None = Field(None, gt=0, lt=1)
    headroom: Length | None = None


Geometry = Annotated[
    FilmTable
    | NanowireArrayTable
    | NanobeltArrayTable
    | PorousFrameworkTable
    | MiecScaffoldTable
    | GyroidTable
    | DiamondTable
    | SchwarzPTable
    | GaussianRandomFieldTable
    | FibreClothTable
    | InverseOpalTable
    | OverlappingSpheresTable
    | CombinationTable
    | ImageTable
    | OwnMeshTable,
    Field(discriminator="kind"),
]

GEOMETRIES: dict[str, type[Table]] = {
    "film": FilmTable,
    "nanowire-array": NanowireArrayTable,
    "nanobelt-array": NanobeltArrayTable,
    "porous-framework": PorousFrameworkTable,
    "miec-scaffold": MiecScaffoldTable,
    "gyroid": GyroidTable,
    "diamond": DiamondTable,
    "schwarz-p": SchwarzPTable,
    "gaussian-random-field": GaussianRandomFieldTable,
    "fibre-cloth": FibreClothTable,
    "inverse-opal": InverseOpalTable,
    "overlapping-spheres": OverlappingSpheresTable,
    "combination": CombinationTable,
    "image": ImageTable,
    "mesh": OwnMeshTable,
}
"""Table of each `geometry.kind`."""

MICROSTRUCTURES = set(GEOMETRIES) - {"film", "nanowire-array", "nanobelt-array", "mesh"}
"""Kinds that a level set describes."""
