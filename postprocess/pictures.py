"""All pictures of a run, at its end."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .plots import plot_run

_log = logging.getLogger(__name__)

_LIMIT = 600.0


def make_pictures(directory: str | Path, *, labels: Sequence[str] | None = None) -> list[Path]:
    """Draw the curves and the 3-D pictures of a run; what fails is a warning.

    The 3-D pictures are drawn by a process of their own, beside the curves: where OpenGL is half
    installed, VTK ends its process, and a finished run must not die for lack of a picture.
    """
    directory = Path(directory)
    paths: list[Path] = []
    beside = _begin_rendering(directory)
    try:
        try:
            paths += plot_run(directory, labels=labels)
        except Exception as error:  # a picture is never worth a run
            _log.warning("no curves drawn: %s", error)
        return paths + _rendered(beside, directory)
    finally:  # whoever is told to end does not wait for a picture
        if beside is not None and beside.poll() is None:
            beside.kill()
            beside.communicate()


def _begin_rendering(directory: Path) -> subprocess.Popen[str] | None:
    command = [sys.executable, "-m", "nanotrode.postprocess.pictures", str(directory.resolve())]
    try:
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=_plain_environment(),
        )  # fmt: skip
    except OSError as error:
        _log.warning("no 3-D pictures drawn: %s", error)
        return None


def _rendered(process: subprocess.Popen[str] | None, directory: Path) -> list[Path]:
    if process is None:
        return []
    try:
        said, complaints = process.communicate(timeout=_LIMIT)
    except subprocess.TimeoutExpired as error:
        _log.warning("no 3-D pictures drawn: %s", error)
        return []
    if process.returncode != 0:
        reason = (complaints.strip().splitlines() or ["it ended without a word"])[-1]
        _log.warning(
            "no 3-D pictures drawn (exit %d): %s. Try again: nanotrode render %s",
            process.returncode, reason, directory,
        )  # fmt: skip
        return []
    return [Path(line) for line in said.splitlines()]


def _plain_environment() -> dict[str, str]:
    """The environment without the launcher's variables: the child is no MPI rank."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PMI_", "PMIX_", "HYDI_"))}


def main() -> int:
    """Draw the 3-D pictures of the folder named on the command line; print their paths."""
    from ..errors import NanotrodeError
    from .render import render_run

    try:
        paths = render_run(sys.argv[1])
    except NanotrodeError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.writelines(f"{path}\n" for path in paths)
    return 0


if __name__ == "__main__":
    sys.exit(main())
