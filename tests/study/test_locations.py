"""Line numbers of keys in a TOML text, in every notation that TOML has."""

from __future__ import annotations

import tomllib

import pytest

from nanotrode.study.locations import key_lines, nearest_line

TEXT = '''# a comment = 1
title = "a # b ] = ["
mesh.order = 2
"quoted key" = 'x'

[geometry]      # one
kind = "film"
size = { width = "1 nm", deep.er = [1, 2] }
long = """
[not.a.table]
fake = 1
"""

[[protocol]]
steps = [
    "Rest for 1 s",  # comment, with ] and "
    # whole line

    'Rest for 2 s', "Rest for 3 s",
]

[[protocol]]
repeat = 3
[protocol.extra]
a = 1979-05-27
[material.density]
value = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("mesh",), 3),
        (("mesh", "order"), 3),
        (("quoted key",), 4),
        (("geometry",), 6),
        (("geometry", "kind"), 7),
        (("geometry", "size", "width"), 8),
        (("geometry", "size", "deep", "er", 1), 8),
        (("geometry", "long"), 9),
        (("protocol",), 14),
        (("protocol", 0, "steps"), 15),
        (("protocol", 0, "steps", 0), 16),
        (("protocol", 0, "steps", 1), 19),
        (("protocol", 0, "steps", 2), 19),
        (("protocol", 1), 22),
        (("protocol", 1, "repeat"), 23),
        (("protocol", 1, "extra", "a"), 25),
        (("material", "density", "value"), 27),
    ],
)
def test_lines(path, line):
    assert key_lines(TEXT)[path] == line


def test_nothing_is_found_in_strings_and_comments():
    def paths(value, path=()):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield (*path, key)
            if isinstance(inner, dict | list):
                yield from paths(inner, (*path, key))

    assert set(key_lines(TEXT)) == set(paths(tomllib.loads(TEXT)))


def test_an_absent_key_has_the_line_of_its_table():
    lines = key_lines(TEXT)
    assert nearest_line(lines, ("protocol", 1, "steps", 4)) == 22
    assert nearest_line(lines, ("nowhere", "at all")) == 1
