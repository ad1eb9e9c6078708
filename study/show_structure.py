"""The table that `nanotrode describe` prints."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..geometry.descriptors import Sizes
    from .describe import Description

_IN_A_FILE = 120  # columns


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
    rows = [
        ["volume fraction", *(f"{100 * phase.fraction:.2f} %" for phase in phases)],
        ["thickness p10 p50 p90 [µm]", *(_sizes(phase.thickness) for phase in phases)],
    ]
    for k, axis in enumerate("xyz"):
        shares = (f"{100 * phase.connected[k]:.1f} %" for phase in phases)
        rows.append([f"percolates along {axis}", *shares])
    for k, axis in enumerate("xyz"):
        factors = (_factor(several[k].tortuosity) for several in found.transport.values())
        rows.append([f"tortuosity factor, {axis}", *factors])
    return rows


def _sizes(sizes: Sizes) -> str:
    return "  ".join(f"{1e6 * value:.3g}" for value in sizes)


def _factor(tortuosity: float) -> str:
    return f"{tortuosity:.3f}" if math.isfinite(tortuosity) else "–"
