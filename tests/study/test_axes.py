"""Lists and ranges of values: units, C-rates, logarithms, whole numbers, and mistakes."""

from __future__ import annotations

import pytest

from nanotrode.errors import StudyError
from nanotrode.study.cases.axes import read_axes
from nanotrode.study.source import read_source

STUDY = """\
[geometry]
kind = "film"
thickness = "{height}"
[sweep.over]
"""


@pytest.fixture
def axes(tmp_path):
    def read(text: str, *, counted: bool = True):
        path = tmp_path / "study.toml"
        path.write_text(STUDY + text, encoding="utf-8")
        return read_axes(read_source(path), ("sweep", "over"), counted=counted)

    return read


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ('["50 nm", "100 nm"]', ("50 nm", "100 nm")),
        ('{ from = "50 nm", to = "200 nm", steps = 4 }', ("50 nm", "100 nm", "150 nm", "200 nm")),
        ('{ from = "500 nm", to = "2 um", steps = 2 }', ("500 nm", "2000 nm")),
        ('{ from = "10 nm", to = "1000 nm", steps = 3, scale = "log" }',
         ("10 nm", "100 nm", "1000 nm")),
        ('{ from = "C/2", to = "2C", steps = 4 }', ("0.5C", "1C", "1.5C", "2C")),
        ("{ from = 3, to = 1 }", (3, 2, 1)),
        ('{ from = 10, to = 200, steps = 3, scale = "log" }', (10, 45, 200)),
        ("{ from = 1, to = 3, steps = 9 }", (1, 2, 3)),
        ("{ from = 0.1, to = 0.3, steps = 3 }", (0.1, 0.2, 0.3)),
        ('{ from = "5 degC", to = "25 degC", steps = 3 }', ("5 degC", "15 degC", "25 degC")),
        ('{ from = "1 nm", to = "2 nm", steps = 1 }', ("1 nm",)),
    ],
)  # fmt: skip
def test_values_are_written_as_a_user_would(axes, given, values):
    assert axes(f"geometry.width = {given}")[0].values == values


@pytest.mark.parametrize("key", ["geometry.seed", '"geometry.seed"', "geometry . seed"])
def test_keys_may_be_quoted_or_not(axes, key):
    (axis,) = axes(f"{key} = [1, 2]")
    assert (axis.key, axis.line, axis.named) == ("geometry.seed", 5, False)


def test_tables_may_be_written_with_headers(axes):
    found = axes('height = ["1 um"]\n[sweep.over.geometry]\nseed = { from = 1, to = 2 }')
    assert [(axis.key, axis.named) for axis in found] == [
        ("height", True),
        ("geometry.seed", False),
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("geometry.width = []", "5: sweep.over.geometry.width: the list is empty"),
        ('geometry.width = "1 nm"', "expected a list of values, or a range"),
        ('geometry.width = { from = "1 nm", to = "3 nm" }', "such as steps = 4"),
        ('geometry.width = { from = "1 nm", to = "3 nm", step = 3 }', "did you mean 'steps'?"),
        ('geometry.width = { from = "1 nm" }', "needs 'to'"),
        ('geometry.width = { from = "1 nm", to = 3, steps = 2 }', "one end has a unit"),
        (
            'geometry.width = { from = "0x7f nm", to = "3 nm", steps = 2 }',
            "from: '0x7f nm' has an unknown unit",
        ),
        ('geometry.width = { from = "1 nm", to = "3 V", steps = 2 }', "'3 V' is a voltage"),
        ('geometry.width = { from = "1 nm", to = "x", steps = 2 }', "to: got 'x'"),
        ("geometry.width = { from = 0, to = 3, steps = 2, scale = 'log' }", "ends above zero"),
        ("geometry.width = { from = 1, to = 3, steps = 2, scale = 'logs' }", "'linear' or 'log'"),
        ("geometry.width = { from = 1, to = 3, steps = 0 }", "from 1 to 10000"),
        ("geometry.width = { from = 1, to = 300000 }", "such as steps = 4"),
        ("heigth = [1]", "did you mean 'height'?"),
        ("rate = { from = 'C/0', to = '1C', steps = 2 }", "no text of it holds {rate}"),
        ("height = { from = 'C/0', to = '1C', steps = 2 }", "from: got 'C/0'"),
    ],
)  # fmt: skip
def test_a_mistake_names_line_key_and_what_was_expected(axes, given, said):
    with pytest.raises(StudyError, match=r"study\.toml:5") as caught:
        axes(given)
    assert said in str(caught.value)


def test_samples_give_each_value_its_share(axes):
    whole, several = axes('geometry.seed = { from = 1, to = 4 }\ngeometry.width = ["a", "b"]')
    shares = [k / 8 for k in range(8)]
    assert [whole.at(share) for share in shares] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert [several.at(share) for share in shares] == ["a"] * 4 + ["b"] * 4
    (measured,) = axes('geometry.width = { from = "1 nm", to = "9 nm" }', counted=False)
    assert measured.at(0.5) == "5 nm"
