"""Tortuosity of an image without its voxels' own error, against TauFactor on split voxels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nanotrode.solver import voxel_limit
from nanotrode.solver.voxel_limit import cubes_of, parts_of, transport_on_voxels

IMAGE = Path(__file__).parents[1] / "data" / "electrode_64.tiff"

# TauFactor 1.2.1 (torch 2.15.0, float32, conv_crit=1e-3) on the pores of that image, each voxel
# split in n along each edge: {axis: {n: tortuosity factor}}; benchmarks/tau_reference.py.
TAUFACTOR = {
    2: {1: 2.146, 2: 2.046, 3: 2.018, 4: 2.005},
    1: {1: 2.057, 2: 1.986, 3: 1.966},
    0: {1: 2.189, 2: 2.096, 3: 2.070},
}


@pytest.fixture(scope="module")
def pores():
    from nanotrode.geometry.implicit.image_files import read_stack

    return read_stack(str(IMAGE), raw_shape=None, raw_type=None).transpose(2, 1, 0) == 0


def taufactors_limit(axis):
    """From its two finest values; the error of re-entrant edges falls as the power 4/3."""
    (m, coarse), (n, fine) = list(TAUFACTOR[axis].items())[-2:]
    return fine - (coarse - fine) / ((n / m) ** (4 / 3) - 1)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_limit_is_that_of_taufactor_on_ever_finer_voxels(pores, axis):
    found = transport_on_voxels(pores, axis)
    assert found.as_they_are.tortuosity == pytest.approx(TAUFACTOR[axis][1], rel=1e-3)
    limit = found.limit.transport.tortuosity
    assert limit == pytest.approx(taufactors_limit(axis), abs=found.limit.error)
    assert found.limit.error < 0.02 * limit
    # the voxels' own value is 5 to 9 % off: many times what is said of the limit
    assert found.as_they_are.tortuosity - limit > 4 * found.limit.error


def test_straight_pores_have_no_error_of_their_voxels():
    phase = np.zeros((12, 8, 9), dtype=bool)
    phase[:, :3] = True
    limit = transport_on_voxels(phase, 0).limit
    assert limit.transport.tortuosity == pytest.approx(1.0, rel=1e-6)
    assert limit.error < 2e-4
    assert transport_on_voxels(phase, 1).limit is None


def test_what_is_too_large_to_split_is_corrected_from_cubes_within(pores, monkeypatch):
    whole = transport_on_voxels(pores, 2).limit
    monkeypatch.setattr(voxel_limit, "parts_of", lambda voxels: None)
    monkeypatch.setattr(voxel_limit, "_CUBE", 24)
    cubes = transport_on_voxels(pores, 2).limit
    assert cubes.transport.tortuosity == pytest.approx(
        whole.transport.tortuosity, abs=2 * np.hypot(cubes.error, whole.error)
    )
    assert cubes.error > whole.error


def test_what_cannot_be_corrected_says_so(monkeypatch):
    monkeypatch.setattr(voxel_limit, "parts_of", lambda voxels: None)
    monkeypatch.setattr(voxel_limit, "_CUBE", 8)
    phase = np.zeros((48, 48, 48), dtype=bool)
    phase[0, 0] = True  # a thread through a corner, in none of the cubes
    found = transport_on_voxels(phase, 2)
    assert found.as_they_are.diffusivity == pytest.approx(1 / 48**2, rel=1e-4)
    assert found.limit is None


def test_cubes_lie_within_the_image_and_apart():
    for shape in ((256, 256, 256), (500, 70, 300), (40, 400, 400)):
        marked = np.zeros(shape, dtype=np.int8)
        for cube in cubes_of(shape):
            assert all(0 <= s.start < s.stop <= n for s, n in zip(cube, shape, strict=True))
            marked[cube] += 1
        assert marked.max() == 1 or min(shape) < 2 * 64
    assert [parts_of(n**3) for n in (24, 52, 64, 128, 256)] == [4, 3, 2, 2, None]
