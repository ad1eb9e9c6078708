"""The VTK files: whole, resumable, and holding what was put in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pyvista as pv
from small_run import EDGES, LENGTH, make_mesh, make_snapshot

from nanotrode.errors import NanotrodeError
from nanotrode.postprocess import names
from nanotrode.postprocess.collection import read_collection
from nanotrode.postprocess.export import VtkWriter
from nanotrode.postprocess.fields import read_outputs

ALL_SURFACE = set(names.SURFACE_FIELDS.values())


def blocks_at(folder: Path, index: int) -> pv.MultiBlock:
    reader = pv.get_reader(folder / "fields.pvd")
    reader.set_active_time_point(index)
    return reader.read()[0]


def test_times_blocks_and_fields_come_back(written, mesh):
    assert pv.get_reader(written / "fields.pvd").time_values == [0.0, 10.0, 20.0]
    blocks = blocks_at(written, 2)
    assert blocks.keys() == ["electrode", "interface", "electrolyte"]
    electrode = mesh.region("electrode")
    snapshot = make_snapshot(mesh, 2)
    volume, surface = blocks["electrode"], blocks["interface"]
    assert volume.n_cells == len(electrode.cells)
    np.testing.assert_allclose(volume.points, electrode.points, atol=1e-6 * LENGTH)
    np.testing.assert_allclose(volume[names.CONCENTRATION], snapshot.concentration, rtol=1e-6)
    np.testing.assert_allclose(volume[names.STOICHIOMETRY], snapshot.stoichiometry, rtol=1e-6)
    assert set(surface.point_data.keys()) == ALL_SURFACE
    for key, values in snapshot.surface.items():
        np.testing.assert_allclose(surface[names.SURFACE_FIELDS[key]], values, rtol=1e-6)
    np.testing.assert_allclose(blocks["electrolyte"][names.CONCENTRATION], 1000.0)


def test_volumes_and_areas_survive(written, mesh):
    blocks = blocks_at(written, 0)
    electrode = blocks["electrode"].compute_cell_sizes()
    assert electrode["Volume"].sum() == pytest.approx(LENGTH**3, rel=1e-5)
    assert blocks["electrolyte"].volume == pytest.approx(7 * LENGTH**3, rel=1e-5)
    assert blocks["interface"].extract_surface(algorithm="dataset_surface").area == pytest.approx(
        3 * LENGTH**2, rel=1e-5
    )
    quadratic = mesh.order == 2
    assert set(blocks["electrode"].celltypes) == {24 if quadratic else 10}
    assert set(blocks["interface"].celltypes) == {22 if quadratic else 5}


def test_middle_nodes_are_in_the_order_of_vtk(tmp_path):
    mesh = make_mesh(2)
    VtkWriter(tmp_path, mesh).write(make_snapshot(mesh, 0))
    for block, corners in (("electrode", 4), ("interface", 3)):
        grid = blocks_at(tmp_path, 0)[block]
        cells = np.asarray(grid.cell_connectivity).reshape(grid.n_cells, -1)
        for k, (a, b) in enumerate(EDGES[: cells.shape[1] - corners]):
            middle = 0.5 * (grid.points[cells[:, a]] + grid.points[cells[:, b]])
            np.testing.assert_allclose(grid.points[cells[:, corners + k]], middle, atol=1e-13)


def test_facts_of_the_output_are_stored(written):
    facts = blocks_at(written, 1)["interface"].field_data
    assert facts[names.TIME_FACT][0] == 10.0
    assert facts[names.VOLTAGE_FACT][0] == pytest.approx(3.3)
    step = blocks_at(written, 1).field_data[names.LABEL_FACT][0]
    assert str(step) == read_outputs(written)[1].label == "Discharge at C/2 until 2.5 V"


def test_a_uniform_electrolyte_is_stored_once(written):
    assert len(list(written.rglob("electrolyte*.vtu"))) == 1


def test_a_varying_electrolyte_is_stored_each_time(tmp_path):
    mesh = make_mesh()
    points = mesh.region("electrolyte").points
    writer = VtkWriter(tmp_path, mesh)
    for index in range(2):
        field = 1000.0 + index + points[:, 2] / LENGTH
        writer.write(replace(make_snapshot(mesh, index), electrolyte_concentration=field))
    shown = blocks_at(tmp_path, 1)["electrolyte"][names.CONCENTRATION]
    np.testing.assert_allclose(shown, field, rtol=1e-6)


def test_an_electrode_alone_has_two_blocks(tmp_path):
    mesh = make_mesh(electrolyte=False)
    VtkWriter(tmp_path, mesh).write(make_snapshot(mesh, 0))
    assert blocks_at(tmp_path, 0).keys() == ["electrode", "interface"]


def test_resume_drops_what_came_later_and_appends(written, mesh):
    writer = VtkWriter(written, mesh, resume_time=10.0)
    assert [e.time for e in read_collection(written / "fields.pvd")] == [0.0, 10.0]
    assert not (written / "fields" / "0002").exists()
    writer.write(make_snapshot(mesh, 2, time=15.0))
    assert pv.get_reader(written / "fields.pvd").time_values == [0.0, 10.0, 15.0]
    for index in range(3):
        assert blocks_at(written, index)["electrolyte"] is not None


def test_a_fresh_start_removes_the_old_run(written, mesh):
    VtkWriter(written, mesh)
    assert not (written / "fields.pvd").exists()
    assert list((written / "fields").iterdir()) == []


def test_an_output_at_the_same_time_replaces(written, mesh):
    VtkWriter(written, mesh, resume_time=20.0).write(make_snapshot(mesh, 7, time=20.0))
    entries = read_collection(written / "fields.pvd")
    assert [e.time for e in entries] == [0.0, 10.0, 20.0]
    assert entries[-1].file == "fields/0007.vtm"


def test_a_field_of_the_wrong_length_is_refused(tmp_path, mesh):
    snapshot = make_snapshot(mesh, 0)
    with pytest.raises(NanotrodeError, match=r"concentration .* nodes"):
        VtkWriter(tmp_path, mesh).write(replace(snapshot, concentration=np.ones(3)))
    assert not (tmp_path / "fields.pvd").exists()


def test_a_killed_run_opens_as_far_as_it_got(killed_run):
    times = pv.get_reader(killed_run / "fields.pvd").time_values
    assert len(times) >= 3
    for index in range(len(times)):
        blocks = blocks_at(killed_run, index)
        assert blocks["electrode"][names.STOICHIOMETRY].min() == pytest.approx(
            0.1 + 0.1 * index, rel=1e-5
        )
        assert set(blocks["interface"].point_data.keys()) == ALL_SURFACE
