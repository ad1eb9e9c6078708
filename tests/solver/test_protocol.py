"""Protocols in words: what each sentence means, and what a wrong one is answered."""

from __future__ import annotations

import re
import time

import pytest

from nanotrode.errors import ProtocolError
from nanotrode.solver.control import ImposedRate
from nanotrode.solver.endings import ElectrodeScale, Reading, endings_of
from nanotrode.solver.legs import begin_leg
from nanotrode.solver.protocol import (
    Amount,
    CapacityLimit,
    ConstantCurrent,
    ConstantVoltage,
    CurrentLimit,
    Protocol,
    Rest,
    VoltageLimit,
    VoltageSweep,
    parse_step,
)

SCALE = ElectrodeScale(capacity=3600.0, full_charge=80.0, footprint=2.0, mass=None)


def current(text, direction, amount, *, duration=None, ends=()):
    return ConstantCurrent(
        text=text, direction=direction, amount=amount, duration=duration, terminations=ends
    )


@pytest.mark.parametrize(
    ("text", "direction", "amount", "duration", "ends"),
    [
        (
            "Discharge at C/2 until 2.5 V",
            "discharge",
            Amount("c_rate", 0.5),
            None,
            [VoltageLimit(2.5)],
        ),
        (
            "Charge at 1C for 30 minutes or until 4.2 V",
            "charge",
            Amount("c_rate", 1.0),
            1800.0,
            [VoltageLimit(4.2)],
        ),
        (
            "discharge at 1 mA/cm2 until 0.5 mAh/cm2",
            "discharge",
            Amount("areal", 10.0),
            None,
            [CapacityLimit("areal", 18000.0)],
        ),
        ("Discharge at 2 nA for 10 s", "discharge", Amount("total", 2e-9), 10.0, []),
        (
            "Discharge at 100 mA/g until 2 V or until 150 mAh/g",
            "discharge",
            Amount("specific", 100.0),
            None,
            [VoltageLimit(2.0), CapacityLimit("specific", 540000.0)],
        ),
        (
            "Discharge at 100 A/kg until 2000 mV or 3 nAh",
            "discharge",
            Amount("specific", 100.0),
            None,
            [VoltageLimit(2.0), CapacityLimit("total", 1.08e-5)],
        ),
        (
            "Plate at 0.5 mA/cm2 until 4 mAh/cm2",
            "plate",
            Amount("areal", 5.0),
            None,
            [CapacityLimit("areal", 144000.0)],
        ),
        (
            "strip at 0.5 mA/cm2 for 2 h or until 1 V or 4 mAh/cm2",
            "strip",
            Amount("areal", 5.0),
            7200.0,
            [VoltageLimit(1.0), CapacityLimit("areal", 144000.0)],
        ),
        # what 1C of a plated metal should be is for the study to refuse, not for the words
        ("Plate at 1C for 1 h", "plate", Amount("c_rate", 1.0), 3600.0, []),
    ],
)
def test_currents(text, direction, amount, duration, ends):
    step = parse_step(text)
    assert isinstance(step, ConstantCurrent)
    assert (step.text, step.direction) == (text, direction)
    assert step.amount.kind == amount.kind
    assert step.amount.value == pytest.approx(amount.value, rel=1e-14)
    assert step.duration == duration
    assert [type(end) for end in step.terminations] == [type(end) for end in ends]
    for got, wanted in zip(step.terminations, ends, strict=True):
        assert got.value == pytest.approx(wanted.value, rel=1e-14)
        assert getattr(got, "kind", None) == getattr(wanted, "kind", None)


@pytest.mark.parametrize(
    "unit", ["mA/cm2", "mA/cm^2", "mA/cm**2", "mA cm-2", "mA cm^-2", "mA·cm⁻²", "mA/cm²", "mA.cm-2"]
)
def test_spellings_of_a_unit(unit):
    assert parse_step(f"Charge at 2 {unit} for 1 h").amount.value == pytest.approx(20.0)


def test_micro_sign_and_greek_mu():
    for micro in "uµμ":
        assert parse_step(f"Charge at 2 {micro}A for 1 h").amount == Amount("total", 2e-6)


@pytest.mark.parametrize(
    ("rate", "value"), [("C/2", 0.5), ("1C", 1.0), ("0.5 C", 0.5), ("2c", 2.0), ("1C/20", 0.05)]
)
def test_c_rates(rate, value):
    assert parse_step(f"Charge at {rate} for 1 h").amount == Amount("c_rate", value)


@pytest.mark.parametrize(
    ("words", "seconds"), [("10 s", 10), ("10 minutes", 600), ("1.5h", 5400), ("1 day", 86400)]
)
def test_durations(words, seconds):
    step = parse_step(f"REST for {words}")
    assert isinstance(step, Rest)
    assert step.duration == seconds


def test_hold():
    step = parse_step("Hold at 4.2 V until C/50 or for 2 h")
    assert isinstance(step, ConstantVoltage)
    assert step.voltage == 4.2
    assert step.duration == 7200
    assert step.terminations == (CurrentLimit(Amount("c_rate", 0.02)),)
    assert parse_step("Hold at -10 mV for 10 s").voltage == pytest.approx(-0.01)


def test_sweeps():
    down = parse_step("Sweep from 2.5 V to 0 V at 0.1 mV/s")
    assert isinstance(down, VoltageSweep)
    assert (down.start, down.stop) == (2.5, 0.0)
    assert down.rate == pytest.approx(1e-4)
    onwards = parse_step("Sweep to 3 V at 1 V/h")
    assert onwards.start is None
    assert onwards.rate == pytest.approx(1 / 3600)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Dischrage at C/2 until 2.5 V", "did you mean 'Discharge'?"),
        ("Explode at C/2", "'Explode' is not one of Discharge, Charge, Plate, Strip, Hold"),
        ("", "nothing is not one of"),
        ("Plat at 0.5 mA/cm2 for 1 h", "did you mean 'Plate'?"),
        ("Strip until 1 V", "'at' is missing; expected such as \"Strip at 0.5 mA/cm2"),
        ("Discharge at C/2 until 2.5", "'2.5' is a bare number and has no unit"),
        ("Discharge at C/2", "never ends"),
        ("Discharge until 2 V", "'at' is missing"),
        ("Discharge C/2 until 2 V", "'C/2' is not understood"),
        ("Discharge at 1 mAh/cm2 until 2 V", "is a capacity, but a current is needed"),
        (
            "Discharge at C/2 until C/50",
            "is a current, but a voltage, a capacity or a time is needed",
        ),
        ("Hold at 4.2 V until 3 V", "is a voltage, but a current, a capacity or a time is needed"),
        ("Hold at C/2 for 1 h", "is a current, but a voltage is needed"),
        ("Charge at -1 mA for 1 h", "the verb gives the direction"),
        ("Charge at C/0 for 1 h", "divides by zero"),
        ("Charge at 1 ma/cm2 for 1 h", "did you mean 'mA/cm2'?"),
        ("Charge at 1 mA/cm3 for 1 h", "'mA/cm3' is not a unit"),
        ("Charge at C/2 for 1 h for 2 h", "'for' is said twice"),
        ("Charge at C/2 for", "nothing follows 'for'"),
        ("Charge at C/2 for 1 h or", "nothing follows 'or'"),
        ("Rest for 0 s", "must be above zero"),
        ("Rest for 1e999 s", "is not a finite amount"),
        ("Charge at 1e999C for 1 s", "is not a finite amount"),
        ("Rest 10 min", "'10 min' is not understood"),
        ("Rest untl 2 V for 1 s", "'untl 2 V' is not understood"),
        ("Sweep from 1 V to 1 V at 1 mV/s", "starts where it stops"),
        ("Sweep to 3 V", "'at' is missing"),
        ("Sweep to 3 V at 1 mV", "is a voltage, but a sweep rate is needed"),
    ],
)
def test_refusals_name_the_words_and_give_an_example(text, said):
    with pytest.raises(ProtocolError) as error:
        parse_step(text)
    message = str(error.value)
    assert said in message
    assert repr(text) in message
    assert "such as" in message or "above" in message or "starts" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("verb", "lowers"), [("Discharge", True), ("Charge", False), ("Plate", True), ("Strip", False)]
)
def test_directions_lower_or_raise_the_potential(verb, lowers):
    step = parse_step(f"{verb} at 1 mA/cm2 until 1 V")
    assert step.lowers == lowers
    (ending,) = endings_of(step, SCALE, before=1.0)
    at = Reading(potential=1.5, current=0.0, charge=0.0)
    assert (ending.margin(at) > 0) == lowers
    leg = begin_leg(0, step, start=0.0, before=1.0, scale=SCALE)
    assert leg.control == ImposedRate(-0.25 if lowers else 0.25)


@pytest.mark.parametrize(
    ("text", "direction", "lowers"),
    [
        ("Lithiate at C/2 until 2.5 V", "discharge", True),
        ("Delithiate at C/2 until 4 V", "charge", False),
        ("insert at C/2 until 2.5 V", "discharge", True),
        ("Extract at C/2 until 4 V", "charge", False),
    ],
)
def test_words_for_the_same_direction(text, direction, lowers):
    step = parse_step(text)
    assert (step.direction, step.lowers, step.text) == (direction, lowers, text)


@pytest.mark.parametrize("end", ["or 30 minutes", "or after 30 mins", "or for 0.5 h", "for 30 min"])
def test_a_time_among_the_ends(end):
    step = parse_step(f"Discharge at 1C until 2.5 V {end}")
    assert step.duration == 1800
    assert step.terminations == (VoltageLimit(2.5),)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Rest for 10 mins", 600),
        ("Rest for 2 hrs", 7200),
        ("Rest for 1 h 30 min", 5400),
        ("Discharge at 1 A/cm2 for 1 us", 1e-6),
        ("Discharge at 1 A/cm2 for 1 µs", 1e-6),
        ("Discharge at 1 A/cm2 for 20 ns", 2e-8),
        ("Rest for 2 Weeks", 1209600),
        ("Hold at 3 V until 10 minutes", 600),
        ("Rest for 10 minutes.", 600),
        ("Discharge at C/2, for 1 h, or until 3 V", 3600),
    ],
)
def test_times_as_they_are_written(text, seconds):
    assert parse_step(text).duration == seconds


@pytest.mark.parametrize("rate", ["1/2C", "1/2 C", "C/2", "0.5 C", "0.5C", "C / 2", "1C/2"])
def test_half_a_c(rate):
    assert parse_step(f"Discharge at {rate} for 1 s").amount == Amount("c_rate", 0.5)


@pytest.mark.parametrize(
    "volts", ["3.0 V vs Li", "3 V vs. Li/Li+", "3V (vs Li+/Li)", "3000 mV versus Li/Li⁺"]
)
def test_potentials_against_a_metal(volts):
    hold = parse_step(f"Hold at {volts} for 10 s")
    assert hold.voltage == pytest.approx(3.0)
    assert hold.references == ("Li",)
    # what a checkpoint is compared by stays as it was
    assert "references" not in repr(hold)
    assert parse_step(f"Discharge at C/2 until {volts}").references == ("Li",)


@pytest.mark.parametrize(
    ("text", "said", "unsaid"),
    [
        ("Rest for 10", "(write such as '10 min')", "V"),
        ("Sweep to 3 V at 2", "(write such as '2 mV/s')", None),
        ("Discharge at 1 until 2.5 V", "(write such as '1C')", None),
        ("Discharge at 4 Ohm until 2.5 V", "'4 Ohm' is a resistance, but a current", "mean"),
        ("Discharge at 1 W until 2.5 V", "is a power, but a current is needed; a step imp", "mean"),
        ("Discharge at 10 W/kg until 2.5 V", "is a specific power, but a current", "mean"),
        ("Discharge at 5 amps until 2.5 V", "(did you mean 'A'?)", "velocity"),
        ("Discharge at 1C until 2.5 volts", "(did you mean 'V'?)", "a voltage"),
        ("Discharge at 1 A/ft2 until 2 V", "not a unit known here; write such as C", "a cu"),
        ("Rest for 1 Ms", "'Ms' is not a unit known here; write such as s, min", "is a time"),
        ("Rest for 1 year", "'year' is not a unit known here; write such as s, min", "is a time"),
        ("Discharge at 1 mA/cm3 for 1 s", "'mA/cm3' is not a unit known here", "mean"),
        ("Discharge at 1C until 20 degC", "is a temperature, but a voltage, a capacity", "mean"),
        ("Discharge at 1C until 80 % SOC", "no step ends at a state of charge", "mean"),
        ("Discharge at 1C for 1 s at 25 degC", "no temperature of its own; the study's", "twice"),
        ("Rest for 30 s (1 second period)", 'such as every = "1 s"', "mean"),
        ("Discharge at 1C for 9 s every 1 s", 'such as every = "1 s"', "mean"),
        ("Hold at 3 V vs SHE for 1 s", "'vs SHE' is not known here", "mean"),
        ("Discharge at 1C until 2,5 V", "decimals take a point, as in '2.5 V'", "mean"),
        ("Charge at 1C until 4 V then rest for 1 s", "as the next text of the list", "mean"),
        ("Discharge at 1C until 3 V and 1 mAh", "ends are joined by 'or'", "mean"),
        ("Discharge at C/2 to 3 V", "did you mean 'until 3 V'?", None),
        ("Charge with 1C until 4 V", "did you mean 'at 1C'?", None),
        ("Rest until 10 minutes", "did you mean 'for 10 minutes'?", None),
        ("Rest 10 min", "did you mean 'for 10 min'?", None),
        ("Discharge C/2 until 3 V", "did you mean 'at C/2'?", None),
        ("Wait for 10 min", "did you mean 'Rest'?", None),
        ("Repeat 3 times", "write repeat = 3 beside its steps", "mean"),
        ("CCCV at 1C until 4.2 V", "as two steps", "mean"),
        ("Drive US06 for 1 h", "each piece of a profile as a step", "mean"),
        ("Collapse at 1C", "is not one of Discharge", "mean"),
        ("Discharge at -C/2 until 3 V", "the verb gives the direction", "mean"),
        ("Discharge at 1/2C/3 until 3 V", "divides twice", "mean"),
        ("Discharge at 1C until 2 V or 1 h or 2 h", "two times are said", "mean"),
    ],
)
def test_hints_are_what_fits_the_place(text, said, unsaid):
    with pytest.raises(ProtocolError) as error:
        parse_step(text)
    message, _, _ = str(error.value).partition("xpected such as")
    assert said in message
    assert unsaid is None or unsaid not in message.replace("volts", "")


@pytest.mark.parametrize(
    "text",
    [
        "Rest for " + "1" * 20_000 + " s",
        "Discharge at C/" + "1" * 20_000 + "x until 2 V",
        "Rest for " + "1e5s" * 5_000 + "!",
        "Rest for [31m" + " " * 100_000,
        "at " * 40_000,
        "Discharge at " + "1" * 450 + "X for 1 s",
        "Rest for " + "9" * 480 + " s",
    ],
)
def test_long_texts_are_refused_at_once(text):
    started = time.process_time()
    with pytest.raises(ProtocolError) as error:
        parse_step(text)
    assert len(str(error.value)) < 500
    assert str(error.value).isprintable()
    assert time.process_time() - started < 3.0  # the first unknown unit loads pint


def test_all_steps_that_cannot_be_read_are_told_at_once():
    with pytest.raises(ProtocolError) as error:
        Protocol.from_text(["Rest for 10", "Rest for 1 s", "Hodl at 3 V for 1 s"])
    first, second = str(error.value).splitlines()
    assert "'Rest for 10'" in first
    assert "did you mean 'Hold'?" in second


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (3.0, "got 3.0, expected the words of its steps"),
        (None, "got None, expected the words"),
        ([3.0], "3.0: a step is a text"),
        ([[0, 1], [1, 2]], "several steps, each with its current and its time"),
        (["Rest for 1 s"] * 1000, "1000000000 steps, repeats included; expected at most 1000000"),
    ],
)
def test_what_is_no_protocol_is_refused_in_a_sentence(given, said):
    with pytest.raises(ProtocolError, match=re.escape(said)):
        Protocol.from_text(given, repeat=1_000_000)


def test_steps_that_were_made_stand_beside_words():
    made = parse_step("Rest for 1 s")
    assert Protocol.from_text(made).steps == (made,)
    assert Protocol.from_text("Rest for 1 s").steps == (made,)
    assert Protocol.from_text([made, "Rest for 1 s"]).steps == (made, made)


def test_repeats_number_the_cycles():
    once = Protocol.from_text(["Charge at 1C until 4 V"])
    thrice = Protocol.from_text(["Discharge at 1C until 3 V", "Rest for 1 s"], repeat=3)
    joined = Protocol.join(once, thrice)
    assert joined.cycles == (1, 2, 2, 3, 3, 4, 4)
    assert [type(step) for step in joined.steps[:3]] == [ConstantCurrent, ConstantCurrent, Rest]


@pytest.mark.parametrize("make", [lambda: Protocol.from_text([]), lambda: Protocol.join()])
def test_an_empty_protocol_is_refused(make):
    with pytest.raises(ProtocolError, match="no step"):
        make()


def test_a_repeat_below_one_is_refused():
    with pytest.raises(ProtocolError, match="1 or more, got 0"):
        Protocol.from_text(["Rest for 1 s"], repeat=0)


def test_amounts_become_amperes_and_coulombs():
    whole = {"footprint": 2.0, "mass": 3.0}
    assert Amount("c_rate", 0.5).amperes(capacity_coulomb=7200.0, **whole) == 1.0
    assert Amount("areal", 10.0).amperes(capacity_coulomb=1.0, **whole) == 20.0
    assert Amount("total", 10.0).amperes(capacity_coulomb=1.0, **whole) == 10.0
    assert Amount("specific", 10.0).amperes(capacity_coulomb=1.0, **whole) == 30.0
    assert CapacityLimit("areal", 5.0).coulombs(**whole) == 10.0
    assert CapacityLimit("specific", 5.0).coulombs(**whole) == 15.0
    with pytest.raises(ProtocolError, match="no density"):
        Amount("specific", 10.0).amperes(capacity_coulomb=1.0, footprint=2.0)
