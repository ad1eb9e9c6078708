"""The table that `nanotrode describe` prints."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING

from ..geometry.descriptors import least_edge
from ..postprocess.wording import readable

if TYPE_CHECKING:
    from ..geometry.descriptors import Sizes
    from ..solver.voxel_limit import OnVoxels
    from .describe import Description
    from .forecast import Forecast

_IN_A_FILE = 120  # columns


def tell_size(expected: Forecast | None) -> None:
    """Print at once how large a structure is, and what that takes."""
    if expected is not None:
        sys.stdout.write(f"{expected}\n")
        sys.stdout.flush()


def show(found: Description) -> None:
    """Print a structure's descriptors: of the whole, then of each phase."""
    from rich.console import Console
    from rich.table import Table

    console = Console(file=sys.stdout, highlight=False)
    if not console.is_terminal:
        console.width = _IN_A_FILE
    console.print(f"[bold]{found.structure.name}[/bold]")
    whole = Table(box=None, show_header=False, pad_edge=False)
    for name, text in _whole(found):
        whole.add_row(name, text)
    console.print(whole)
    phases = Table(box=None, pad_edge=False, header_style="bold")
    phases.add_column("", no_wrap=True)
    rows = _phases(found)
    for region in found.measures.phases:
        phases.add_column("pores" if region == "electrolyte" else region, justify="right")
    for row in rows:
        phases.add_row(*row)
    console.print()
    console.print(phases)
    for line in _remarks(found):
        console.print(line, markup=False)


def _whole(found: Description) -> list[tuple[str, str]]:
    measures = found.measures
    size = " × ".join(f"{1e6 * edge:.4g}" for edge in measures.size)
    rows = [
        ("box", f"{size} µm, measured on voxels of {1e9 * measures.spacing:.3g} nm"),
        ("porosity", f"{100 * measures.porosity:.2f} %"),
        ("  joined to the separator", f"{100 * measures.connected_porosity:.2f} %"),
        ("specific surface", f"{1e-6 * measures.specific_surface:.4g} /µm"),
        ("  of the electrode", f"{1e-6 * measures.interface:.4g} /µm"),
    ]
    if found.particle_sizes is not None:
        rows.append(("particles p10 p50 p90 [µm]", _sizes(found.particle_sizes)))
    return rows


def _phases(found: Description) -> list[list[str]]:
    """Rows of the phases' table: a name, and a text for each phase."""
    phases = found.measures.phases.values()
    edge = least_edge(found.structure.voxels)
    rows = [
        ["volume fraction", *(f"{100 * phase.fraction:.2f} %" for phase in phases)],
        ["thickness p10 p50 p90 [µm]", *(_sizes(phase.thickness, edge) for phase in phases)],
    ]
    for k, axis in enumerate("xyz"):
        shares = (f"{100 * phase.connected[k]:.1f} %" for phase in phases)
        rows.append([f"percolates along {axis}", *shares])
    return rows + _factors(found)


def _factors(found: Description) -> list[list[str]]:
    """Rows of tortuosity factors: as solved, and what they tend to for ever finer voxels."""
    transport, rows = found.transport, []
    for k, axis in enumerate("xyz"):
        plain = (_factor(several[k].tortuosity) for several in transport.values.values())
        rows.append([f"tortuosity factor, {axis}", *plain])
        if not transport.on_voxels:
            continue
        there = [transport.on_voxels.get(region) for region in transport.values]
        if found.structure.mesh is not None:
            factors = ("–" if v is None else _factor(v[k].as_they_are.tortuosity) for v in there)
            rows.append(["  on the image's voxels", *factors])
        rows.append(["  extrapolated", *("–" if v is None else _limit(v[k]) for v in there)])
    return rows


def _limit(one: OnVoxels) -> str:
    if one.limit is None:
        return "–"
    return str(readable(one.limit.transport.tortuosity, "", error=one.limit.error))


def _sizes(sizes: Sizes, edge: float = math.inf) -> str:
    """In um; from the box's shortest edge on only that they are that large, or more."""
    return "  ".join(
        f"{1e6 * value:.3g}" if value < (1 - 1e-9) * edge else f"≥{1e6 * edge:.3g}"
        for value in sizes
    )


def _factor(tortuosity: float) -> str:
    return f"{tortuosity:.3f}" if math.isfinite(tortuosity) else "–"


def _remarks(found: Description) -> list[str]:
    """What must be known to read the factors."""
    lines = [f"tortuosity factors are those on {found.transport.where}"]
    for region, phase in found.measures.phases.items():
        if phase.beyond_box > 0:
            lines.append(
                f"thickness: {100 * phase.beyond_box:.3g} % of the {region} is as wide as the box "
                "or wider, which the box cannot tell"
            )
    if not found.transport.on_voxels:
        return lines
    lines.append(
        "extrapolated: the same shape on ever finer voxels; its own make thin parts too narrow"
    )
    smoothing: float = getattr(found.structure.shape, "smoothing", 0.0)
    if found.structure.mesh is not None and smoothing:
        lines.append(f"in the mesh the voxels' corners are rounded (smoothing {smoothing:g})")
    return lines
