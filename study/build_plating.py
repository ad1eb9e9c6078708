"""From what a plating study says to the objects that do it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..errors import StudyError
from ..materials import plating_library as library
from ..materials.origins import GIVEN
from ..materials.plating import Anode
from .microstructures import MiecScaffoldTable
from .plating_tables import PlatingTable
from .schema import PlatingStudy

if TYPE_CHECKING:
    from mpi4py import MPI

    from ..geometry.mesh import ElectrodeMesh
    from ..solver.plating.simulation import PlatingSimulation
    from ..solver.protocol import Protocol

BARE = "none"
TUBES = 100e-9
"""Thickness of a coat that nothing else tells [m]; assumed, as in the scaffold's presets."""


def make_anode(study: PlatingStudy) -> Anode:
    """The materials, with the study's own values in place of the cards'.

    Raises:
        MaterialError: There is no such card, or it is at fault.
        StudyError: Nothing says what the host is made of.
    """
    table = study.plating
    return _changed(_cards(study), table)


def card_names(study: PlatingStudy) -> tuple[str, ...]:
    """Names and paths of the cards that the study's anode is made of, each once."""
    table, recipe = study.plating, library.ANODES.get(_anode_name(study) or "")
    solid, coat = recipe or (table.solid, table.coat)
    named = (solid, coat, table.collector, table.electrolyte, table.deposit, table.side_reaction)
    return tuple(dict.fromkeys(name for name in named if name not in (None, BARE)))


def _anode_name(study: PlatingStudy) -> str | None:
    """The anode that the study, or else its geometry's preset, names as a whole."""
    table = study.plating
    preset = study.geometry.preset if isinstance(study.geometry, MiecScaffoldTable) else None
    return table.anode or (preset if table.solid is None else None)


def _cards(study: PlatingStudy) -> Anode:
    table, name = study.plating, _anode_name(study)
    if name is not None:
        anode = library.load_anode(
            name,
            electrolyte=table.electrolyte,
            side_reaction=table.side_reaction,
            lithiation=table.lithiation,
        )
        return replace(
            anode,
            collector=library.load_solid(table.collector),
            deposit=library.load_deposit(table.deposit),
        )
    if table.solid is None:
        raise StudyError(
            'anode: nothing says what the host is made of; expected anode = "LLTO@CNT" '
            '(or "LLTO", "CNT", "Cu foil"), or a card such as solid = "LLTO"'
        )
    solid = library.load_solid(table.solid)
    side = table.side_reaction
    return Anode(
        solid=solid if table.lithiation else solid.without_lithiation(),
        coat=None if table.coat in (None, BARE) else library.load_coat(table.coat or ""),
        collector=library.load_solid(table.collector),
        salt=library.load_salt(table.electrolyte),
        deposit=library.load_deposit(table.deposit),
        side=None if side is None else library.load_side_reaction(side),
    )


def _changed(anode: Anode, table: PlatingTable) -> Anode:
    """The anode with the values that a study gives itself."""
    for key, (part, name) in _places(anode).items():
        value = getattr(table, key)
        if value is None:
            continue
        card: Any = getattr(anode, part)
        if card is None:
            raise StudyError(f"{key}: this anode has no {part}")
        sources = {**card.sources, name: GIVEN}
        ranges = {key: ends for key, ends in card.ranges.items() if key != name}
        card = replace(card, **{name: float(value)}, sources=sources, ranges=ranges)
        anode = replace(anode, **{part: card})
    if table.barrier_law is None:
        return anode
    return replace(anode, deposit=replace(anode.deposit, barrier_law=table.barrier_law))


def _places(anode: Anode) -> dict[str, tuple[str, str]]:
    """Which number of which part each key of `[plating]` sets."""
    surface = "coat" if anode.coat is not None else "solid"
    return {
        "ionic_conductivity": ("solid", "ionic_conductivity"),
        "electronic_conductivity": ("solid", "electronic_conductivity"),
        "coat_conductivity": ("coat", "electronic_conductivity"),
        "electrolyte_conductivity": ("salt", "conductivity"),
        "nucleation_barrier": (surface, "nucleation_barrier"),
        "collector_barrier": ("collector", "nucleation_barrier"),
        "exchange_current_density": ("deposit", "exchange_current_density"),
        "coverage_thickness": ("deposit", "coverage_thickness"),
    }


def plating_ranges(study: PlatingStudy) -> dict[str, tuple[float, float]]:
    """Between what the cards say that their numbers lie, by the study's key for each [SI]."""
    anode = make_anode(study)
    found = {}
    for key, (part, name) in _places(anode).items():
        card: Any = getattr(anode, part)
        if card is not None and name in card.ranges:
            found[f"plating.{key}"] = card.ranges[name]
    return found


def conducts_ions(study: PlatingStudy) -> bool:
    """Whether ions get through the host's body."""
    return make_anode(study).solid.ionic_conductivity > 0.0


def coat_thickness(study: PlatingStudy) -> float | None:
    """Of the geometry's own coating, else of the anode's coat [m]; None where there is none.

    Raises:
        StudyError: A thickness is given where it has no meaning.
    """
    own, given = getattr(study.geometry, "coating", None), study.plating.coat_thickness
    anode = make_anode(study)
    if given is not None and own is not None:
        raise StudyError(
            "coat_thickness: the geometry has a coating of its own; expected geometry.coating alone"
        )
    if given is not None and anode.coat is None:
        raise StudyError("coat_thickness: this anode has no coat")
    if own is not None:
        return float(own)
    return None if anode.coat is None else float(given or TUBES)


def make_plating(
    study: PlatingStudy,
    mesh: ElectrodeMesh | None,
    *,
    protocol: Protocol,
    comm: MPI.Comm | None = None,
) -> PlatingSimulation:
    """The simulation that the study asks for, ready to run."""
    from ..solver.plating.settings import PlatingSettings
    from ..solver.plating.simulation import PlatingSimulation

    every, max_step = study.output.every, study.solver.max_step
    return PlatingSimulation(
        mesh,
        make_anode(study),
        protocol=protocol,
        coat_thickness=coat_thickness(study),
        temperature=float(study.temperature),
        settings=PlatingSettings(
            tolerance=study.solver.tolerance,
            max_step=math.inf if max_step is None else float(max_step),
            output_every=None if every is None else float(every),
            output_fraction=study.output.fraction,
        ),
        salt=study.plating.salt,
        initial_content=study.plating.initial_content or 0.0,
        comm=comm,
    )
