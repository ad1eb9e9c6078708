"""Fields live where they have a meaning, and other programs read them."""

from __future__ import annotations

import numpy as np
import pytest
import pyvista as pv
from small_run import LENGTH, make_mesh, make_snapshot

from nanotrode.postprocess import names
from nanotrode.postprocess.export import VtkWriter
from nanotrode.postprocess.fields import read_outputs
from nanotrode.postprocess.plating_export import PlatingWriter
from nanotrode.solver.plating.snapshot import PlatingSnapshot

IONS, ELECTRONS = -1e-4, -3.8e-3


def plating_snapshot(mesh, *, ions_in_host: bool) -> PlatingSnapshot:
    """Electrons in the host and on its surface, ions in the electrolyte (and in the host)."""

    def on(nodes, value):
        field = np.full(len(mesh.points), np.nan)
        field[nodes] = value
        return field

    host = np.unique(mesh.cells[mesh.cell_tags == mesh.names["electrode"]])
    wet = np.unique(mesh.cells[mesh.cell_tags == mesh.names["electrolyte"]])
    skin = mesh.boundary("interface").nodes
    everywhere = np.arange(len(mesh.points))
    return PlatingSnapshot(
        index=0,
        time=1.0,
        label="Plate <größer> & weiter",
        voltage=-0.004,
        current_density=5.0,
        volume={
            "ion_potential": on(everywhere if ions_in_host else wet, IONS),
            "electron_potential": on(host, ELECTRONS),
            "salt_concentration": on(wet, 1000.0),
        },
        host={"deposit_thickness": on(skin, 1e-9), "local_current_density": on(skin, -1.0)},
        collector={},
    )


@pytest.fixture
def plated(tmp_path):
    def write(**about):
        mesh = make_mesh()
        PlatingWriter(tmp_path, mesh).write(plating_snapshot(mesh, **about))
        return {
            path.stem: pv.UnstructuredGrid(path)
            for path in sorted((tmp_path / "fields" / "0000").glob("*.vtu"))
        }

    return write


@pytest.mark.parametrize("ions_in_host", [True, False])
def test_a_potential_is_in_the_blocks_that_conduct_it(plated, ions_in_host):
    blocks = plated(ions_in_host=ions_in_host)
    ions, electrons, salt = names.ION_POTENTIAL, names.ELECTRON_POTENTIAL, names.CONCENTRATION
    assert set(blocks["electrode"].point_data) == {electrons} | ({ions} if ions_in_host else set())
    assert set(blocks["electrolyte"].point_data) == {ions, salt}
    # no zeros in between: what ParaView colours by is the potential alone
    assert blocks["electrode"].get_data_range(electrons) == pytest.approx((ELECTRONS, ELECTRONS))
    assert blocks["electrolyte"].get_data_range(ions) == pytest.approx((IONS, IONS))


def test_a_field_with_gaps_has_no_number_there(tmp_path):
    mesh = make_mesh()
    snapshot = plating_snapshot(mesh, ions_in_host=True)
    far = int(np.argmax(mesh.points.sum(axis=1)))
    snapshot.volume["ion_potential"][far] = np.nan
    PlatingWriter(tmp_path, mesh).write(snapshot)
    ions = pv.read(tmp_path / "fields" / "0000" / "electrolyte.vtu")[names.ION_POTENTIAL]
    assert np.isnan(ions).sum() == 1
    assert np.nanmax(ions) == pytest.approx(IONS)


@pytest.mark.parametrize("order", [1, 2])
def test_meshio_reads_every_block(tmp_path, order):
    import meshio

    mesh = make_mesh(order)
    VtkWriter(tmp_path / "a", mesh).write(make_snapshot(mesh, 0))
    if order == 1:
        PlatingWriter(tmp_path / "b", mesh).write(plating_snapshot(mesh, ions_in_host=True))
    files = sorted(tmp_path.rglob("*.vtu"))
    assert len(files) == (6 if order == 1 else 3)
    for file in files:
        found, ours = meshio.read(file), pv.UnstructuredGrid(file)
        np.testing.assert_array_equal(found.points, ours.points)
        assert sum(len(block.data) for block in found.cells) == ours.n_cells
        assert set(found.point_data) == set(ours.point_data)
        for name, values in found.point_data.items():
            np.testing.assert_array_equal(values, ours[name])
    volume = meshio.read(tmp_path / "a" / "fields" / "0000" / "electrode.vtu")
    assert np.ptp(volume.points, axis=0) == pytest.approx([LENGTH] * 3, rel=1e-6)


def test_the_step_comes_back_in_the_users_words(tmp_path):
    mesh = make_mesh()
    PlatingWriter(tmp_path, mesh).write(plating_snapshot(mesh, ions_in_host=True))
    assert read_outputs(tmp_path)[0].label == "Plate <größer> & weiter"
