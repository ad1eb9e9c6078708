"""From a fresh clone to a running command: find a Python, make .venv, install the pins, run.

    python3 bootstrap.py demo|test|mpi-test|verify|fuzz|bench|lint|install [ARGUMENT ...]

Further arguments go to the command's last program. Any Python from 3.8 can start this file; the
one that runs nanotrode (3.12 to 3.14) is looked for.

NANOTRODE_PYTHON=PATH        the Python to use
NANOTRODE_APT=0              never call apt-get
NANOTRODE_SYSTEM_CHECK=0     do not look for compiler and shared libraries
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys

try:
    import ctypes
except ImportError:  # a Python built without it can still start everything
    ctypes = None  # type: ignore[assignment]

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "nanotrode-bootstrap.json")
PINNED_BY = ("pyproject.toml", "constraints.txt", "bootstrap.py")

VERSIONS = ("3.12", "3.13", "3.14")
GLIBC = (2, 34)

# What `import gmsh` and off-screen VTK open at run time: shared library, Debian's package.
LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libGLU.so.1": "libglu1-mesa",
    "libX11.so.6": "libx11-6",
    "libXcursor.so.1": "libxcursor1",
    "libXext.so.6": "libxext6",
    "libXfixes.so.3": "libxfixes3",
    "libXft.so.2": "libxft2",
    "libXinerama.so.1": "libxinerama1",
    "libXrender.so.1": "libxrender1",
    "libfontconfig.so.1": "libfontconfig1",
    "libgomp.so.1": "libgomp1",
}
# EGL loads its driver by name at the first picture; without one VTK cannot draw.
DRIVERS = ("dri/*_dri.so", "libgallium-*.so", "libEGL_nvidia.so.0")
DRIVER_FOLDERS = ("/usr/lib/*-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib*")
DRIVER_PACKAGE = "libgl1-mesa-dri"

DEMO = "examples/nanowire.toml"
PATIENT = ["-o", "faulthandler_timeout=3600"]  # [s] for one test on a slow machine
MPI_TEST = ["mpiexec", "-n", "2", "pytest", "-m", "mpi and not slow", "--maxfail=1"]
COMMANDS: dict[str, list[list[str]]] = {
    "install": [],
    "demo": [["nanotrode", "run", DEMO, "--out", "runs/nanowire", "--force"]],
    "test": [["pytest", "-m", "not slow"], MPI_TEST],
    "mpi-test": [MPI_TEST],
    "verify": [["pytest", "tests/verification", "-m", "slow or not slow", "-s", *PATIENT]],
    "fuzz": [["env", "NANOTRODE_FUZZ=20000", "pytest", "tests/fuzz"]],
    "bench": [["python", "benchmarks/insertion.py"]],
    "lint": [["ruff", "check"], ["ruff", "format", "--check"], ["mypy", "-p", "nanotrode"]],
}

PROBE = """
import json, os, platform, sys, sysconfig
try:
    import ensurepip, venv
except ImportError:
    ensurepip = None
include = sysconfig.get_path("include")
print(json.dumps({
    "executable": sys.executable,
    "version": platform.python_version(),
    "series": "%d.%d" % sys.version_info[:2],
    "usable": platform.python_implementation() == "CPython"
    and not sysconfig.get_config_var("Py_GIL_DISABLED"),
    "pip": ensurepip is not None,
    "include": include,
    "header": os.path.exists(os.path.join(include, "Python.h")),
    "compiler": (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0],
    "of_distribution": sys.base_prefix == "/usr",
}))
"""


class Stop(Exception):
    """A reason to stop that the reader can act upon."""


def say(text: str) -> None:
    """Tell what is going on."""
    print("bootstrap: " + text, flush=True)


def run(command: list[str], **options) -> int:  # type: ignore[no-untyped-def]
    """Run `command` in the checkout without a standard input; its exit code."""
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, **options).returncode


# --- Which Python -------------------------------------------------------------------------


def probe(executable: str) -> dict:
    """What the Python at `executable` says of itself; empty when it does not run."""
    try:
        answer = subprocess.run(
            [executable, "-c", PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=30,
        )
        return json.loads(answer.stdout.decode().strip().splitlines()[-1])
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired):
        return {}


def candidates() -> list[str]:
    """Paths that may be a Python, the likeliest first, each once."""
    names = ["python3", *("python" + series for series in VERSIONS), "python"]
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    folders += ["/usr/local/bin", "/usr/bin"]
    home = os.path.expanduser("~")
    pyenv = os.environ.get("PYENV_ROOT") or os.path.join(home, ".pyenv")
    uv = os.environ.get("UV_PYTHON_INSTALL_DIR") or os.path.join(home, ".local/share/uv/python")

    found = [read_stamp().get("python", ""), sys.executable]
    found += [os.path.join(folder, name) for name in names for folder in folders if folder]
    for pattern in (pyenv + "/versions/*/bin/python3", uv + "/*/bin/python3"):
        found += sorted(glob.glob(pattern))
    unique = dict.fromkeys(os.path.abspath(path) for path in found if path)
    inside = VENV + os.sep
    return [path for path in unique if os.path.exists(path) and not path.startswith(inside)]


def find_python() -> dict:
    """The first candidate that runs and has a version that nanotrode is made for."""
    named = os.environ.get("NANOTRODE_PYTHON")
    seen = []
    for path in [shutil.which(named) or named] if named else candidates():
        python = probe(path)
        if python and python["usable"] and python["series"] in VERSIONS:
            return python
        seen.append(f"  {path}: " + (python["version"] if python else "does not run"))
    raise Stop(
        "nanotrode needs CPython 3.12, 3.13 or 3.14, and "
        + ("NANOTRODE_PYTHON is none" if named else "none was found")
        + ". Looked at:\n"
        + "\n".join(seen)
        + "\nGet one in any of these ways, then give the same command again:\n"
        "  Debian 13, Ubuntu 24.04:  apt-get install python3 python3-venv python3-dev\n"
        "  pyenv:                    pyenv install 3.12\n"
        "  uv:                       uv python install 3.12\n"
        "or name one that is elsewhere: NANOTRODE_PYTHON=/path/to/python3.12"
    )


# --- What the system must have ------------------------------------------------------------


def check_platform() -> None:
    """Stop where the solver's wheel cannot be installed."""
    try:
        libc = os.confstr("CS_GNU_LIBC_VERSION") or "no glibc"
    except (ValueError, OSError, AttributeError):
        libc = "no glibc"
    numbers = tuple(int(number) for number in re.findall(r"\d+", libc))
    if sys.platform == "linux" and platform.machine() == "x86_64" and numbers >= GLIBC:
        return
    raise Stop(
        "the solver's wheel is made for Linux on x86-64 with glibc 2.34 or later; this is "
        f"{platform.system()} on {platform.machine()} with {libc}.\n"
        "Use conda-forge's fenics-dolfinx (docs/install.md says how), or a Linux container."
    )


def missing_packages(python: dict) -> dict[str, str]:
    """What is not on this machine: Debian's package, and what it is for."""
    prefix = "python" + (python["series"] if python["of_distribution"] else "3")
    missing = {}
    if not python["pip"]:
        missing[prefix + "-venv"] = f"venv and pip of Python {python['series']}"
    if not shutil.which(python["compiler"]):
        missing["gcc"] = f"the C compiler {python['compiler']}, which the solver calls"
    if not compiles(python, "#include <stdio.h>"):
        missing["libc6-dev"] = "the C library's headers"
    if not python["header"]:
        missing[prefix + "-dev"] = os.path.join(python["include"], "Python.h")
    missing.update({package: name for name, package in LIBRARIES.items() if not loads(name)})
    if not any(glob.glob(os.path.join(f, d)) for f in DRIVER_FOLDERS for d in DRIVERS):
        missing[DRIVER_PACKAGE] = "a driver to draw pictures without a screen"
    return missing


def compiles(python: dict, text: str) -> bool:
    """Whether the compiler that this Python calls takes `text`."""
    command = [python["compiler"], "-fsyntax-only", "-x", "c", "-"]
    try:
        answer = subprocess.run(command, input=text.encode(), stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return answer.returncode == 0


def loads(library: str) -> bool:
    """Whether the dynamic loader finds `library`."""
    try:
        if ctypes:
            ctypes.CDLL(library)
    except OSError:
        return False
    return True


def check_system(python: dict) -> dict:
    """Install what the system lacks where that is possible, else stop and say how."""
    missing = missing_packages(python)
    apt = shutil.which("apt-get")
    if missing and apt and os.geteuid() == 0 and os.environ.get("NANOTRODE_APT") != "0":
        say("installing with apt-get: " + " ".join(missing))
        quiet = {
            "env": dict(os.environ, DEBIAN_FRONTEND="noninteractive"),
            "stdout": subprocess.DEVNULL,
        }
        run([apt, "update", "-q"], **quiet)
        run([apt, "install", "-y", "-q", "--no-install-recommends", *missing], **quiet)
        python = probe(python["executable"]) or python
        missing = missing_packages(python)
    if missing:
        raise Stop(what_to_install(missing, bool(apt)))
    return python


def what_to_install(missing: dict[str, str], has_apt: bool) -> str:
    """The message for a machine on which something is missing."""
    lines = ["these are not on this machine:", *("  " + purpose for purpose in missing.values())]
    command = "apt-get install --no-install-recommends " + " ".join(missing)
    if has_apt:
        sudo = "" if os.geteuid() == 0 else "sudo "
        lines += ["Install them, then give the same command again:", "  " + sudo + command]
    else:
        lines += ["Install your distribution's packages; on Debian and Ubuntu:", "  " + command]
    return "\n".join([*lines, "(NANOTRODE_SYSTEM_CHECK=0 goes on without.)"])


# --- The environment ----------------------------------------------------------------------


def fingerprint() -> str:
    """A hash of all that decides what .venv holds."""
    digest = hashlib.sha256()
    for name in PINNED_BY:
        with open(os.path.join(ROOT, name), "rb") as stream:
            digest.update(stream.read())
    return digest.hexdigest()


def read_stamp() -> dict[str, str]:
    """What the last call wrote about .venv; empty when it made none."""
    try:
        with open(STAMP) as stream:
            return json.load(stream)
    except (OSError, ValueError):
        return {}


def write_stamp(python: str, state: str) -> None:
    """Note which Python .venv is of, and what it holds: a fingerprint, or "" for unfinished."""
    notes = {"root": ROOT, "python": python, "real": os.path.realpath(python), "state": state}
    with open(STAMP, "w") as stream:
        json.dump(notes, stream)


def is_ready() -> bool:
    """Whether .venv is complete, of this checkout's pins and of the Python asked for."""
    stamp = read_stamp()
    named = os.environ.get("NANOTRODE_PYTHON")
    return (
        is_sound(stamp)
        and stamp["state"] == fingerprint()
        and (not named or probe(named).get("executable") == stamp["python"])
    )


def is_sound(stamp: dict[str, str]) -> bool:
    """Whether .venv was finished once, and neither its folder nor its Python went elsewhere."""
    return (
        bool(stamp.get("state"))
        and stamp.get("root") == ROOT
        and os.path.exists(VENV_PYTHON)
        and os.path.realpath(VENV_PYTHON) == stamp.get("real")
    )


def make_environment() -> None:
    """Make .venv, or bring it up to the pins when it is of the right Python."""
    check_platform()
    python = find_python()
    if os.environ.get("NANOTRODE_SYSTEM_CHECK") != "0":
        python = check_system(python)
    executable = python["executable"]
    stamp = read_stamp()
    if os.path.isdir(VENV) and not stamp:
        raise Stop(".venv is there but was not made by this script: rename or remove it")
    if not is_sound(stamp) or stamp.get("real") != os.path.realpath(executable):
        say(f"making .venv with Python {python['version']} ({executable})")
        shutil.rmtree(VENV, ignore_errors=True)
        os.makedirs(VENV)
        write_stamp(executable, "")
        if run([executable, "-m", "venv", VENV]):
            raise Stop(f"{executable} could not make a virtual environment")
    write_stamp(executable, "")  # until all is installed, the next call begins again
    install_packages()
    write_stamp(executable, fingerprint())


def install_packages() -> None:
    """Install the pinned packages: by uv, which takes half the time, or else by pip."""
    pip = [VENV_PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    wanted = ["-c", "constraints.txt", "-e", ".[test]"]
    say("installing the packages of constraints.txt (about 1.2 GB, a minute or two)")
    if run([*pip, "-c", "constraints.txt", "uv"]) == 0:
        uv = os.path.join(VENV, "bin", "uv")
        if run([uv, "pip", "install", "-q", "--python", VENV_PYTHON, *wanted]) == 0:
            return
        say("uv could not get the packages; trying pip, which has settings of its own")
    if run(pip + wanted):
        raise Stop("the packages could not be installed; see the message above")


def link_for_type_checker() -> None:
    """Give mypy a folder in which the checkout is called by the package's name."""
    folder = os.path.join(ROOT, ".typing")
    link = os.path.join(folder, "nanotrode")
    os.makedirs(folder, exist_ok=True)
    if not os.path.islink(link):
        os.symlink("..", link)


# --- The command --------------------------------------------------------------------------


def environment() -> dict[str, str]:
    """The environment of the commands: .venv first, text as UTF-8 under any locale."""
    chosen = dict(os.environ, VIRTUAL_ENV=VENV)
    chosen["PATH"] = os.path.join(VENV, "bin") + os.pathsep + chosen.get("PATH", os.defpath)
    chosen.setdefault("PYTHONUTF8", "1")
    chosen.setdefault("MPIEXEC_TIMEOUT", "1800")  # [s]; ranks may wait for each other for ever
    chosen.pop("PYTHONHOME", None)
    return chosen


def execute(commands: list[list[str]], arguments: list[str]) -> int:
    """Run the commands in turn; the last takes the arguments and this process's place."""
    chosen = environment()
    for command in commands[:-1]:
        say(" ".join(command))
        code = run(command, env=chosen)
        if code:
            return code
    last = commands[-1] + arguments
    say(" ".join(last))
    os.execvpe(last[0], last, chosen)


def main(arguments: list[str]) -> int:
    """Do what the first argument says; the exit code."""
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    os.chdir(ROOT)
    try:
        if not is_ready():
            make_environment()
            say("ready: .venv/bin/nanotrode, or `. .venv/bin/activate`")
    except Stop as reason:
        print(f"bootstrap: {reason}", file=sys.stderr)
        return 1
    link_for_type_checker()
    commands = COMMANDS[arguments[0]]
    return execute(commands, arguments[1:]) if commands else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
