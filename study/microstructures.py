"""Tables of `[geometry]` for microstructures: packed, by a formula, at random or from an image."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ..geometry.implicit.scaffold import PRESETS
from .fields import FILE_NAME, Length, LengthOrTwo, LengthRange, Table, written

FileName = Annotated[str, Field(min_length=1, pattern=FILE_NAME)]
Sides = Literal["periodic", "symmetric"]
Number = Annotated[int, Field(le=1_000_000)]
Cells = tuple[Number, Number, Annotated[float, Field(le=1_000_000)]]
Span = tuple[int, int]
Values = int | tuple[int, ...]


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
    sides: Sides = "periodic"
    smoothing: Length | None = Field(None, description="rounding of edges and necks")
    seed: int = Field(0, ge=0, description="of the random placement")
    headroom: Length | None = Field(
        None, description="electrolyte above the layer; without it the solid alone"
    )


class MiecScaffoldTable(PorousFrameworkTable):
    """A porous framework with a conducting coating on its surface."""

    kind: Literal["miec-scaffold"]  # type: ignore[assignment]
    preset: Literal["LLTO@CNT", "LLTO", "CNT", "Cu foil"] | None = Field(
        None, description="an anode of the comparison; of 'Cu foil' only width and headroom count"
    )
    coating: Length | None = written("100 nm", description="thickness of the coating")
    coverage: float = Field(1.0, ge=0, le=1, description="share of the surface that is coated")
    patch: Length = written("2 um", description="width of the coated patches")
    coating_seed: int = Field(0, ge=0, description="of where the patches lie")
    particles: Literal["active", "inert"] = "active"

    @model_validator(mode="before")
    @classmethod
    def _as_the_preset_says(cls, given: Any) -> Any:
        """What a preset says is written down with the rest, so that a copy says the same."""
        if not isinstance(given, dict):
            return given
        return PRESETS.get(str(given.get("preset")), {}) | given


class _MinimalSurfaceTable(Table):
    """What triply periodic minimal surfaces share."""

    kind: str
    cell: Length = Field(description="period of the structure")
    repeats: Cells = Field((1, 1, 1), description="cells along x, y and z; along z also parts")
    form: Literal["solid", "sheet"] = Field(
        "solid", description="one side of the surface, or a sheet along it"
    )
    porosity: float = Field(0.5, gt=0.02, lt=0.98)
    headroom: Length | None = None


class GyroidTable(_MinimalSurfaceTable):
    """A gyroid: three-way channels without straight walls."""

    kind: Literal["gyroid"]


class DiamondTable(_MinimalSurfaceTable):
    """A diamond surface: four-way channels."""

    kind: Literal["diamond"]


class SchwarzPTable(_MinimalSurfaceTable):
    """Schwarz' primitive surface: straight channels along x, y and z."""

    kind: Literal["schwarz-p"]


class GaussianRandomFieldTable(Table):
    """Two interwoven phases: a random field cut at a level."""

    kind: Literal["gaussian-random-field"]
    width: LengthOrTwo
    thickness: Length
    correlation_length: Length
    porosity: float = Field(0.5, gt=0.1, lt=0.9)
    sides: Sides = "periodic"
    seed: int = Field(0, ge=0)
    headroom: Length | None = None


class FibreClothTable(Table):
    """Carbon cloth: bundles of fibres in plain weave."""

    kind: Literal["fibre-cloth"]
    diameter: Length = written("7 um", description="of a fibre")
    fibres: int = Field(3, ge=1, le=10_000, description="in a bundle")
    layers: int = Field(2, ge=1, le=1_000_000)
    repeats: tuple[Number, Number] = Field((1, 1), description="pairs of bundles along x and y")
    pitch: Length | None = Field(None, description="from bundle to bundle")
    porosity: float | None = Field(None, gt=0.2, lt=0.95, description="instead of the pitch")
    headroom: Length | None = None


class InverseOpalTable(Table):
    """The gaps of close-packed spheres, filled, the spheres gone."""

    kind: Literal["inverse-opal"]
    diameter: Length = Field(description="of the spherical pores")
    repeats: Cells = Field((1, 1, 1), description="cubic cells along x, y and z")
    overlap: float | None = Field(None, gt=0, lt=0.25, description="of neighbours, of the diameter")
    porosity: float | None = Field(None, gt=0.74, lt=0.97, description="instead of the overlap")
    headroom: Length | None = None


class OverlappingSpheresTable(Table):
    """Equal spheres thrown at random."""

    kind: Literal["overlapping-spheres"]
    diameter: Length
    width: LengthOrTwo
    thickness: Length
    porosity: float = Field(0.5, gt=0, lt=1)
    spheres: Literal["solid", "pores"] = Field("solid", description="what the spheres are")
    sides: Sides = "periodic"
    seed: int = Field(0, ge=0)
    headroom: Length | None = None


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
    voxel: Length | None = Field(
        None, description="edge of a voxel; left out, a TIFF file's own scale is taken"
    )
    labels: LabelsTable | None = Field(None, description="which grey value is which region")
    threshold: float | None = Field(
        None, allow_inf_nan=False, description="instead: above it is electrode"
    )
    axes: Literal["zyx", "zxy", "yzx", "yxz", "xzy", "xyz"] = Field(
        "zyx", description="what pages, rows and columns of the file are"
    )
    upside_down: bool = Field(False, description="whether the last page is on the collector")
    crop: tuple[Span, Span, Span] | None = Field(
        None, description="first voxel and the one after the last, along x, y and z"
    )
    smoothing: float = Field(
        0.6, ge=0, le=10, description="of the voxels' corners [voxels]; 0 keeps their faces"
    )
    raw_shape: tuple[int, int, int] | None = Field(None, description="of a raw file")
    raw_type: str | None = Field(None, description='of a raw file, such as "uint8"')
    headroom: Length | None = Field(None, description="electrolyte above the image")
    top: Literal["cut", "separator"] | None = Field(
        None, description="whether the electrode goes on above the image or ends, and reacts, there"
    )
    bottom: Literal["collector", "cut"] = Field(
        "collector",
        description="whether pores end below at bare collector, which plating sees, or go on there",
    )
