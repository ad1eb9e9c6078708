"""What `nanotrode describe` measures of a study's mesh, a run's mesh or an image."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._files import check_target, write_text
from ..errors import InputError
from ..geometry import descriptors
from ..geometry.tags import REGIONS
from ..geometry.voxels import Voxels, rasterise
from .forecast import forecast_image, forecast_mesh
from .image_words import in_flags, read_words, refuse_words
from .stages import Stages
from .transport import Found, find_transport, finite, to_plain

if TYPE_CHECKING:
    from ..geometry.mesh import ElectrodeMesh

log = logging.getLogger("nanotrode")

IMAGES = (".tif", ".tiff", ".npy", ".raw")

_MOST_VOXELS = 2_000_000
"""That a mesh is drawn on; finer than half its elements is of no use."""

_LEAST_ACROSS = 32


@dataclass(frozen=True)
class Structure:
    """What is to be described.

    Attributes:
        name: What it is called.
        voxels: Its regions, from the collector to the top of its solids.
        mesh: Its mesh; None for an image.
        shape: What was meshed, where that is known.
    """

    name: str
    voxels: Voxels
    mesh: ElectrodeMesh | None = None
    shape: object | None = None

    @property
    def height(self) -> float:
        """Of the part that is described [m]."""
        return self.voxels.size[2]


@dataclass(frozen=True)
class Description:
    """All that was measured.

    Attributes:
        structure: Of what.
        measures: Porosity, surface, sizes, percolation.
        transport: Effective transport along x, y and z.
        particle_sizes: Largest Feret diameters, where the shape knows its particles.
    """

    structure: Structure
    measures: descriptors.Descriptors
    transport: Found
    particle_sizes: descriptors.Sizes | None = None


def run_describe(
    source: Path, about: dict[str, Any], out: Path | None, overrides: Sequence[str]
) -> list[Path]:
    """Describe what the command line names, print the table; the files written.

    Args:
        source: A study file, a run's folder or an image.
        about: What the command line says of an image, in its words.
        out: Folder for the files; by default that of the source.
        overrides: Of a study's keys.
    """
    from .show_structure import show, tell_size

    image = is_image(source)
    if image and not source.exists() and not any(sign in source.name for sign in "*?["):
        raise InputError(f"{source}: no such file")
    if not image:
        refuse_words(about, source)
    if overrides and (image or source.is_dir()):
        raise InputError(f"--set {overrides[0]}: changes a study file, and '{source}' is none")
    within = source if source.is_dir() and not image else source.parent
    name = "describe" if out or within == source else f"{source.stem}.describe"
    check_target((out or within) / f"{name}.json")
    with Stages(show=True) as stages:
        stages.at("reading")
        if image:
            with in_flags():
                structure = of_image(source, **read_words(about))
            tags = structure.voxels.tags
            tell_size(forecast_image(tags.shape, len(structure.voxels.regions)))
        else:
            structure = of_path(source, overrides, stages=stages)
        found = describe(structure, stages=stages)
    show(found)
    written = write(found, (out or within) / name)
    if structure.mesh is None:
        return written
    return written + _pictures(structure.mesh, out or within, name)


def is_image(source: Path) -> bool:
    """Whether a path names an image: by its suffix, or a folder or a pattern of slices."""
    if source.suffix.lower() in IMAGES:
        return True
    return source.is_dir() and any(p.suffix.lower() in (".tif", ".tiff") for p in source.iterdir())


def _pictures(mesh: ElectrodeMesh, folder: Path, name: str) -> list[Path]:
    """The mesh in three dimensions; where nothing can be drawn, the table must do."""
    from ..postprocess.opengl import RenderingError
    from ..postprocess.render_mesh import render_mesh

    try:
        return render_mesh(mesh, folder, name=name)
    except RenderingError as error:
        log.warning("%s", error)
        return []


def of_image(path: Path, **about: Any) -> Structure:
    """An image as a structure; `about` as `Image` takes it."""
    from ..geometry.implicit.image import Image
    from ..geometry.implicit.image_scale import given_or_told

    voxel = given_or_told(str(path), about.pop("voxel"), key="--voxel")
    shape = Image(file=str(path), voxel=voxel, **about)
    return Structure(path.stem, shape.voxels, shape=shape)


def of_mesh(name: str, mesh: ElectrodeMesh, shape: object | None = None) -> Structure:
    """A mesh as a structure, as high as its solids.

    Raises:
        InputError: It does not stand in a box, or not in one that is known.
    """
    outline = np.asarray(getattr(shape, "corners", mesh.points[:, :2]))
    base = np.ptp(outline, axis=0)
    if abs(mesh.footprint / float(base.prod()) - 1.0) > 1e-6:
        raise InputError(
            f"{name}: its footprint is no rectangle that is known; describe needs symmetry = "
            '"none", or the study file instead of the folder if the electrode was meshed alone'
        )
    solid = mesh.points[mesh.cells[mesh.cell_tags != REGIONS["electrolyte"]]]
    height = float(solid[..., 2].max() - mesh.points[:, 2].min())
    voxels = rasterise(
        mesh,
        _spacing(mesh, (float(base[0]), float(base[1]), height)),
        outline=outline,
        height=height,
        periodic=bool(mesh.shape.get("periodic", False)),
    )
    return Structure(name, voxels, mesh, shape)


def of_path(
    source: Path, overrides: Sequence[str] = (), *, stages: Stages | None = None
) -> Structure:
    """A study file or a run's folder as a structure.

    Raises:
        InputError: It is neither.
    """
    from ..geometry.mesh import ElectrodeMesh
    from .build import make_mesh, make_shape, make_sizing
    from .loading import load_geometry
    from .show_structure import tell_size

    if source.is_dir():
        mesh_file = source / "mesh.msh"
        if not mesh_file.exists():
            raise InputError(
                f"{source}: holds no mesh.msh; expected a study file, a run's folder or an image "
                f"({', '.join(IMAGES)})"
            )
        return of_mesh(source.name, ElectrodeMesh.load(mesh_file))
    study = load_geometry(source, overrides)
    shape = make_shape(study)
    if stages is not None:
        tell_size(forecast_mesh(shape, make_sizing(study), described=True))
        stages.at("meshing")
    mesh = make_mesh(study)
    if stages is not None:
        stages.at("drawing the mesh on voxels")
    return of_mesh(study.name or source.stem, mesh, shape)


def describe(structure: Structure, *, stages: Stages | None = None) -> Description:
    """Measure everything, telling how far that is."""
    stages = stages or Stages(show=False)
    stages.at("pieces and surfaces")
    measures = descriptors.measure(
        structure.voxels, tell=lambda what: stages.at(f"local thickness of the {what}")
    )
    measures = _as_meshed(measures, structure)
    transport = find_transport(structure, stages)
    return Description(structure, measures, transport, _particles(structure.shape))


def _as_meshed(measures: descriptors.Descriptors, structure: Structure) -> descriptors.Descriptors:
    """A mesh's own volumes and areas instead of those of the voxels it was drawn on."""
    mesh = structure.mesh
    if mesh is None or "interface" not in mesh.names:
        return measures
    volume = mesh.footprint * structure.height
    solids = [name for name in REGIONS if name in mesh.names and name != "electrolyte"]
    porosity = 1.0 - sum(map(mesh.volume, solids)) / volume
    if abs(porosity) < 1e-9:  # but for rounding
        porosity = 0.0
    bare = mesh.area("interface")
    bound = mesh.area("binder-surface") if "binder-surface" in mesh.names else 0.0
    x, y = np.ptp(mesh.points[:, :2], axis=0)
    return measures._replace(
        size=(float(x), float(y), structure.height),
        porosity=porosity,
        connected_porosity=porosity * measures.connected_porosity / (measures.porosity or 1.0),
        interface=bare / volume,
        specific_surface=(bare + bound) / volume,
    )


def _particles(shape: object | None) -> descriptors.Sizes | None:
    """Largest Feret diameters of a shape that knows its particles."""
    diameters = getattr(shape, "particle_diameters", None)
    if diameters is None:
        return None
    return descriptors.percentiles(np.asarray(diameters() if callable(diameters) else diameters))


def _spacing(mesh: ElectrodeMesh, size: tuple[float, float, float]) -> float:
    """Edge of the voxels that a mesh is drawn on [m]."""
    edges = mesh.points[mesh.facets[:, 1]] - mesh.points[mesh.facets[:, 0]]
    fine = 0.5 * float(np.median(np.linalg.norm(edges, axis=1)))
    affordable = float(np.prod(size) / _MOST_VOXELS) ** (1 / 3)
    return max(min(fine, min(size) / _LEAST_ACROSS), affordable)


def to_json(found: Description) -> dict[str, Any]:
    """The description as plain numbers; lengths [m], specific surface [1/m]."""
    values = found.measures._asdict()
    values["phases"] = {
        name: phase._asdict()
        | {"thickness": {key: finite(value) for key, value in phase.thickness._asdict().items()}}
        | {"widths": {key: [*map(finite, each)] for key, each in phase.widths._asdict().items()}}
        for name, phase in found.measures.phases.items()
    }
    values["transport"] = to_plain(found.transport)
    if found.particle_sizes is not None:
        values["particle_sizes"] = found.particle_sizes._asdict()
    return {"name": found.structure.name, **values}


def write(found: Description, stem: Path) -> list[Path]:
    """Write `<stem>.json` and the sheet `<stem>.png`."""
    from ..postprocess.structure import Widths, plot_structure

    data, sheet = stem.with_name(f"{stem.name}.json"), stem.with_name(f"{stem.name}.png")
    write_text(data, json.dumps(to_json(found), indent=2) + "\n")
    voxels = found.structure.voxels
    plot_structure(
        sheet,
        section=voxels.tags[:, voxels.tags.shape[1] // 2],
        spacing=1e6 * voxels.spacing,
        widths={
            region: Widths(1e6 * np.array(phase.widths.diameters), np.array(phase.widths.shares))
            for region, phase in found.measures.phases.items()
        },
        edge=1e6 * descriptors.least_edge(voxels),
        diffusivities={
            region: [one.diffusivity for one in several]
            for region, several in found.transport.values.items()
        },
        title=found.structure.name,
    )
    return [data, sheet]
