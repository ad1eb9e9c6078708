"""The peers' environments: one for each, of pinned versions, in the cache folder."""

from __future__ import annotations

import subprocess
import sys
import venv

import wire


def make_environment(peer: str) -> str:
    """The Python of a peer's environment, made anew when its pins have changed.

    Args:
        peer: Name of its list of packages in peers/.
    """
    pins = wire.HERE / "peers" / f"{peer}.txt"
    folder = wire.CACHE / f"env-{peer}"
    python, installed = folder / "bin" / "python", folder / "installed.txt"
    if not installed.exists() or installed.read_text() != pins.read_text():
        print(f"making the environment of {peer}", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*install, "-r", str(pins)], check=True)
        installed.write_text(pins.read_text())
    return str(python)


def own_python() -> str:
    """The Python that nanotrode is installed in: this one."""
    return sys.executable
