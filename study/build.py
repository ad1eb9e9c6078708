"""From what a study says to the objects that do it: each name meets its class here, once."""

from __future__ import annotations

import logging
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..errors import MaterialError, StudyError
from ..geometry.build_cad import Shape
from ..geometry.implicit import families
from ..geometry.implicit.combination import Combination
from ..geometry.implicit.framework import PorousFramework
from ..geometry.implicit.image import Image
from ..geometry.implicit.image_scale import given_or_told
from ..geometry.implicit.scaffold import MiecScaffold, scaffold
from ..geometry.shapes import Film, NanobeltArray, NanowireArray
from ..geometry.sizing import Sizing
from ..materials import library
from ..materials.equilibrium import Equilibrium, equilibrium
from ..materials.kinetics import ConstantExchange, RootExchange
from ..materials.laws import Constant, Formula
from ..materials.laws import Table as Tabulated
from ..materials.material import Material
from ..materials.origins import GIVEN
from ..solver.checks import Electrode
from ..solver.protocol import Protocol
from .build_plating import coat_thickness, conducts_ions, make_plating
from .fastest import diffusion_length
from .fields import Table
from .geometries import CombinationTable, OwnMeshTable
from .microstructures import ImageTable, MiecScaffoldTable
from .schema import GeometryStudy, MaterialTable, PlatingStudy, RunStudy, Study

if TYPE_CHECKING:
    from mpi4py import MPI

    from ..geometry.mesh import ElectrodeMesh
    from ..solver.plating.simulation import PlatingSimulation
    from ..solver.simulation import Simulation

log = logging.getLogger("nanotrode")

SHAPES: dict[str, type[Shape]] = {
    "film": Film,
    "nanowire-array": NanowireArray,
    "nanobelt-array": NanobeltArray,
    "porous-framework": PorousFramework,
    "miec-scaffold": MiecScaffold,
    "gyroid": families.Gyroid,
    "diamond": families.Diamond,
    "schwarz-p": families.SchwarzP,
    "gaussian-random-field": families.GaussianRandomField,
    "fibre-cloth": families.FibreCloth,
    "inverse-opal": families.InverseOpal,
    "overlapping-spheres": families.OverlappingSpheres,
    "combination": Combination,
    "image": Image,
}


def make_shape(study: GeometryStudy) -> Shape | None:
    """The shape to mesh; None where the user brings a mesh.

    Raises:
        ShapeError: The shape is impossible, or its poles overlap.
    """
    if isinstance(study.geometry, OwnMeshTable):
        return None
    return _shape(study.geometry)


def _shape(table: Table) -> Shape:
    values = _given(table, leave_out=("kind", "preset", "parts"))
    if isinstance(table, CombinationTable):
        values["parts"] = tuple(map(_shape, table.parts))
    if isinstance(table, MiecScaffoldTable) and table.preset:
        said = {"width", "headroom"} if table.preset == "Cu foil" else table.model_fields_set
        return scaffold(table.preset, **{key: values[key] for key in said if key in values})
    if isinstance(table, ImageTable):
        values["voxel"] = given_or_told(table.file, values.get("voxel"))
    return SHAPES[table.kind](**values)  # type: ignore[attr-defined]


def element_order(study: GeometryStudy) -> int:
    """1 or 2; by default 2 where the surface is known to the last digit, else 1."""
    if isinstance(study, PlatingStudy):
        return 1
    by_closed_form = SHAPES.get(study.geometry.kind) in (Film, NanowireArray, NanobeltArray)
    return study.mesh.order or (2 if by_closed_form else 1)


def whole_electrode(shape: Shape | None, material: Material) -> Electrode:
    """What the protocol's amounts are counted by; without a shape its size is not known yet."""
    if shape is None:
        return Electrode(material)
    return Electrode(
        material,
        volume=_times(shape.electrode_volume, shape.multiplicity),
        footprint=shape.footprint * shape.multiplicity,
    )


def _times(volume: float | None, copies: float) -> float | None:
    return None if volume is None else volume * copies


def given_sizing(study: GeometryStudy) -> Sizing:
    """Element sizes as far as the study gives them.

    Raises:
        ShapeError: They make no sense.
    """
    return Sizing(**_given(study.mesh, leave_out=("order",)))


def make_sizing(study: GeometryStudy) -> Sizing:
    """The given element sizes, and how far ions get in the protocol's fastest step, if any."""
    if not isinstance(study, Study):
        return given_sizing(study)
    shape = make_shape(study)
    electrode = whole_electrode(shape, make_material(study))
    thickness = shape.thickness if isinstance(shape, Film) else None
    length = diffusion_length(make_protocol(study).steps, electrode, thickness=thickness)
    return replace(given_sizing(study), diffusion_length=length)


def make_mesh(study: GeometryStudy, sizing: Sizing | None = None) -> ElectrodeMesh:
    """Mesh the shape unless that was done before, or read the user's own mesh.

    Args:
        study: What is asked.
        sizing: Element sizes in place of the study's.

    Raises:
        MeshError: The mesh cannot be made or read.
    """
    table = study.geometry
    if isinstance(table, OwnMeshTable):
        from ..geometry.mesh import ElectrodeMesh

        log.info("reading %s", table.file)
        return ElectrodeMesh.from_file(
            table.file,
            regions=_given(table.regions),
            boundaries=_given(table.boundaries),
            unit=float(table.unit),
            top=table.top,
        )
    from ..geometry.cache import build_or_find

    shape = make_shape(study)
    assert shape is not None
    sizing = sizing or make_sizing(study)
    made = build_or_find(shape, sizing=sizing, order=element_order(study))
    if made.found is not None:
        log.info("the mesh was made before: %s", made.found)
    else:
        log.info("meshed %s in %.1f s", table.kind, made.seconds)
    return made.mesh


def attached_part(study: RunStudy, mesh: ElectrodeMesh) -> ElectrodeMesh:
    """A mesh without what takes no part in the run, with the coat of the study's anode.

    Raises:
        InputError: No electrode touches the collector, or no electrolyte the separator.
    """
    from ..geometry.attachment import attached
    from ..geometry.coat import coated

    if not isinstance(study, PlatingStudy):
        return attached(mesh, pores=True)
    part, coat = attached(mesh, pores=not conducts_ions(study)), coat_thickness(study)
    return part if coat is None else coated(part, coat)


def make_material(study: Study) -> Material:
    """The card, with the study's own values in place of the card's.

    Raises:
        MaterialError: There is no such card, or it is at fault.
    """
    table = study.material
    card = library.load(
        table.name or table.file or "",
        temperature=float(study.temperature),
        electrode=table.electrode,
    )
    changes: dict[str, Any] = {"kinetics": _kinetics(table, card)}
    if table.diffusivity is not None:
        changes["diffusivity"] = Constant(float(table.diffusivity))
    elif table.diffusivity_factor is not None:
        assert isinstance(card.diffusivity, Constant | Formula | Tabulated)  # as cards hold
        changes["diffusivity"] = card.diffusivity.scaled(table.diffusivity_factor)
    if table.electronic_conductivity is not None:
        changes["electronic_conductivity"] = float(table.electronic_conductivity)
    changed = {
        key.removesuffix("_factor")
        for key in _given(table)
        if key not in ("name", "file", "electrode")
    }
    given = {"diffusivity": table.diffusivity}
    given["kinetics"] = table.rate_constant or table.exchange_current_density
    changes["isothermal"] = card.isothermal - {key for key in given if given[key] is not None}
    changes["sources"] = {**card.sources, **dict.fromkeys(changed, GIVEN)}
    # what the study gives is meant: its range on the card is another number's
    replaced = {**dict.fromkeys(changed), **{f"{key}.factor": None for key in changed}}
    if given["kinetics"] is not None:
        replaced |= dict.fromkeys(("rate_constant", "exchange_current_density"))
    changes["ranges"] = {k: ends for k, ends in card.ranges.items() if k not in replaced}
    return card.replace(**changes)


def material_ranges(study: Study) -> dict[str, tuple[float, float]]:
    """Between what the card says that its numbers lie, by the study's key for each [SI]."""
    ranges = make_material(study).ranges
    names = {key: key.replace("diffusivity.factor", "diffusivity_factor") for key in ranges}
    return {
        f"material.{names[key]}": ends
        for key, ends in ranges.items()
        if names[key] in MaterialTable.model_fields
    }


def _kinetics(table: MaterialTable, card: Material) -> Any:
    changes: dict[str, Any] = {
        key: value for key in ("alpha_a", "alpha_c") if (value := getattr(table, key)) is not None
    }
    if table.exchange_current_density is not None:
        changes["exchange_current"] = ConstantExchange(float(table.exchange_current_density))
    if table.rate_constant is not None:
        changes["exchange_current"] = RootExchange(float(table.rate_constant))
    return replace(card.kinetics, **changes)


def make_protocol(study: RunStudy) -> Protocol:
    """The steps of all blocks, repeats included."""
    return Protocol.join(
        *(Protocol.from_text(table.steps, repeat=table.repeat) for table in study.protocol)
    )


def initial_state(study: Study, material: Material) -> Equilibrium:
    """The stoichiometry at the start, as given or where the given potential is in equilibrium.

    Raises:
        StudyError: It is outside what the material's card allows, or not told by the potential.
    """
    x_min, x_max = material.stoichiometry_limits
    given = study.initial.stoichiometry
    if given is None:
        try:
            return equilibrium(material, float(study.initial.voltage or 0.0))
        except MaterialError as error:
            raise StudyError(f"voltage: {error}") from None
    if not x_min <= given <= x_max:
        raise StudyError(
            f"stoichiometry: {given:g} is outside what {material.name} can have; "
            f"expected {x_min:g} (delithiated) to {x_max:g} (lithiated)"
        )
    return Equilibrium(given)


def make_simulation(
    study: RunStudy, mesh: ElectrodeMesh | None, *, comm: MPI.Comm | None = None
) -> Simulation | PlatingSimulation:
    """The simulation that the study asks for, ready to run.

    Args:
        study: What is asked.
        mesh: The mesh; only rank 0 needs it.
        comm: The ranks to spread over, or None for this process alone.
    """
    if isinstance(study, PlatingStudy):
        return make_plating(study, mesh, protocol=make_protocol(study), comm=comm)
    assert isinstance(study, Study)
    return make_insertion(study, mesh, comm=comm)


def make_insertion(
    study: Study, mesh: ElectrodeMesh | None, *, comm: MPI.Comm | None = None
) -> Simulation:
    """The simulation of an insertion electrode; see `make_simulation`."""
    from ..solver.settings import OutputPlan, SolverSettings
    from ..solver.simulation import Simulation

    material = make_material(study)
    start = initial_state(study, material)
    every = study.output.every
    max_step = study.solver.max_step
    return Simulation(
        mesh,
        material,
        protocol=make_protocol(study),
        initial_stoichiometry=start.stoichiometry,
        remarks=start.remarks,
        temperature=float(study.temperature),
        c_e=float(study.electrolyte.concentration),
        settings=SolverSettings(
            tolerance=study.solver.tolerance,
            newton_tolerance=study.solver.newton_tolerance,
            max_step=math.inf if max_step is None else float(max_step),
            reduced=study.solver.reduced,
            reduced_tolerance=study.solver.reduced_tolerance,
        ),
        output=OutputPlan(
            every=None if every is None else float(every), fraction=study.output.fraction
        ),
        comm=comm,
    )


def _given(table: Any, *, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """The values of a table that are there, quantities as plain numbers."""
    values = {key: getattr(table, key) for key in type(table).model_fields if key not in leave_out}
    return {key: _plain(value) for key, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if isinstance(value, Table):
        return _given(value)
    return float(value) if isinstance(value, float) else value
