"""The C compiler that DOLFINx needs for its forms: tried once, before anything is meshed."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sysconfig
import tempfile
from pathlib import Path

from ._messages import plain
from .errors import InputError

_TRIAL = "#include <Python.h>\nint nanotrode_trial(void) { return PY_MAJOR_VERSION; }\n"
_HINT = "install one, such as 'apt-get install gcc libc6-dev', or name another with CC"


def forms_folder() -> Path:
    """Where DOLFINx keeps compiled forms.

    Raises:
        InputError: There is no home folder.
    """
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fenics"
    except RuntimeError:
        raise InputError(
            "there is no home folder to keep compiled forms in; name one with XDG_CACHE_HOME"
        ) from None


def require_compiler() -> None:
    """See that forms can be compiled and kept; a compiler that worked once is not tried again.

    Raises:
        InputError: There is no compiler, it fails, or its results cannot be kept; DOLFINx would
            die in a long traceback, after the meshing.
    """
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    path = shutil.which(compiler[0]) if compiler else None
    if path is None:
        raise InputError(
            f"no C compiler found (looked for {plain(' '.join(compiler))}); DOLFINx compiles its "
            f"forms: {_HINT}"
        )
    mark = hashlib.sha256(f"{compiler} {path} {os.stat(path)[6:9]}".encode()).hexdigest()
    stamp = forms_folder() / f"nanotrode-compiler-{mark[:16]}"
    if not stamp.exists():
        _try(compiler, stamp.parent)
        stamp.touch()


def _try(compiler: list[str], folder: Path) -> None:
    """Compile three lines, with Python's headers, in the folder of the forms."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as place:
            source = Path(place, "trial.c")
            source.write_text(_TRIAL, encoding="ascii")
            include = f"-I{sysconfig.get_path('include')}"
            wanted = [include, "-shared", "-fPIC", str(source), "-o", f"{place}/trial.so"]
            done = subprocess.run(
                compiler + wanted, capture_output=True, text=True, errors="replace", timeout=120
            )
    except subprocess.TimeoutExpired:
        raise InputError(f"the C compiler {compiler[0]} did not end in 2 minutes") from None
    except OSError as error:
        raise InputError(
            f"{folder}: compiled forms cannot be kept there ({error.strerror}); name another "
            "folder with XDG_CACHE_HOME"
        ) from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise InputError(
            f"the C compiler {shlex.join(compiler)} fails ({plain(said[0], 200)}); DOLFINx "
            f"compiles its forms: {_HINT}"
        )
