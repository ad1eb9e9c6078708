"""Compiles the weak forms before many processes need them at once.

DOLFINx compiles a form when it is first met and keeps it in `~/.cache/fenics`. Processes that
meet it together wait for the first one, and give up after ten seconds on a busy machine.
"""

from __future__ import annotations

import hashlib
import logging
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from ..._compiler import forms_folder
from ..provenance import versions
from .launch import environment
from .task import Task

log = logging.getLogger("nanotrode")

_SCRIPT = "from nanotrode.study.cases.forms import compile_here; compile_here()"


def compile_forms(tasks: Iterable[Task]) -> None:
    """Compile the forms in a process of its own, once for these versions on this machine."""
    if all(task.kind == "mesh" for task in tasks):
        return
    stamp = _stamp()
    if stamp.exists():
        return
    log.info("compiling the weak forms, once")
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT], env=environment(), capture_output=True, text=True
    )
    if done.returncode == 0:  # else each case says for itself what is wrong
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.touch()


def compile_here() -> None:
    """Have DOLFINx compile the forms of both element orders, on the smallest meshes."""
    from ...geometry.build_cad import build_mesh
    from ...geometry.shapes import Film
    from ...geometry.sizing import Sizing
    from ...solver.domain import Domain, alone

    for order in (1, 2):
        mesh = build_mesh(Film(thickness=1e-7), sizing=Sizing(segments=6), order=order)
        Domain(mesh, alone()).assemble_operators()


def _stamp() -> Path:
    """A file that stands for forms compiled by these versions, beside the compiled ones."""
    mark = hashlib.sha256(f"{sys.version}{sorted(versions().items())}".encode()).hexdigest()
    return forms_folder() / f"nanotrode-{mark[:16]}"
