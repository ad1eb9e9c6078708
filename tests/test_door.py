"""The Python door: what is meant is taken, and all else refused by one of our errors."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest

import nanotrode as nt
from nanotrode.errors import InputError, MaterialError, NanotrodeError, ProtocolError, ShapeError


class Odd:
    pass


ODD = [None, 3.0, -1, float("nan"), True, "", "x", "50 nm", b"x", [], [1], {}, {"a": 1}, Odd()]
ODD += [np.array([1.0, 2.0]), np.array(3.0), 10**400, (), (1, 2, 3), object, print, 1j]

SHAPES = [
    nt.Film(thickness=1e-7),
    nt.NanowireArray(count=1, radius=5e-8, length=5e-7),
    nt.NanobeltArray(count=1, width=2e-7, thickness=5e-8, length=5e-7, edge_radius=1e-8),
    nt.Gyroid(cell=1e-6),
    nt.GaussianRandomField(width=2e-6, thickness=2e-6, correlation_length=6e-7, porosity=0.5),
    nt.PorousFramework(thickness=2e-5, width=1.6e-5),
    nt.MiecScaffold(thickness=2e-5, width=1.6e-5, coating=1e-7),
    nt.Sizing(),
    nt.SolverSettings(),
    nt.OutputPlan(),
    nt.PlatingSettings(),
]


@pytest.fixture(scope="module")
def mesh():
    return nt.build_mesh(nt.Film(thickness=1e-7), sizing=nt.Sizing(segments=6), order=1)


def refused(call, *arguments, **named):
    """Whether a call raises an error of the family; it may also take what it is given."""
    try:
        call(*arguments, **named)
    except NanotrodeError:
        return True
    return False


@pytest.mark.parametrize("good", SHAPES, ids=lambda good: type(good).__name__)
def test_fields_of_any_kind_are_taken_or_refused(good):
    assert not refused(dataclasses.replace, good)
    for field in dataclasses.fields(good):
        assert refused(dataclasses.replace, good, **{field.name: Odd()}), field.name
        for odd in ODD:
            refused(dataclasses.replace, good, **{field.name: odd})


def test_arguments_of_any_kind_are_taken_or_refused(mesh):
    step = "Discharge at 1C until 2.5 V"
    right = {"protocol": step, "initial_stoichiometry": 0.02}
    plate = {"protocol": "Plate at 1 mA/cm2 for 1 s"}
    for odd in ODD:
        assert refused(nt.Simulation, mesh, odd, **right)
        assert odd is None or refused(nt.Simulation, odd, "LiFePO4", **right)
        for key in ("protocol", "temperature", "c_e", "settings", "output"):
            refused(nt.Simulation, mesh, "LiFePO4", **(right | {key: odd}))
        for key in ("protocol", "initial_content", "temperature", "coat_thickness", "settings"):
            refused(nt.PlatingSimulation, mesh, "LLTO", **(plate | {key: odd}))
        assert refused(nt.PlatingSimulation, mesh, odd, **plate)
        assert refused(nt.Protocol.from_text, odd)
        assert refused(nt.Protocol.join, odd)
        assert refused(nt.Protocol, steps=odd, cycles=odd)
        assert refused(nt.material, odd)
        assert refused(nt.load_anode, odd)
        assert refused(nt.build_mesh, odd)
        assert odd is None or refused(nt.build_mesh, nt.Film(thickness=1e-7), sizing=odd)
        assert refused(nt.ElectrodeMesh.load, odd)
        assert refused(nt.load_study, odd)
        assert refused(nt.run_study, odd)
        assert refused(nt.run_family, odd)
        assert refused(nt.render, odd, "current_density", "x.png")
        assert refused(nt.VtkWriter, "nowhere", odd)
        assert refused(nt.PlatingWriter, "nowhere", odd)


def test_what_is_meant_is_taken(mesh, tmp_path):
    run = nt.Simulation(
        mesh,
        "LFP".replace("LFP", "lifepo4"),
        protocol="Lithiate at 1C until 2.5 V",
        initial_stoichiometry=np.float32(0.5),
        temperature="25 degC",
        c_e="1 mol/L",
        settings=nt.SolverSettings(tolerance=1e-3, max_step="1 min"),
        output=nt.OutputPlan(every="10 s"),
    )
    assert run.material.name == "LiFePO4"
    assert (run.temperature, run.c_e) == (298.15, 1000.0)
    assert (run.settings.max_step, run.output.every) == (60.0, 10.0)
    assert len(run.protocol.steps) == 1
    mesh.save(tmp_path / "film.msh")
    again = nt.Simulation(
        tmp_path / "film.msh", "LiFePO4", protocol=run.protocol, initial_stoichiometry=0.02
    )
    assert again.mesh.digest() == mesh.digest()
    assert nt.NanowireArray(count=np.int64(1), radius=Fraction(1, 20_000_000), length=5e-7)
    plating = nt.PlatingSimulation(mesh, "LLTO", protocol="Plate at 1 mA/cm2 for 1 s")
    assert plating.anode.solid.name == "LLTO"


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"protocol": ["Discharge at 1C until 4.5 V"]}, ProtocolError, "never reaches 4.5 V"),
        ({"protocol": ["Charge at 1C until 2 V"]}, ProtocolError, "never reaches 2 V"),
        ({"protocol": ["Plate at 1C for 1 s"]}, ProtocolError, "nothing is plated on it"),
        ({"protocol": ["Discharge at 1C for 3 h"]}, ProtocolError, "more charge than LiFePO4 can"),
        # 100 nm of LiFePO4 take 6.1 uAh/cm2
        ({"protocol": ["Discharge at 1 uA/cm2 until 9 uAh/cm2"]}, ProtocolError, "more charge"),
        ({"protocol": ["Hold at 3 V vs Na for 1 s"]}, ProtocolError, "against Li/Li+ here"),
        ({"protocol": ["Rest for 1", "Hodl at 3 V"]}, ProtocolError, "did you mean 'Hold'"),
        ({"initial_stoichiometry": 0.999}, InputError, "outside what LiFePO4 can have"),
        ({"initial_stoichiometry": 1.2}, InputError, "expected a number between 0 and 1"),
        ({"temperature": -5}, InputError, "temperature: got -5, expected"),
        ({"temperature": "25"}, InputError, 'write such as "25 degC"'),
        ({"c_e": "1 V"}, InputError, "is a voltage, but a concentration is needed"),
        ({"material": "adamantium"}, MaterialError, "unknown material 'adamantium'"),
        ({"material": 3.0}, InputError, "material: got 3.0, expected a Material, or the name"),
        ({"mesh": nt.Film(thickness=1e-7)}, InputError, "build_mesh(shape) makes one"),
        ({"settings": 1e-3}, InputError, "settings: got 0.001, expected such as SolverSettings"),
    ],
)
def test_what_a_study_refuses_a_simulation_refuses(mesh, change, error, said):
    right = {"mesh": mesh, "material": "LiFePO4", "protocol": ["Rest for 1 s"]}
    with pytest.raises(error) as caught:
        nt.Simulation(**(right | {"initial_stoichiometry": 0.02} | change))
    assert said in str(caught.value)


def test_a_plating_run_refuses_what_its_study_refuses(mesh):
    for words, said in [
        ("Plate at 1C for 1 h", "a host has no capacity of its own"),
        ("Strip at 1 mA/cm2 for 1 h", "nothing has been plated yet"),
        ("Plate at 1 mA/cm2 until 0.5 V", "lithium plates below 0 V"),
    ]:
        with pytest.raises(ProtocolError, match=said):
            nt.PlatingSimulation(mesh, "LLTO", protocol=words)


def test_lengths_that_cannot_be_meant_are_refused(mesh):
    with pytest.raises(ShapeError, match=r"thickness: .* got 50 m; 50 nm is 50e-9"):
        nt.Film(thickness=50)
    with pytest.raises(ShapeError, match="radius: expected a length in metres, got '50 nm'"):
        nt.NanowireArray(count=1, radius="50 nm", length=5e-7)
    in_nanometres = dataclasses.replace(mesh, points=mesh.points * 1e9)
    with pytest.raises(InputError, match="mesh: is 100 m across"):
        nt.Simulation(in_nanometres, "LiFePO4", protocol="Rest for 1 s", initial_stoichiometry=0.02)


def test_long_protocols_are_checked_in_a_moment(mesh):
    import time

    protocol = nt.Protocol.from_text(
        ["Discharge at 1C until 2.5 V", "Charge at 1C until 4 V"], repeat=50_000
    )
    started = time.process_time()
    nt.Simulation(mesh, "LiFePO4", protocol=protocol, initial_stoichiometry=0.02)
    assert time.process_time() - started < 3.0
