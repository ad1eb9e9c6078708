"""The files in real ParaView, where it is installed (Debian: apt-get install paraview)."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from small_run import LENGTH, make_snapshot

from nanotrode.postprocess import names
from nanotrode.postprocess.export import VtkWriter

PVPYTHON = shutil.which("pvpython")
pytestmark = pytest.mark.skipif(PVPYTHON is None, reason="ParaView's pvpython is not installed")

LOOK = """
import json, sys
from paraview.simple import ExtractBlock, IntegrateVariables, OpenDataFile, servermanager

reader = OpenDataFile(sys.argv[1])
reader.UpdatePipelineInformation()
times = list(reader.TimestepValues)
seen = []
for time in times:
    reader.UpdatePipeline(time)
    data = servermanager.Fetch(reader)
    while data.GetNumberOfBlocks() == 1 and data.GetBlock(0).IsA("vtkMultiBlockDataSet"):
        data = data.GetBlock(0)
    blocks = {}
    for i in range(data.GetNumberOfBlocks()):
        block, fields = data.GetBlock(i), {}
        points = block.GetPointData()
        for k in range(points.GetNumberOfArrays()):
            fields[points.GetArrayName(k)] = points.GetArray(k).GetRange()
        name = data.GetMetaData(i).Get(data.NAME())
        blocks[name] = {"cells": block.GetNumberOfCells(), "fields": fields,
                        "bounds": block.GetBounds()}
    seen.append(blocks)
print("SEEN" + json.dumps([times, seen]))
"""


def look(folder, tmp_path):
    """What ParaView finds in a run's folder: times, and per time its blocks."""
    script = tmp_path / "look.py"
    script.write_text(LOOK)
    done = subprocess.run(
        [PVPYTHON, str(script), str(folder / "fields.pvd")],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "ERR" not in done.stderr, done.stderr
    line = next(row for row in done.stdout.splitlines() if row.startswith("SEEN"))
    return json.loads(line.removeprefix("SEEN"))


def test_paraview_sees_times_blocks_and_fields(written, mesh, tmp_path):
    times, seen = look(written, tmp_path)
    assert times == [0.0, 10.0, 20.0]
    for index, blocks in enumerate(seen):
        assert list(blocks) == [names.ELECTRODE, names.INTERFACE, names.ELECTROLYTE]
        volume, surface = blocks[names.ELECTRODE], blocks[names.INTERFACE]
        assert volume["cells"] == len(mesh.region("electrode").cells)
        assert volume["bounds"] == pytest.approx([0, LENGTH] * 3)
        assert set(volume["fields"]) == {names.CONCENTRATION, names.STOICHIOMETRY}
        assert set(surface["fields"]) == set(names.SURFACE_FIELDS.values())
        snapshot = make_snapshot(mesh, index)
        for key, name in names.SURFACE_FIELDS.items():
            values = snapshot.surface[key]
            assert surface["fields"][name] == pytest.approx([values.min(), values.max()])
        assert blocks[names.ELECTROLYTE]["fields"][names.CONCENTRATION] == [1000.0, 1000.0]


def test_paraview_opens_a_killed_and_a_resumed_run(killed_run, mesh, tmp_path):
    times, seen = look(killed_run, tmp_path)
    assert len(times) >= 3
    assert all(set(blocks) >= {"electrode", "interface"} for blocks in seen)
    if mesh.order == 2:
        VtkWriter(killed_run, mesh, resume_time=10.0).write(make_snapshot(mesh, 2, time=12.5))
        assert look(killed_run, tmp_path)[0] == [0.0, 10.0, 12.5]
