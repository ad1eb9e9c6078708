from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nanotrode.errors import MaterialError
from nanotrode.materials import library
from nanotrode.materials.bpx import read_bpx
from nanotrode.materials.constants import FARADAY, GAS_CONSTANT
from nanotrode.materials.kinetics import RootExchange

PATH = Path(__file__).parents[1] / "data" / "nmc111_graphite_bpx.json"
CONTENT = json.loads(PATH.read_text())
POSITIVE = "Positive electrode"


def read(content: dict[str, Any], electrode: str | None = "positive", **options: Any) -> Any:
    return read_bpx(json.dumps(content), electrode, file="cell.json", **options)


def changed(**values: Any) -> dict[str, Any]:
    content = copy.deepcopy(CONTENT)
    section = content["Parameterisation"][POSITIVE]
    for key, value in values.items():
        name = next(k for k in section if k.startswith(key.replace("_", " ")))
        if value is None:
            del section[name]
        else:
            section[name] = value
    return content


def test_bulk_properties_of_the_chosen_electrode() -> None:
    material = library.load(PATH, electrode="positive")
    assert material.name == "NMC111 | graphite, positive electrode"
    assert material.c_s_max == 46200.0
    assert material.stoichiometry_limits == (0.42424, 0.9621)
    np.testing.assert_allclose(material.diffusivity([0.0, 0.5]), 3.2e-14)
    x = 0.7
    expected = (
        -3.04420906 * x
        + 10.04892207
        - 0.65637536 * math.tanh(-4.02134095 * (x - 0.80063948))
        + 4.24678547 * math.tanh(12.17805062 * (x - 7.57659337))
        - 0.3757068 * math.tanh(59.33067782 * (x - 0.99784492))
    )
    assert float(material.ocp(x)) == pytest.approx(expected, rel=1e-12)
    assert "About:Energy" in material.sources["c_s_max"]
    negative = library.load(PATH, electrode="negative")
    assert float(negative.ocp(0.2)) == pytest.approx(0.2)
    assert negative.diffusivity.is_constant


def test_exchange_current_is_that_of_the_standard() -> None:
    material = library.load(PATH, electrode="positive")
    exchange = material.kinetics.exchange_current
    assert isinstance(exchange, RootExchange)
    for c_e, x in ((1000.0, 0.5), (400.0, 0.8)):
        j0, _ = exchange.evaluate(np.array([x]), c_e=c_e, c_s_max=material.c_s_max)
        expected = FARADAY * 2.305e-05 * math.sqrt(c_e / 1000.0 * x * (1.0 - x))
        np.testing.assert_allclose(j0, expected, rtol=1e-12)
    assert (material.kinetics.alpha_a, material.kinetics.alpha_c) == (0.5, 0.5)


def test_activation_energies_act_away_from_the_reference_temperature() -> None:
    cold = read(CONTENT, temperature=273.15)
    base = read(CONTENT)
    change = (1 / 298.15 - 1 / 273.15) / GAS_CONSTANT
    ratio = cold.diffusivity(0.5) / base.diffusivity(0.5)
    assert float(ratio) == pytest.approx(math.exp(15000 * change))
    rates = [m.kinetics.exchange_current.rate_constant for m in (cold, base)]
    assert rates[0] / rates[1] == pytest.approx(math.exp(35000 * change))
    assert any("entropic" in note for note in cold.notes)
    assert not any("entropic" in note for note in base.notes)


def test_the_state_section_of_bpx_1_is_understood() -> None:
    content = copy.deepcopy(CONTENT)
    del content["Parameterisation"]["Electrolyte"]
    content["State"] = {
        "Initial conditions": {"Initial electrolyte concentration [mol.m-3]": 1000.0}
    }
    assert read(content).kinetics == read(CONTENT).kinetics


def test_the_only_electrode_need_not_be_chosen() -> None:
    content = copy.deepcopy(CONTENT)
    del content["Parameterisation"]["Negative electrode"]
    assert read(content, None).c_s_max == 46200.0


@pytest.mark.parametrize(
    ("content", "electrode", "message"),
    [
        (CONTENT, None, "electrode: got no choice, expected 'positive' or 'negative'"),
        (CONTENT, "anode", "electrode: got 'anode', expected 'positive' or 'negative'"),
        ({}, "positive", "Parameterisation: is missing"),
        ([1], "positive", "Parameterisation: is missing"),
        (changed(Maximum_concentration=None), "positive", "Maximum concentration .* is missing"),
        (changed(Maximum_concentration="1"), "positive", "got '1', expected a number"),
        (changed(OCP="__import__('os')"), "positive", "unknown function '__import__'"),
        (changed(OCP={"x": [0, 1], "y": [4]}), "positive", "got 2 x and 1 y"),
        (changed(OCP={"x": [0, 1]}), "positive", "expected a table"),
        (changed(Minimum_stoichiometry=0.99), "positive", "stoichiometry_limits"),
        (changed(Reaction_rate_constant=None), "positive", "is missing"),
        (changed(Reaction_rate_constant=0), "positive", "rate_constant: got 0"),
    ],
)
def test_faults_are_named(content: Any, electrode: str | None, message: str) -> None:
    with pytest.raises(MaterialError, match=message) as caught:
        read(content, electrode)
    assert str(caught.value).startswith("cell.json: ")


def test_a_blended_electrode_is_refused() -> None:
    content = copy.deepcopy(CONTENT)
    content["Parameterisation"][POSITIVE] = {"Particle": {"A": {}, "B": {}}}
    with pytest.raises(MaterialError, match="positive electrode: is blended"):
        read(content)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(MaterialError, match="is not JSON"):
        read_bpx(text, "positive")
