"""Runs to look at."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from small_run import make_mesh, make_snapshot

from nanotrode.geometry.mesh import ElectrodeMesh
from nanotrode.postprocess.export import VtkWriter


@pytest.fixture(params=[1, 2], ids=["order1", "order2"])
def mesh(request) -> ElectrodeMesh:
    return make_mesh(request.param)


@pytest.fixture
def written(tmp_path, mesh):
    """A run folder with three outputs."""
    writer = VtkWriter(tmp_path / "run", mesh)
    for index in range(3):
        writer.write(make_snapshot(mesh, index))
    return tmp_path / "run"


KILLED = """
import sys
sys.path.insert(0, sys.argv[1])
from small_run import make_mesh, make_snapshot
from nanotrode.postprocess.export import VtkWriter
mesh = make_mesh(2)
writer = VtkWriter(sys.argv[2], mesh)
for index in range(100000):
    writer.write(make_snapshot(mesh, index))
    print(index, flush=True)
"""


@pytest.fixture
def killed_run(tmp_path):
    """The folder of a run that got SIGKILL while it was writing."""
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for line in process.stdout:
            if int(line) >= 4:
                process.kill()
                break
    assert process.returncode == -signal.SIGKILL
    return tmp_path
