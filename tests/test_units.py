from __future__ import annotations

import subprocess
import sys

import pytest

from nanotrode.errors import InputError, MaterialError
from nanotrode.units import quantity


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("50 nm", "m", 5e-08),
        ("5.9e-18 m^2/s", "m^2/s", 5.9e-18),
        ("0.5 mA/cm2", "A/m^2", 5.0),
        ("0.5 mA/cm^2", "A/m^2", 5.0),
        ("1 mol.m-3", "mol/m^3", 1.0),
        ("1.2 mol/L", "mol/m^3", 1200.0),
        ("25 degC", "K", 298.15),
        ("0.1 mV/s", "V/s", 1e-4),
        ("150 mAh/g", "C/kg", 540000.0),
        ("10 mS/cm", "S/m", 1.0),
        ("3 µm", "m", 3e-6),
        ("\N{MINUS SIGN}0.2 V", "V", -0.2),
        (".5 V", "V", 0.5),
        ("50 %", "", 0.5),
        ("0.5", "", 0.5),
        (2, "", 2.0),
    ],
)
def test_quantity_is_read_in_si_to_the_last_digit(
    text: str | float, unit: str, expected: float
) -> None:
    assert quantity(text, unit, key="k") == expected


@pytest.mark.parametrize(
    ("text", "unit", "message"),
    [
        (2, "m", 'k: a bare number has no unit; write such as "2 nm"'),
        ("2", "m", 'k: a bare number has no unit; write such as "2 nm"'),
        ("10 mS", "S/m", "k: '10 mS' is a conductance, but a conductivity is needed"),
        ("1 mAmp", "A/m^2", "k: unknown unit 'mAmp'; expected something like \"1 mA/cm"),
        ("1 m", "", "k: '1 m' is a length, but a plain number is needed"),
        ("ten nm", "m", "k: 'ten nm' is not a quantity"),
        ("", "m", "k: '' is not a quantity"),
        ("1e999 nm", "m", "is not a finite number"),
        (float("nan"), "", "is not a finite number"),
        (True, "", "got True"),
        (10**400, "", "is not a finite number"),
        ("1,5 V", "V", 'has a comma; decimals take a point, as in "1.5 V"'),
        ("25", "K", 'k: a bare number has no unit; write such as "25 degC"'),
        ("4 Volts", "m", "'4 Volts' is a voltage, but a length is needed"),
        ("1" * 100_000 + "x", "m", r"1\.\.\. \(100001 characters\)' is not a quantity"),
        ([1], "m", r"got \[1\]"),
    ],
)
def test_refusals_name_key_fault_and_remedy(text: object, unit: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        quantity(text, unit, key="k")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "1 m**9**9**9**9",
        "1 m**999999999",
        "1 m**(9**9**9)",
        "1 __import__('os').getcwd()",
        "1 " + "m*" * 5000 + "m",
        "9" * 100_000 + " m",
        "9**9**9**9 m",
    ],
    ids=range(7),
)
def test_hostile_text_is_refused_at_once(text: str) -> None:
    with pytest.raises(InputError):
        quantity(text, "m", key="k")


def test_the_class_of_error_is_the_callers_choice() -> None:
    with pytest.raises(MaterialError):
        quantity("1 V", "m", key="k", error=MaterialError)


def test_pint_is_imported_with_the_first_quantity_only() -> None:
    code = "import sys, nanotrode.units; sys.exit('pint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
