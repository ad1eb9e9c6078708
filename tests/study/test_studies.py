"""The ready studies: each can be run as it is, says what it found, and a small one is run."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sparse
from scipy.sparse.linalg import spsolve

from nanotrode.geometry import build_mesh
from nanotrode.study import cli
from nanotrode.study.build import element_order, make_shape, make_sizing
from nanotrode.study.loading import load_case
from nanotrode.study.optimise.problem import read_problem
from nanotrode.study.source import read_source
from nanotrode.study.sweep.plan import plan_sweep

STUDIES = Path(__file__).resolve().parents[2] / "examples" / "studies"
CASES = {
    "wire_count": 5,
    "shapes_equal_volume": 6,
    "shapes_equal_area": 3,
    "framework": 18,
    "coat": 12,
}
OPTIMUM = "coat_optimum"
FOUND = 1.2e-6
"""Sheet conductance that the search found [S]."""


def test_every_study_is_known():
    assert {path.stem for path in STUDIES.glob("*.toml")} == {*CASES, OPTIMUM}


@pytest.mark.parametrize("name", CASES)
def test_a_sweep_of_a_study_is_possible(name):
    assert len(plan_sweep(STUDIES / f"{name}.toml").cases) == CASES[name]


def test_the_search_is_possible():
    problem = read_problem(STUDIES / f"{OPTIMUM}.toml")
    assert [axis.key for axis in problem.axes] == ["plating.coat_conductivity"]


@pytest.mark.parametrize("name", [*CASES, OPTIMUM])
def test_a_study_says_what_it_found(name):
    head = read_source(STUDIES / f"{name}.toml").head
    assert re.search(r"\?.*Finding: .*\d", head, re.DOTALL)


def test_ionic_and_electronic_resistance_match_near_the_conductance_that_was_found():
    from nanotrode.solver.plating.homogenised import effective_conductivity

    study = load_case(read_source(STUDIES / f"{OPTIMUM}.toml").without("optimise"))
    shape = make_shape(study)
    mesh = build_mesh(shape, sizing=make_sizing(study), order=element_order(study))
    height = float(study.geometry.thickness)
    ions = effective_conductivity(mesh, {"electrode": 0.1, "electrolyte": 0.2}, height=height)
    matched = ions / _along_coat(mesh, height)
    assert matched == pytest.approx(0.91e-6, rel=0.02)
    assert 0.5 < FOUND / matched < 2.0


def _along_coat(mesh, height: float) -> float:
    """Effective conductivity along z of a surface of 1 S [1/m]: Laplace's equation on it."""
    from nanotrode.solver.plating.film import facet_laplacians
    from nanotrode.solver.plating.sites import Kind, find_sites

    sites = find_sites(mesh)
    on_host = (sites.kinds[sites.facets] != Kind.COLLECTOR).all(axis=1)
    facets = sites.nodes[sites.facets[on_host]]
    nodes, places = np.unique(facets, return_inverse=True)
    places = places.reshape(facets.shape)
    blocks = facet_laplacians(sites.points)[on_host]
    rows, columns = np.repeat(places, 3, axis=1).ravel(), np.tile(places, (1, 3)).ravel()
    matrix = sparse.csr_matrix((blocks.ravel(), (rows, columns)))
    _, parts = sparse.csgraph.connected_components(matrix)
    share = (mesh.points[nodes, 2] - mesh.points[:, 2].min()) / height
    ends = share < 1e-6, share > 1 - 1e-6
    through = np.isin(parts, np.intersect1d(parts[ends[0]], parts[ends[1]]))
    potential = np.where(ends[0] & through, 1.0, 0.0)
    free = np.flatnonzero(through & ~ends[0] & ~ends[1])
    potential[free] = spsolve(matrix[free][:, free].tocsc(), -(matrix @ potential)[free])
    return float(potential @ (matrix @ potential)) * height / mesh.footprint


@pytest.mark.slow
def test_a_study_in_small_ends_with_its_page(tmp_path):
    words = [
        "sweep.error=false",
        "sweep.over.wires=[16, 36]",
        'sweep.over.geometry.radius=["45 nm", "30 nm"]',
        'sweep.over.geometry.pitch=["180 nm", "120 nm"]',
    ]
    given = [word for one in words for word in ("--set", one)]
    path = STUDIES / "wire_count.toml"
    assert cli.main(["sweep", str(path), "--out", str(tmp_path), *given]) == 0
    with (tmp_path / "results.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    used = [float(row["First discharge: utilisation [-]"]) for row in rows]
    assert used == pytest.approx([0.8858, 0.9494], abs=0.005)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "16 or 36 LiFePO4 wires" in page
    assert (tmp_path / "cases" / "0001" / "report.html").exists()
