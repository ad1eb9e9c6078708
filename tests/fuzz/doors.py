"""The doors that users' input comes in by: each takes one input, and accepts it or refuses it.

Whatever else happens fails: another exception, a warning, 5 seconds of work, a gigabyte.
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nanotrode._reading import bounded_memory
from nanotrode.errors import InputError, MeshError, NanotrodeError

MOST_SECONDS = 5.0
MOST_BYTES = 1_000_000_000
LONGEST_MESSAGE = 60_000
"""Characters: a study may hold many mistakes, each in a line."""


class TookTooLong(BaseException):
    """Not an Exception, so that nothing on the way takes it for an input at fault."""


@dataclass
class Count:
    """What became of the inputs of one kind."""

    accepted: int = 0
    refused: int = 0
    slowest: float = 0.0
    last: str = ""


COUNTS: dict[str, Count] = {}


@contextlib.contextmanager
def no_longer_than(seconds: float) -> Iterator[None]:
    """Stop a block after so many seconds of this process's work (the machine may be busy)."""

    def stop(*_: Any) -> None:
        raise TookTooLong(f"more than {seconds:g} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def enter(kind: str, door: Callable[..., object], *given: Any, **more: Any) -> None:
    """Try one input at a door, and count what becomes of it."""
    count = COUNTS.setdefault(kind, Count())
    start = time.process_time()
    try:
        with no_longer_than(MOST_SECONDS), bounded_memory(MOST_BYTES):
            door(*given, **more)
    except InputError as error:
        check_message(error)
        count.refused += 1
        count.last = str(error)
    else:
        count.accepted += 1
    count.slowest = max(count.slowest, time.process_time() - start)


def check_message(error: NanotrodeError) -> None:
    """A refusal is short, fit for a terminal, and no excuse."""
    text = str(error)
    assert text.strip(), "an empty message"
    assert len(text) < LONGEST_MESSAGE, f"{len(text)} characters"
    assert all(one.isprintable() or one == "\n" for one in text), "control characters"
    assert "unforeseen" not in text
    assert "Traceback" not in text


def table() -> Iterator[str]:
    """The counts, a line for each kind."""
    yield f"{'input':14} {'tried':>7} {'accepted':>9} {'refused':>8} {'slowest':>9}"
    for kind, count in COUNTS.items():
        tried = count.accepted + count.refused
        yield (
            f"{kind:14} {tried:7d} {count.accepted:9d} {count.refused:8d} {count.slowest:7.2f} s"
        )
    tried = sum(count.accepted + count.refused for count in COUNTS.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    yield f"{'all':14} {tried:7d} inputs, at most {peak:.0f} MB of this process"


# --- The doors ----------------------------------------------------------------------------


def study(path: Path, overrides: tuple[str, ...] = ()) -> None:
    """`nanotrode run` and `mesh`, up to the mesh."""
    from nanotrode.study.loading import load_geometry

    load_geometry(path, overrides)


def sweep(path: Path) -> None:
    """`nanotrode sweep`, up to the first case."""
    from nanotrode.study.sweep.plan import plan_sweep

    plan_sweep(path)


def search(path: Path) -> None:
    """`nanotrode optimise`, up to the first case."""
    from nanotrode.study.optimise.problem import read_problem

    read_problem(path)


def card(path: Path) -> None:
    """`nanotrode materials FILE`, and the laws where a solver asks for them."""
    from nanotrode.materials.library import load
    from nanotrode.study.show import show_material

    with contextlib.redirect_stdout(io.StringIO()):
        show_material(str(path))
    material = load(path)
    x = np.linspace(*material.stoichiometry_limits, 101)
    with np.errstate(all="ignore"):  # a formula may have a pole; the solver's guard meets it
        material.ocp(x)


def bpx(path: Path) -> None:
    """A BPX file of either electrode."""
    from nanotrode.materials.library import load

    for electrode in ("positive", "negative"):
        with contextlib.suppress(InputError):
            load(path, electrode=electrode)
    load(path, electrode="negative")


def plating_card(path: Path) -> None:
    """A card of a plating host."""
    from nanotrode.materials.plating_library import load

    load(path)


def protocol(steps: list[str], folder: Path) -> None:
    """Steps in words, in a study."""
    path = folder / "protocol.toml"
    path.write_text(f"{BODY}\n[[protocol]]\nsteps = {json.dumps(steps)}\n", encoding="utf-8")
    study(path)


BODY = """\
[geometry]
kind = "film"
thickness = "100 nm"
[material]
name = "LiFePO4"
[initial]
stoichiometry = 0.02
"""


def own_mesh(path: Path) -> None:
    """A mesh of another program."""
    from nanotrode.geometry.mesh import ElectrodeMesh

    ElectrodeMesh.from_file(path, regions={"electrode": 7}, boundaries={}, unit=1e-9)


def saved_mesh(path: Path) -> None:
    """A mesh in a run's folder."""
    from nanotrode.geometry.mesh import ElectrodeMesh

    try:
        ElectrodeMesh.load(path)
    except MeshError as error:  # `--resume` makes another; `describe` says so
        raise InputError(str(error)) from None


def image(path: Path, **about: Any) -> None:
    """An image, read to its voxels."""
    from nanotrode.geometry.implicit.image import Image

    shape = Image(file=str(path), voxel=1e-7, threshold=3.5, **about)
    assert shape.voxels.tags.shape
    assert shape.electrode_volume > 0
