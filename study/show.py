"""What the command line prints: a run's harvest, a mesh's quality, the materials."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..geometry.tags import REGIONS
from ..materials import library, plating_library
from ..materials.catalogue import describe_card, electrodes_of
from ..materials.origins import CARDS, SOURCES
from ..materials.plating_card import kind_of
from ..materials.sourcing import is_assumed

if TYPE_CHECKING:
    from ..geometry.build_cad import Shape
    from ..geometry.mesh import ElectrodeMesh
    from ..materials.material import Material
    from ..materials.plating_card import PlatingCard
    from ..solver.result import Result


def show_run(folder: Path, result: Result | None) -> None:
    """Print a run's summary, and the files that it left."""
    summary = _stored_summary(folder) if result is None else result.summary
    _table(_flat({key: value for key, value in summary.items() if key not in _BY_CITE}))
    if result is None:
        _say(f"\n{folder}/ holds this run already, finished; --force runs it again")
    else:
        _say(f"\nwrote {folder}/")
    for name, what in _FILES.items():
        if (folder / name).exists():
            _say(f"  {name:<16} {what}")
    for picture in sorted(folder.glob("*.png")):
        _say(f"  {picture.name}")


_BY_CITE = (CARDS, SOURCES)
"""Parts of a summary that `nanotrode cite` prints in full."""
_FILES = {
    "report.html": "all of it on one page, for any browser",
    "fields.pvd": "the fields over time, for ParaView",
    "timeseries.csv": "potential, current, capacity, ... over time",
    "summary.json": "the numbers above",
    "study.toml": "the study with all its defaults",
    "provenance.json": "versions, mesh and machine",
    "mesh.msh": "the mesh, for Gmsh",
    "log.txt": "what happened when",
}


def show_mesh(mesh: ElectrodeMesh, shape: Shape | None) -> None:
    """Print a mesh's sizes beside the closed form, and its quality."""
    quality = mesh.quality()
    rows = [
        ("tetrahedra", f"{quality.cells}, order {mesh.order}"),
        ("nodes", f"{quality.points}"),
        ("dihedral angles", f"{quality.min_dihedral:.1f} to {quality.max_dihedral:.1f} degrees"),
        ("least radius ratio", f"{quality.min_gamma:.3f}"),
        ("untagged facets", f"{quality.untagged_facets}"),
        ("non-manifold facets", f"{quality.nonmanifold}"),
    ]
    exact = {
        ("electrode volume", "m3"): (mesh.volume("electrode"), "electrode_volume"),
        ("interface area", "m2"): (mesh.area("interface"), "interface_area"),
        ("footprint", "m2"): (mesh.footprint, "footprint"),
    }
    for (name, unit), (value, attribute) in exact.items():
        text = f"{value:.6g} {unit}"
        closed = getattr(shape, attribute, None)
        if closed is not None:
            text += f", {100 * (value / closed - 1):+.3f} % of {_wanted(shape, attribute)}"
        rows.append((name, text))
    rows += [
        (f"{name} volume", f"{mesh.volume(name):.6g} m3")
        for name in REGIONS
        if name in mesh.names and name != "electrode"
    ]
    if "coating" in mesh.names:
        share = mesh.area("coating") / mesh.area("interface")
        rows.append(("coated", f"{100 * share:.2f} % of the interface"))
    for key, (said, form) in _NOTES.items():
        if key in mesh.shape:
            rows.append((said, form.format(mesh.shape[key]).replace("%", " %")))
    _table(rows)


_NOTES = {
    "connected_porosity": ("connected porosity", "{:.2%}"),
    "total_porosity": ("total porosity", "{:.2%}, closed pores included"),
    "relabelled_islands": ("closed pores, loose solid", "{} pieces, now part of what is around"),
    "nonmanifold_edges": ("edges where surfaces touch", "{}"),
    "worst_angle_before_repair": ("worst angle before repair", "{:.1f} degrees"),
}
"""What a mesh's notes hold of an implicit shape, in words."""


def _wanted(shape: Shape | None, attribute: str) -> str:
    """What a mesh's measures are compared with."""
    if getattr(shape, "kind", "") == "image":
        return "the voxels'"
    by_porosity = attribute == "electrode_volume" and hasattr(shape, "porosity")
    return "what the porosity asks for" if by_porosity else "the closed form"


def show_materials() -> None:
    """Print the names of the materials with what they are: those to insert into, to plate on."""
    for name in library.names():
        material = library.load(name)
        capacity = material.specific_capacity
        text = f"{material.formula}, {material.ion}"
        if capacity is not None:
            text += f", {capacity / 3600:.0f} mAh/g"
        _say(f"{name:<22} {text}{_caution(material)}; {_known(material)}")
    _say("")
    for name in plating_library.names():
        card = plating_library.load(name)
        _say(f"{name:<22} {kind_of(card)}: {card.about}; {_known(card)}")
    _say(
        "\nnanotrode materials NAME: its numbers, their ranges and sources, its terms and warnings"
    )


def _caution(material: Material) -> str:
    """What a user has to know of a material before choosing it, in brackets."""
    marks = {"illustrative": material.illustrative, "two phases": material.two_phase}
    told = [mark for mark, there in marks.items() if there]
    return f" ({', '.join(told)})" if told else ""


def _known(card: Material | PlatingCard) -> str:
    """How much of a card is assumed, and how many of its numbers have a range."""
    sources, ranges = dict(card.sources), len(card.ranges)
    lithiation = getattr(card, "lithiation", None)
    if lithiation is not None:
        sources |= {f"lithiation.{key}": source for key, source in lithiation.sources.items()}
        ranges += len(lithiation.ranges)
    assumed = sum(map(is_assumed, sources.values()))
    text = f"{assumed} of {len(sources)} numbers assumed"
    return f"{text}, {ranges} with a range" if ranges else text


def show_material(name: str, electrode: str | None = None) -> None:
    """Print a material's numbers and where they come from; of a BPX file, each electrode's."""
    if electrode is None and len(several := electrodes_of(name)) > 1:
        for number, one in enumerate(several):
            _say("" if number else f"{name}: {' and '.join(several)} electrode")
            show_material(name, one)
        return
    rows = describe_card(name, electrode)
    width = max(26, *(len(row.key) for row in rows))
    for row in rows:
        _say(f"{row.key:<{width}} {row.value}{f'   [{row.source}]' if row.source else ''}")


def _stored_summary(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _flat(summary: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in summary.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}: ")
        elif isinstance(value, float):
            yield f"{prefix}{key}", f"{value:.6g}"
        elif isinstance(value, list):
            for item in value:
                text = ", ".join(map(_short, item.values())) if isinstance(item, dict) else item
                yield f"{prefix}{key}", str(text)
        else:
            yield f"{prefix}{key}", str(value)


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _table(rows: Iterable[Sequence[str]]) -> None:
    listed = list(rows)
    width = max((len(name) for name, _ in listed), default=0)
    for name, text in listed:
        _say(f"{name:<{width}}  {text}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
