"""Lin et al. again: which runs are made, by what rule verdicts are given, and what is written."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from nanotrode.materials import plating_library as cards
from nanotrode.study import build_plating, cli
from nanotrode.study.loading import load_study
from nanotrode.study.reproduce.lin import convergence, story, table
from nanotrode.study.reproduce.lin.case import ACTIVATION, BOUNDARIES, HOSTS, Case, Inputs
from nanotrode.study.reproduce.lin.harvest import Harvest
from nanotrode.study.reproduce.lin.observations import OBSERVATIONS
from nanotrode.study.reproduce.lin.plan import Plan, quick, whole
from nanotrode.study.reproduce.lin.verdicts import AGREES, DEPENDS, DIFFERS, findings, tally

EVEN, TOP = [0.1] * 10, [0.0] * 7 + [0.2, 0.3, 0.5]
BOTTOM = TOP[::-1]


def leave(folder, case, *, layers=EVEN, later=None, fill=0.9, dip=0.1):
    """What a run leaves: shares per layer first and at the end, pores filled, a dip [V]."""
    folder.mkdir(parents=True, exist_ok=True)
    deposits = [
        {
            "share per layer, bottom to top": list(shares),
            "share on collector": 0.0,
            "coefficient of variation": 0.2,
            "largest over mean": 1.5,
            "filled fraction of pores": fill,
            "filled fraction per layer, bottom to top": [fill] * 10,
            "largest local current density [A.m-2]": 5.0,
        }
        for shares in [layers] * (len(case.capacities) - 1) + [later or layers]
    ]
    summary = {"deposits": deposits, "electrode": {"reacting area over footprint": 16.0}}
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    head = "Areal capacity [mA.h.cm-2],Voltage [V],Ohmic loss of ions [V],Kinetic loss [V]"
    rows = (f"0,-{dip + 0.01},0,0", "0.2,-0.01,0,0", "4,-0.01,0,0")
    (folder / "timeseries.csv").write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return Harvest(case, folder)


@pytest.fixture
def judged(tmp_path):
    """Findings over some runs of a host, each given by its inputs and what it left."""

    def judge(words, runs, host="LLTO@CNT", label=""):
        cases = {Case(host, inputs, label=label): left for inputs, left in runs.items()}
        plan = Plan(Inputs(), 1.5, tuple(cases), (), (), ())
        found = {
            c: leave(tmp_path / str(n), c, **left) for n, (c, left) in enumerate(cases.items())
        }
        about = [each for each in OBSERVATIONS if words in each.words]
        (finding,) = findings(found, plan, about)
        return finding

    return judge


def test_the_usual_inputs_are_those_of_the_cards():
    usual = Inputs()
    grains, boundaries = cards.load_solid("LLTO"), cards.load_solid("LLTO-grain-boundaries")
    assert (usual.ions, usual.electrons) == (
        grains.ionic_conductivity,
        grains.electronic_conductivity,
    )
    assert pytest.approx(boundaries.ionic_conductivity) == BOUNDARIES
    activated = cards.load_solid("LLTO-activated")
    assert activated.ionic_conductivity == pytest.approx(ACTIVATION * usual.ions)
    assert activated.electronic_conductivity == pytest.approx(ACTIVATION * usual.electrons)
    deposit = cards.load_deposit("Li")
    assert deposit.exchange_current_density == usual.exchange
    assert deposit.barrier_law == usual.law
    assert deposit.coverage_thickness == pytest.approx(1e-9 * usual.coverage)
    assert cards.load_salt("LHCE").conductivity == pytest.approx(usual.electrolyte)
    assert cards.load_coat("CNT-on-LLTO").electronic_conductivity == usual.coat


def test_what_the_paper_leaves_open_is_varied():
    plan = whole()
    assert len({case.key for case in plan.cases}) == len(plan.cases)
    grid = Counter(
        case.host
        for case in plan.varied
        if not case.changes
        and replace(case.inputs, exchange=5.0, ions=0.1, activated=False) == Inputs()
        and case.size == plan.size
    )
    assert grid == {"LLTO@CNT": 16, "LLTO": 10, "CNT": 4, "Cu foil": 4}
    for host in ("LLTO@CNT", "LLTO", "CNT"):
        own = [case.inputs for case in plan.of(host)]
        assert {each.seed for each in own} == {1, 2, 3, 4, 5}
        assert {each.thickness for each in own} == {30.0, 42.0, 60.0}
        assert {each.width for each in own} == ({15.0} if host == "LLTO" else {15.0, 30.0})
        refined = [case for case in plan.refined if case.host == host]
        assert {case.size for case in refined} >= {2.0, 1.1}
        assert {case.tolerance for case in refined} >= {0.01}
    for host in HOSTS:
        assert {case.inputs.law for case in plan.of(host)} == {"kinetic", "equilibrium"}
        assert plan.of(host)[0] == plan.host(host)
    assert {case.inputs.coverage for case in plan.of("CNT")} == {1.0, 10.0, 100.0}
    assert all(case.capacities[-1] == 4.0 for case in plan.cases)


def test_a_study_says_what_was_varied(tmp_path):
    inputs = Inputs(exchange=20.0, ions=BOUNDARIES, activated=True, law="equilibrium", seed=4)

    def anode(host):
        path = tmp_path / "study.toml"
        path.write_text(Case(host, inputs).study, encoding="utf-8")
        study = load_study(path)
        assert study.geometry.seed == 4
        return build_plating.make_anode(study)

    mixed, carbon = anode("LLTO@CNT"), anode("CNT")
    assert mixed.solid.ionic_conductivity == pytest.approx(2e-2)
    assert mixed.solid.electronic_conductivity == pytest.approx(1e-5)
    assert (mixed.deposit.exchange_current_density, mixed.deposit.barrier_law) == (
        20.0,
        "equilibrium",
    )
    # what LLTO is changes no host of carbon
    assert carbon.solid.ionic_conductivity == 0.0
    assert carbon.solid.electronic_conductivity == 100.0


def test_the_usual_study_leaves_all_numbers_to_the_cards():
    assert "\n[plating]\n\n[solver]" in Case("LLTO").study


def test_a_verdict_says_for_which_inputs_it_holds(judged):
    runs = {
        Inputs(): {},
        Inputs(exchange=0.5): {},
        Inputs(exchange=20.0): {"layers": TOP},
        Inputs(ions=BOUNDARIES): {"layers": TOP},
        Inputs(ions=BOUNDARIES, activated=True): {},
        Inputs(seed=1): {"layers": TOP},
        Inputs(thickness=60.0): {},
    }
    finding = judged("filled evenly", runs)
    assert finding.verdict == DEPENDS
    assert finding.inputs(True) == (
        "grain boundaries, activated: i0 5 A/m2; grains: i0 0.5, 5 A/m2; 60 um thick"
    )
    assert finding.inputs(False) == "grain boundaries: i0 5 A/m2; grains: i0 20 A/m2; seed 1"
    # thirds of 3.33 layers: 10 / 3 * 0.1 everywhere; on top 0.2 / 3 + 0.2 + 0.3 + 0.5 - 1 / 3
    assert finding.range == "0 to 67"


def test_what_holds_for_all_or_for_none_is_told(judged):
    runs = {Inputs(): {}, Inputs(exchange=50.0): {}}
    always = judged("filled evenly", runs)
    assert (always.verdict, always.inputs(True), always.inputs(False)) == (AGREES, "all 2 runs", "")
    never = judged("filled evenly", {each: {"layers": BOTTOM} for each in runs})
    assert (never.verdict, never.inputs(True), never.inputs(False)) == (DIFFERS, "", "all 2 runs")


@pytest.mark.parametrize(
    ("words", "host", "left", "verdict"),
    [
        ("at the bottom first", "LLTO", {"layers": BOTTOM}, AGREES),
        ("at the bottom first", "LLTO", {}, DIFFERS),
        # a third is not heavy: what came later must lie on top by more than half
        ("then on the top", "LLTO", {"layers": BOTTOM, "later": EVEN}, DIFFERS),
        ("then on the top", "LLTO", {"layers": EVEN, "later": TOP}, AGREES),
        ("stays porous", "LLTO", {"fill": 0.935}, DIFFERS),
        ("stays porous", "LLTO", {"fill": 0.3}, AGREES),
        ("CNT: on the top", "CNT", {"layers": TOP}, AGREES),
        ("CNT: on the top", "CNT", {}, DIFFERS),
        ("overpotential of LLTO", "LLTO", {"dip": 0.136}, DIFFERS),
        ("overpotential of LLTO", "LLTO", {"dip": 0.060}, AGREES),
    ],
)
def test_each_rule(judged, words, host, left, verdict):
    about = [each for each in OBSERVATIONS if words in each.words]
    finding = judged(about[0].words, {Inputs(): left}, host=host)
    assert finding.verdict == verdict
    assert finding.tested


def test_what_could_not_differ_is_not_counted(judged):
    runs = {Inputs(): {}}
    full = judged("nearly full", runs)
    returned = judged("overpotential of CNT", runs, host="CNT")
    tested = judged("filled evenly", runs)
    assert (full.verdict, returned.verdict) == ("by construction", "input returned")
    told = tally([full, returned, tested])
    assert told.startswith("Of 1 statements that the model could contradict, 1 hold")
    assert "2 more are there by construction" in told


def test_what_came_between_is_what_was_added(tmp_path):
    run = leave(tmp_path, Case("LLTO"), layers=BOTTOM, later=EVEN)
    added = 4.0 * np.array(EVEN) - np.array(BOTTOM)
    assert run.between(1.0, 4.0)[2] == pytest.approx((added[7:].sum() + added[6] / 3) / 3)


def test_meshes_and_steps_are_compared_at_both_capacities(tmp_path):
    plan = quick()
    runs = {case: leave(tmp_path / case.key, case) for case in plan.cases}
    fine = next(case for case in plan.refined if case.size != plan.size)
    runs[fine] = leave(tmp_path / fine.key, fine, later=TOP)
    found = convergence.differences(runs, plan)
    assert [(d.what, d.coarse, d.fine, d.capacity) for d in found] == [
        ("elements [um]", 3.0, 2.5, 1.0),
        ("elements [um]", 3.0, 2.5, 4.0),
        ("tolerance of a step", 0.04, 0.02, 1.0),
        ("tolerance of a step", 0.04, 0.02, 4.0),
    ]
    assert [d.points for d in found] == pytest.approx([0.0, 100 * 2 / 3, 0.0, 0.0])
    assert "66.7 and 0.0 points at 4" in convergence.caption(found)


def test_frameworks_have_a_mean_and_its_error(tmp_path):
    plan = whole()
    of_seed = {case: case.inputs.seed for case in plan.varied}
    runs = {
        case: leave(tmp_path / case.key, case, layers=TOP if seed == 2 else EVEN)
        for case, seed in of_seed.items()
    }
    rows = {(r[0], r[1], r[2]): r[3:] for r in table.seeds(runs, plan).rows}
    mean, error, spread, number = rows["CNT", 1.0, "uppermost third [%]"]
    shares = [100.0, *[100 / 3] * 4]
    assert number == 5
    assert mean == pytest.approx(np.mean(shares))
    assert spread == pytest.approx(np.std(shares, ddof=1))
    assert error == pytest.approx(spread / 5**0.5)


def test_all_tables_and_figures_are_written(tmp_path, monkeypatch):
    from PIL import Image

    plan = whole()

    def pretend(texts, out, **_):
        assert set(texts) == {case.key for case in plan.cases}
        for case in plan.cases:
            layers = TOP if case.inputs.exchange > 10 or case.host == "CNT" else EVEN
            leave(out / "runs" / case.key, case, layers=layers)

    monkeypatch.setattr(story, "run_studies", pretend)
    for name in ("regimes.png", "regimes.csv"):
        (tmp_path / name).write_text("made before", encoding="utf-8")
    told = []
    paths = story.reproduce(tmp_path, force=False, tell=told.append)
    assert all(path.exists() for path in paths)
    with (tmp_path / "paper-and-model.csv").open(encoding="utf-8") as file:
        rows = {row["about"]: row for row in csv.DictReader(file)}
    even = rows["LLTO@CNT is filled evenly"]
    assert even["verdict"] == DEPENDS
    assert "grains: i0 20, 50 A/m2" in even["fails for"]
    assert "seed 5" in even["holds for"]
    assert rows["CNT: on the top"]["verdict"] == AGREES
    assert "does not describe its CNT anode" in rows["CNT: on the top"]["what decides"]
    report = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "read off" not in report
    assert "lift bare LLTO off the foil" in report
    assert any("statements that the model could contradict" in line for line in told)
    with Image.open(tmp_path / "inputs.png") as picture:
        assert np.asarray(picture.convert("L")).std() > 20


def test_a_paper_without_a_quick_form_is_told(capsys):
    assert cli.main(["reproduce", "kattan", "--quick"]) == 2
    assert "no quick form" in capsys.readouterr().err
