"""The ready studies: each can be run as it is, says what it found, and a small one is run."""

from __future__ import annotations

import csv
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import scipy.sparse as sparse
from scipy.optimize import minimize_scalar
from scipy.sparse.linalg import spsolve

from nanotrode.geometry import build_mesh
from nanotrode.study import cli
from nanotrode.study.build import element_order, make_shape, make_sizing
from nanotrode.study.cases.table import input_columns
from nanotrode.study.loading import load_case
from nanotrode.study.optimise.problem import read_problem
from nanotrode.study.source import read_source
from nanotrode.study.sweep.plan import plan_sweep

ROOT = Path(__file__).resolve().parents[2]
STUDIES = ROOT / "examples" / "studies"
sys.path.insert(0, str(ROOT / "benchmarks"))
import studies as renewing  # noqa: E402
import studies_tables as tables  # noqa: E402

PAGE = (ROOT / "docs" / "studies.md").read_text("utf-8")
CASES = {
    "wire_count": 5,
    "shapes_equal_volume": 6,
    "shapes_equal_area": 3,
    "belt_mesh": 6,
    "one_curve": 16,
    "framework": 32,
    "framework_kinetics": 32,
    "framework_box": 32,
    "coat": 32,
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
    assert matched == pytest.approx(0.92e-6, rel=0.02)
    assert 1.0 < FOUND / matched < 1.6
    expected = [f"{matched / _best_ratio(ionic):.2e}" for ionic in (1e-3, 1.0)]
    assert expected == ["1.06e-06", "1.09e-06"]
    for text in (PAGE, read_source(STUDIES / f"{OPTIMUM}.toml").head):
        assert "1.06e-6" in text
        assert "1.09e-6" in text


@pytest.mark.parametrize(
    ("ionic", "ratio"), [(1e-3, 7 / 8), (1.0, 0.850), (10.0, 0.725)], ids=["none", "1", "10"]
)
def test_a_porous_electrode_is_most_even_where_electrons_have_the_smaller_resistance(ionic, ratio):
    """Var(y^2/2) = 1/45 and Cov(y^2/2, (1 - y)^2/2) = -7/360: 7/8 where hardly anything is lost."""
    assert _best_ratio(ionic) == pytest.approx(ratio, abs=2e-3)


def _best_ratio(ionic: float) -> float:
    """R_e over R_i at which the linear reaction varies least, R_i times its conductance given.

    eta'' = (R_i + R_e) K eta, eta' = -R_e at the collector and R_i at the separator.
    """
    y = np.linspace(0.0, 1.0, 2001)

    def varies(ratio: float) -> float:
        nu = np.sqrt(ionic * (1 + ratio))
        j = np.cosh(nu * y) + ratio * np.cosh(nu * (1 - y))
        return float(np.trapezoid((j / np.trapezoid(j, y) - 1) ** 2, y))

    return float(minimize_scalar(varies, bounds=(0.3, 1.5), method="bounded").x)


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


class _Case(NamedTuple):
    inputs: dict
    numbers: dict


def _imagined(name: str) -> tables.Table:
    """The table of a study with every number 1, so that only its shape tells."""
    plan = plan_sweep(STUDIES / f"{name}.toml")
    return tables.TABLES[name](
        [
            _Case(dict(case.inputs), defaultdict(lambda: 1.0, input_columns(case)))
            for case in plan.cases
        ]
    )


@pytest.mark.parametrize("name", CASES)
def test_the_page_has_the_table_of_each_study(name):
    head, rows = tables.read(PAGE, name)
    expected = _imagined(name)
    assert head == list(expected.head)
    keys = expected.keys
    assert [row[:keys] for row in rows] == [list(row[:keys]) for row in expected.rows]
    numbers = [cell for row in rows for cell in row[keys:]]
    assert numbers
    assert all(re.fullmatch(r"[-+.\de]+( ± [.\de-]+)?", cell) for cell in numbers), numbers


def test_the_page_has_the_points_of_the_search():
    head, rows = tables.read(PAGE, OPTIMUM)
    assert head == ["sheet conductance [S]", "the deposit varies by"]
    sheets, varies = np.array([[float(cell) for cell in row] for row in rows]).T
    assert (np.diff(sheets) >= 0).all()
    assert len(sheets) == read_problem(STUDIES / f"{OPTIMUM}.toml").table.budget
    assert sheets[varies.argmin()] == pytest.approx(FOUND, rel=0.05)


@pytest.mark.parametrize("name", CASES)
def test_a_finding_quotes_numbers_of_its_table(name):
    """Numbers with an error bar, in a study's head and in the page's sentences about it."""
    told = " ".join(cell for row in tables.read(PAGE, name)[1] for cell in row)
    head = " ".join(read_source(STUDIES / f"{name}.toml").head.split()).replace("+-", "±")
    for quoted in re.findall(r"\d*\.?\d+ ± \d*\.?\d+", head):
        assert quoted in told


def test_the_page_quotes_numbers_of_its_tables():
    told = " ".join(cell for name in CASES for row in tables.read(PAGE, name)[1] for cell in row)
    prose = " ".join(line for line in PAGE.splitlines() if not line.startswith("|"))
    for quoted in re.findall(r"\d*\.?\d+ ± \d*\.?\d+", prose):
        assert quoted in told


@pytest.mark.parametrize(
    ("value", "bar", "text"),
    [
        (0.23845, 0.003, "0.238 ± 0.003"),
        (0.890, 0.0012, "0.8900 ± 0.0012"),
        (249.3, 9.2, "249 ± 9"),
        (0.31, None, "0.31"),
        (3e-16, 1e-17, "0"),
    ],
)
def test_a_number_has_the_digits_that_its_bar_leaves(value, bar, text):
    assert tables.within(value, bar) == text


def test_a_table_finds_its_place(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- one -->\nold\n<!-- /one -->\nb\n", "utf-8")
    tables.put(page, "one", tables.Table(("x", "y"), (("1", "2"),)))
    assert page.read_text("utf-8") == (
        "a\n<!-- one -->\n| x | y |\n| --- | --- |\n| 1 | 2 |\n<!-- /one -->\nb\n"
    )
    assert tables.read(page.read_text("utf-8"), "one") == (["x", "y"], [["1", "2"]])


@pytest.mark.parametrize(
    "names", [["wire_count"], pytest.param([], marks=pytest.mark.slow, id="all")]
)
def test_the_quick_form_agrees_in_shape(names, tmp_path, capsys):
    """The command that renews the page; of `wire_count` also its numbers, on a coarse mesh."""
    before = PAGE
    made = renewing.main([*names, "--quick", "--out", str(tmp_path)])
    assert set(made) == set(names or [*CASES, OPTIMUM])
    assert (ROOT / "docs" / "studies.md").read_text("utf-8") == before
    for name, table in made.items():
        head, rows = tables.read(PAGE, name)
        assert head == list(table.head)
        assert f"{name}\n{table.markdown()}\n" in capsys.readouterr().out or name != names[:1]
        known = {tuple(row[: table.keys]): row for row in rows}
        for row in table.rows:
            assert row[: table.keys] in known
    if "wire_count" in made:
        for row in made["wire_count"].rows:
            used = tables.read(PAGE, "wire_count")[1]
            page = next(line for line in used if line[0] == row[0])
            assert float(row[3]) == pytest.approx(float(page[3].split()[0]), abs=0.02)


@pytest.mark.slow
def test_a_study_in_small_ends_with_its_page(tmp_path):
    words = [
        "sweep.error=false",
        "sweep.over.wires=[16, 36]",
        'sweep.over.geometry.radius=["1.125 um", "0.75 um"]',
        'sweep.over.geometry.pitch=["4.5 um", "3 um"]',
    ]
    given = [word for one in words for word in ("--set", one)]
    path = STUDIES / "wire_count.toml"
    assert cli.main(["sweep", str(path), "--out", str(tmp_path), *given]) == 0
    with (tmp_path / "results.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    used = [float(row["First discharge: utilisation [-]"]) for row in rows]
    assert used == pytest.approx([0.9084, 0.9665], abs=0.005)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "16 or 36 NMC811 wires" in page
    assert (tmp_path / "cases" / "0001" / "report.html").exists()
