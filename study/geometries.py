"""What `[geometry]` may say: one table for each kind."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from .fields import Angle, Length, LengthOrTwo, LengthOrZero, LengthRange, Table, written

FileName = Annotated[str, Field(min_length=1, pattern=r"^[^\x00-\x1f]+$")]


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

    interface: Tag = Field(description="the tag of these facets, such as 10")
    collector: Tag | None = None
    separator: Tag | None = None
    sides: Tag | None = None


class OwnMeshTable(Table):
    """A mesh of the user's own, with a table that says which tag is which."""

    kind: Literal["mesh"]
    file: FileName = Field(description="path beside the study file: .msh, .xdmf, .vtu")
    unit: Length = written("1 m", description="length of one mesh unit")
    regions: RegionsTable
    boundaries: BoundariesTable


class PorousFrameworkTable(Table):
    """A sintered layer of flat particles around the round pores of a burnt-out porogen."""

    kind: Literal["porous-framework"]
    thickness: Length
    width: LengthOrTwo = Field(description="side of the piece that is meshed, or its two sides")
    particle_size: LengthRange = written(
        ("5 um", "8 um"), description="smallest and largest Feret diameter of the particles"
    )
    aspect_ratio: tuple[float, float] = Field(
        (2.2, 3.8), description="smallest and largest diameter over thickness"
    )
    pore_size: LengthRange = written(
        ("5 um", "10 um"), description="smallest and largest diameter of the porogen's spheres"
    )
    porogen: float = Field(0.22, ge=0, lt=1, description="share of the box that they take")
    porosity: float = Field(0.46, gt=0.1, lt=0.9, description="connected porosity")
    sides: Literal["periodic", "symmetric"] = "periodic"
    smoothing: Length | None = Field(None, description="rounding of edges and necks")
    seed: int = Field(0, ge=0, description="of the random placement")
    headroom: Length | None = Field(
        None, description="electrolyte above the layer; without it the solid alone"
    )


class MiecScaffoldTable(PorousFrameworkTable):
    """A porous framework with a conducting coating on its surface."""

    kind: Literal["miec-scaffold"]  # type: ignore[assignment]
    coating: Length | None = written("100 nm", description="thickness of the coating")
    coverage: float = Field(1.0, ge=0, le=1, description="share of the surface that is coated")
    patch: Length = written("2 um", description="width of the coated patches")
    coating_seed: int = Field(0, ge=0, description="of where the patches lie")
    particles: Literal["active", "inert"] = "active"


Span = tuple[int, int]
Values = int | tuple[int, ...]


class LabelsTable(Table):
    """Which grey values of a segmented image are which region."""

    electrode: Values = Field(description="a grey value, or a list of them, such as 85")
    electrolyte: Values = Field(description="a grey value, or a list of them, such as 0")
    binder: Values | None = None
    additive: Values | None = None


class ImageTable(Table):
    """An electrode from its tomogram."""

    kind: Literal["image"]
    file: FileName = Field(description="path beside the study file: .tif, .npy, raw, or a folder")
    voxel: Length = Field(description="edge of a voxel")
    labels: LabelsTable | None = Field(None, description="which grey value is which region")
    threshold: float | None = Field(None, description="instead: above it is electrode")
    axes: Literal["zyx", "zxy", "yzx", "yxz", "xzy", "xyz"] = Field(
        "zyx", description="what pages, rows and columns of the file are"
    )
    upside_down: bool = Field(False, description="whether the last page is on the collector")
    crop: tuple[Span, Span, Span] | None = Field(
        None, description="first voxel and the one after the last, along x, y and z"
    )
    smoothing: float = Field(0.6, ge=0.3, le=10, description="of the voxels' corners [voxels]")
    raw_shape: tuple[int, int, int] | None = Field(None, description="of a raw file")
    raw_type: str | None = Field(None, description='of a raw file, such as "uint8"')
    headroom: Length | None = Field(None, description="electrolyte above the image")


Geometry = Annotated[
    FilmTable
    | NanowireArrayTable
    | NanobeltArrayTable
    | PorousFrameworkTable
    | MiecScaffoldTable
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
    "image": ImageTable,
    "mesh": OwnMeshTable,
}
"""Table of each `geometry.kind`."""
