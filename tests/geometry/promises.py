"""What every mesh of a shape must keep; shared by the tests."""

from __future__ import annotations

import numpy as np
import pytest

from nanotrode.geometry import REGIONS, ElectrodeMesh, Film, NanobeltArray
from nanotrode.geometry.build_cad import takes_layers
from nanotrode.geometry.measure import dihedral_range, tet_volumes


def check_promises(
    mesh: ElectrodeMesh, shape, *, area: float = 1e-2, layers: bool | None = None
) -> None:
    """Volume, area, tags, angles and the sum of the regions, against the closed form.

    Cells in layers are thin on purpose: what counts is that none of their angles is near 180.
    """
    if layers is None:
        layers = isinstance(shape, Film) or takes_layers(shape)
    smallest, largest = dihedral_range(mesh.points, mesh.cells)
    thin = ((mesh.cell_tags == REGIONS["electrode"]) | isinstance(shape, Film)) & layers
    assert smallest[~thin].min(initial=90) >= 10
    # at the corners of a belt's tip layers from three sides meet
    assert largest[thin].max(initial=90) < (170 if isinstance(shape, NanobeltArray) else 155)
    assert mesh.volume("electrode") == pytest.approx(
        shape.electrode_volume, rel=2e-3 if layers else 5e-3
    )
    assert mesh.area("interface") == pytest.approx(shape.interface_area, rel=area)
    assert mesh.footprint == pytest.approx(shape.footprint)
    assert mesh.multiplicity == shape.multiplicity
    assert set(np.unique(mesh.cell_tags)) <= {1, 2}
    assert tet_volumes(mesh.points, mesh.cells).min() > 0
    quality = mesh.quality()
    assert quality.untagged_facets == quality.nonmanifold == quality.unused_points == 0
    assert quality.min_jacobian > 0
    if shape.headroom is not None:
        total = mesh.volume("electrode") + mesh.volume("electrolyte")
        assert total == pytest.approx(shape.footprint * shape.height, rel=1e-10)
        assert mesh.area("separator") == pytest.approx(shape.footprint, rel=1e-10)
        assert mesh.area("collector") == pytest.approx(shape.footprint, rel=1e-10)
