"""Pictures of structures: each region is seen in its own colour."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from nanotrode.geometry.tags import REGIONS
from nanotrode.postprocess import opengl, scene
from nanotrode.postprocess.palette import REGION_COLOURS
from nanotrode.postprocess.structure import Widths, plot_structure


@pytest.fixture
def small(monkeypatch):
    """Few pixels; skips where nothing can be drawn."""
    try:
        opengl.require_rendering()
    except opengl.RenderingError as error:
        pytest.skip(str(error))
    monkeypatch.setattr(scene, "_PIXELS", 60_000)


def share_of(path, region) -> float:
    """Share of a picture in the hue of a region, however it is lit."""
    image = imread(path)[:, :, :3].reshape(-1, 3)
    colour = np.array(to_rgb(REGION_COLOURS[region]))
    light = image.sum(axis=1, keepdims=True)
    hue = image / np.maximum(light, 1e-6) - colour / colour.sum()
    return float((np.abs(hue).max(axis=1) < 0.03)[np.ptp(image, axis=1) > 0.04].sum() / len(image))


def layers():
    """A box of an electrode below electrolyte, with a block of an additive in it."""
    import boxes

    mesh = boxes.box((6, 6, 6), sides=(3e-6, 3e-6, 3e-6))
    x, _, z = mesh.points[mesh.cells].mean(axis=1).T
    tags = np.where(z < 1.5e-6, REGIONS["electrode"], REGIONS["electrolyte"])
    tags[(z > 0.5e-6) & (z < 1.5e-6) & (x > 1e-6)] = REGIONS["additive"]
    return replace(mesh, cell_tags=tags.astype(np.int32))


def test_a_mesh_is_drawn_cut_as_a_surface_and_apart(small, tmp_path):
    from nanotrode.postprocess.render_mesh import render_mesh

    cut, surface, phases = render_mesh(layers(), tmp_path)
    assert [p.name for p in (cut, surface, phases)] == [
        "mesh_cut.png", "mesh_surface.png", "mesh_phases.png",
    ]  # fmt: skip
    for path in (cut, phases):
        assert share_of(path, "electrode") > 0.02
        assert share_of(path, "electrolyte") > 0.02
    assert share_of(surface, "electrode") > 0.02
    assert share_of(surface, "electrolyte") < 0.5 * share_of(cut, "electrolyte")


def test_the_sheet_shows_the_section_and_every_phase(tmp_path):
    section = np.full((40, 20), REGIONS["electrolyte"], dtype=np.uint8)
    section[:, :10] = REGIONS["electrode"]
    widths = Widths(np.array([0.1, 0.2, 0.4]), np.array([0.2, 0.7, 1.0]))
    path = plot_structure(
        tmp_path / "sheet.png",
        section=section,
        spacing=0.1,
        widths={"electrode": widths, "electrolyte": widths},
        diffusivities={"electrode": (0.1, 0.2, 0.3), "electrolyte": (0.4, 0.5, 0.0)},
        title="a structure",
    )
    assert share_of(path, "electrode") > 0.05
    assert share_of(path, "electrolyte") > 0.03
