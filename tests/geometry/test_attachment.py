"""What takes no part: islands and closed pores, counted by hand on a block of small cubes."""

from __future__ import annotations

import hosts
import numpy as np
import pytest

from nanotrode.errors import InputError
from nanotrode.geometry.attachment import NOTE, attached, told
from nanotrode.geometry.tags import BOUNDARIES

MICRON3 = 1e-18


def block(*solids, empty=()):
    """4 x 4 x 8 um of electrolyte in cubes of 1 um, with boxes of electrode less boxes of pores."""

    def within(boxes, x):
        low, high = np.array(boxes, dtype=float).reshape(-1, 2, 3).transpose(1, 0, 2)
        return ((x[:, None] > low) & (x[:, None] < high)).all(axis=2).any(axis=1)

    def host(x):
        return within(solids, x) & (~within(empty, x) if empty else True)

    return hosts.column((4, 4, 8), sides=(4.0, 4.0, 8.0), host=host)


PILLAR = ((0, 0, 0), (1, 1, 4))
FLOATING = ((2, 2, 2), (3, 3, 4))
BY_AN_EDGE = ((1, 1, 2), (2, 2, 4))
BY_A_POINT = ((1, 1, 4), (2, 2, 6))


@pytest.mark.parametrize("island", [FLOATING, BY_AN_EDGE, BY_A_POINT])
@pytest.mark.parametrize("pores", [True, False])
def test_an_island_is_left_out_and_told(island, pores):
    whole = block(PILLAR, island)
    left = attached(whole, pores=pores)
    assert left.volume("electrode") == pytest.approx(4 * MICRON3)
    assert left.volume("electrolyte") == pytest.approx((128 - 6) * MICRON3)
    # 1 um x 1 um in a corner: two walls of 4 um and a roof
    assert left.area("interface") == pytest.approx(9e-12)
    assert left.area("sides") == pytest.approx(whole.area("sides") + 10e-12)
    note = left.shape[NOTE]
    assert note["electrode pieces"] == 1
    assert note["share of the electrode"] == pytest.approx(2 / 6)
    assert note["share of the interface"] == pytest.approx(10 / 19)
    assert "33.3 % of the electrode (1 piece) touches no collector" in told(left.shape)[0]
    quality = left.quality()
    assert (quality.untagged_facets, quality.unused_points, quality.nonmanifold) == (0, 0, 0)
    assert attached(left, pores=pores) is left


def test_what_a_face_joins_stays():
    whole = block(PILLAR, ((1, 0, 3), (3, 1, 4)))
    assert attached(whole, pores=True) is whole
    assert told(whole.shape) == []


CAVE = ((1, 1, 2), (3, 3, 4))
SLAB = ((0, 0, 0), (4, 4, 5))


def test_a_closed_pore_is_left_out_where_ions_need_pores():
    whole = block(SLAB, empty=CAVE)
    left = attached(whole, pores=True)
    assert left.volume("electrode") == pytest.approx((80 - 8) * MICRON3)
    assert left.volume("electrolyte") == pytest.approx(48 * MICRON3)
    assert left.area("interface") == pytest.approx(16e-12)
    assert left.shape[NOTE]["share of the electrolyte"] == pytest.approx(8 / 56)
    assert left.shape[NOTE]["share of the interface"] == pytest.approx(24 / 40)
    assert "(1 closed pore) has no way to the separator" in told(left.shape)[0]
    # ions come through the body
    assert attached(whole, pores=False) is whole


def test_a_pore_in_an_island_goes_with_it():
    hollow = block(PILLAR, ((1, 1, 4), (4, 4, 7)), empty=((2, 2, 5), (3, 3, 6)))
    left = attached(hollow, pores=False)
    assert left.volume("electrode") == pytest.approx(4 * MICRON3)
    assert left.volume("electrolyte") == pytest.approx((128 - 4 - 27) * MICRON3)


def retagged(mesh, **roles):
    from dataclasses import replace

    tags = mesh.facet_tags.copy()
    for name, role in roles.items():
        tags[mesh.facet_tags == BOUNDARIES[name]] = BOUNDARIES[role]
    return replace(mesh, facet_tags=tags)


def test_exchanged_ends_are_refused_by_name():
    turned = retagged(block(PILLAR), collector="separator", separator="collector")
    with pytest.raises(InputError, match=r"no part of the electrode touches the collector; it tou"):
        attached(turned, pores=True)
    floating = block(FLOATING)
    with pytest.raises(InputError, match=r"no part of the electrode touches the collector$"):
        attached(floating, pores=True)
    buried = retagged(block(SLAB), separator="sides", collector="separator", sides="collector")
    with pytest.raises(InputError, match="no part of the electrolyte touches the separator"):
        attached(buried, pores=True)


def test_an_electrode_alone_loses_its_islands_too():
    alone = block(PILLAR, FLOATING).region("electrode")
    assert attached(alone, pores=True).volume("electrode") == pytest.approx(4 * MICRON3)
    assert attached(alone, pores=True).area("interface") == pytest.approx(9e-12)


def test_an_images_loose_voxels_are_told():
    """A pillar of 5 x 5 x 12 voxels; 72 more that touch it by an edge at most."""
    from nanotrode.geometry.implicit.voxel_mesh import join_phases

    tags = np.full((12, 12, 12), 2)
    tags[:5, :5] = 1
    tags[7:11, 7:11, 4:8] = 1
    tags[5:7, 5:7, 6:8] = 1
    joined = join_phases(tags)
    assert (joined.tags == 1).sum() == 300
    assert joined.loose == pytest.approx(72 / 372)
    said = told({"loose_share": joined.loose})
    assert said == ["19.4 % of the solid touches no collector: taken as electrolyte"]
    assert told({"loose_share": 5e-4}) == []
