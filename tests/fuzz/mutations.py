"""Inputs that are nearly right: a specimen, changed in one to three places."""

from __future__ import annotations

import re

from hypothesis import strategies as st

NUMBERS = ["nan", "inf", "-inf", "0", "-0.0", "-1", "1e999", "1e308", "1e-308", "5e-324", "0.5"]
NUMBERS += [
    "3",
    "99999999999999999999",
    "1" + 400 * "0",
    "1e9",
    "0x7f",
    "1_000",
    "07",
    "1979-05-27",
]
QUANTITIES = ["50 nm", "50 nn", "1e30 m", "1e-30 m", "-5 V", "0 m", "9**9**9 m", "1 m^999", "nm"]
QUANTITIES += ["1e999 m", "nan m", "25 degC", "-400 degC", "1e6 K", "1 C/20", "C/0", "1 mA/cm^2"]
QUANTITIES += ["1 um" * 30, "", " ", "1 1 m", "1e5 mol/L", "1 km", "1 pm", "5 h", "1e12 h"]
TEXTS = ["", "\\u0000", "../../x", "a" * 3000, "\\u202e", "\\U0001f50b", "LiFePO4", "film", "none"]
TEXTS += [
    "exp(x)",
    "x**x",
    "1/0",
    "1/(x-x)",
    "log(x)",
    "(" * 300,
    "x;import os",
    "0.1*x^2",
    "e" * 99,
]
NASTY = [*NUMBERS, *(f'"{text}"' for text in QUANTITIES), *(f'"{text}"' for text in TEXTS)]
NASTY += ["true", "[]", "{}", "[[]]", "[1, 2, 3]", '["1 nm", "2 nm"]', "{ a = 1 }", "[" * 600]
NASTY += ["[" * 200 + "]" * 200, "1 # end", "'''", '"\\x"', "\x00", "\ufeff", '"\\ud800"']
PIECES = ["\n", " ", "=", '"', "[", "]", "[[", "{", "}", "#", "\\", "\x00", "\r", "\x1b[31m", "é"]
PIECES += [
    "\ufeff",
    "\u2028",
    "\t",
    ",",
    ".",
    "-",
    "0",
    "9" * 30,
    "[[protocol]]",
    "[geometry]",
    "/",
]

_VALUE = re.compile(r"(=\s*|:\s*|[\[,]\s*)(\"[^\"\n]*\"|[\w.+-]+)")
_NUMBER = re.compile(r"(?<![\w.])\d+(\.\d+)?(e[+-]?\d+)?(?![\w.])")
_KEY = re.compile(r"^\s*([\w.]+)\s*=", re.MULTILINE)


@st.composite
def changed_text(draw: st.DrawFn, specimens: list[str]) -> str:
    """One of the texts, with values, keys, lines or characters changed."""
    text = draw(st.sampled_from(specimens))
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        change = draw(st.sampled_from(CHANGES))
        text = change(draw, text, specimens)
    return text


def _value(draw: st.DrawFn, text: str, specimens: list[str]) -> str:
    found = list(_VALUE.finditer(text))
    if not found:
        return text
    one = found[draw(st.integers(0, len(found) - 1))]
    odd = draw(st.sampled_from(NASTY))
    return text[: one.start(2)] + odd + text[one.end(2) :]


def _number(draw: st.DrawFn, text: str, specimens: list[str]) -> str:
    """Another number where one stands: odd, or larger or smaller by powers of ten."""
    found = list(_NUMBER.finditer(text))
    if not found:
        return text
    one = found[draw(st.integers(0, len(found) - 1))]
    scaled = f"{float(one[0]) * 10.0 ** draw(st.integers(-12, 12)):.6g}"
    number = draw(st.sampled_from([scaled, scaled, scaled, *NUMBERS, f"-{one[0]}"]))
    return text[: one.start()] + number + text[one.end() :]


def _key(draw: st.DrawFn, text: str, specimens: list[str]) -> str:
    found = list(_KEY.finditer(text))
    if not found:
        return text
    one = found[draw(st.integers(0, len(found) - 1))]
    others = [match[1] for specimen in specimens[:8] for match in _KEY.finditer(specimen)]
    key = draw(st.sampled_from([*others, "kind", "", "a.b.c", '"odd key"', "x" * 500]))
    return text[: one.start(1)] + key + text[one.end(1) :]


def _line(draw: st.DrawFn, text: str, specimens: list[str]) -> str:
    """A line taken out, doubled, moved, or brought from another text."""
    lines = text.split("\n")
    at = draw(st.integers(0, len(lines) - 1))
    to = draw(st.integers(0, len(lines) - 1))
    how = draw(st.integers(0, 3))
    if how == 0:
        del lines[at]
    elif how == 1:
        lines.insert(to, lines[at])
    elif how == 2:
        lines.insert(to, lines.pop(at))
    else:
        other = draw(st.sampled_from(specimens)).split("\n")
        lines.insert(to, draw(st.sampled_from(other)))
    return "\n".join(lines)


def _characters(draw: st.DrawFn, text: str, specimens: list[str]) -> str:
    at = draw(st.integers(0, len(text)))
    gone = draw(st.sampled_from([0, 0, 1, 1, 5, 40]))
    piece = draw(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)))
    return text[:at] + piece + text[at + gone :]


def _end(draw: st.DrawFn, text: str, specimens: list[str]) -> str:
    return text[: draw(st.integers(0, len(text)))]


CHANGES = [_value, _value, _number, _number, _number, _key, _line, _characters, _end]


@st.composite
def changed_bytes(draw: st.DrawFn, specimens: list[bytes]) -> bytes:
    """One of the files, with bits, numbers or stretches changed, or cut."""
    content = draw(st.sampled_from(specimens))
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        at = draw(st.sampled_from([at, at, at % 400]))  # much is decided at the head
        odd = draw(
            st.one_of(
                st.sampled_from([b"\xff" * 4, b"\x00" * 4, b"\x7f\xff\xff\xff", b"\xff" * 8]),
                st.sampled_from([b"99999999", b"-1 ", b"nan ", b"1e999 ", b"\n", b" ", b"\0" * 60]),
                st.binary(min_size=1, max_size=4),
            )
        )
        how = draw(st.integers(0, 4))
        if how <= 1:
            content = content[:at] + odd + content[at + len(odd) :]
        elif how == 2:
            content = content[:at] + odd + content[at:]
        elif how == 3:
            content = content[:at] + content[at + draw(st.integers(1, 64)) :]
        else:
            content = content[:at]
    return content


OVERRIDES = ["geometry", "geometry.kind", "geometry.radius", "geometry.count", "geometry.length"]
OVERRIDES += ["geometry.pitch", "geometry.placement", "geometry.tilt", "geometry.headroom"]
OVERRIDES += ["mesh.segments", "mesh.order", "mesh.interface", "mesh.layers", "mesh.refine"]
OVERRIDES += ["material.name", "material.file", "material.diffusivity", "temperature", "name"]
OVERRIDES += ["initial.voltage", "initial.stoichiometry", "protocol", "protocol[0].steps[0]"]
OVERRIDES += ["protocol[0].repeat", "protocol.0.steps", "solver.tolerance", "solver.max_step"]
OVERRIDES += ["output.every", "output.fraction", "electrolyte.concentration", "sweep", "x", ""]
OVERRIDES += ["question", "material.rate_constant", "material.exchange_current_density", "[0]", "."]


RIGHT = ["geometry.headroom=1 um", "temperature=35 degC", "solver.tolerance=1e-3", "name=other"]
RIGHT += [
    "mesh.order=1",
    "output.fraction=0.2",
    "protocol[0].steps[0]=Rest for 1 h",
    "question=why",
]


@st.composite
def overrides(draw: st.DrawFn) -> tuple[str, ...]:
    """What `--set` may be given: a key, a sign, and a value that is odd or not."""
    made = draw(st.lists(st.sampled_from(RIGHT), max_size=2))
    for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2]))):
        key = draw(st.one_of(st.sampled_from(OVERRIDES), st.text(max_size=6)))
        values = st.one_of(
            st.sampled_from(NASTY), st.sampled_from(QUANTITIES), st.text(max_size=12)
        )
        made.append(key + draw(st.sampled_from(["=", "=", "=", " = ", ""])) + draw(values))
    return tuple(made)


WORDS = [
    "Discharge",
    "Charge",
    "Rest",
    "Hold",
    "Sweep",
    "Plate",
    "Strip",
    "at",
    "for",
    "until",
    "to",
]
WORDS += [
    "from",
    "or",
    "and",
    "1C",
    "C/2",
    "C/0",
    "-1C",
    "1/2C",
    "1e400C",
    "0C",
    "2.5 V",
    "4.2 V",
    "0",
]
WORDS += [
    "5 minutes",
    "1 h",
    "0 s",
    "1e300 h",
    "1 mA",
    "1 mA/cm2",
    "C/20",
    "1 mV/s",
    "100 mA/g",
    "5",
]
WORDS += [
    "50 %",
    "10 Ohm",
    "1 W",
    "nan V",
    "9" * 400,
    "until until",
    "\u2212",
    "\x00",
    "é",
    "'",
    "(",
]
STEPS = ["Discharge at 20C until 2.5 V", "Rest for 1 minute", "Hold at 3.4 V until C/20"]
STEPS += ["Sweep from 3.9 V to 2.5 V at 1 mV/s", "Charge at 1 mA/cm2 for 1 h or until 3.9 V"]


@st.composite
def steps(draw: st.DrawFn) -> list[str]:
    """A protocol of one to three steps, from words that occur in protocols and some that do not."""
    free = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
    one = st.one_of(free, changed_text(STEPS), st.text(max_size=40))
    return draw(st.lists(one, min_size=1, max_size=3))
