"""A page from elements: every text is escaped where it is written, by the standard library."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib import resources
from string import Template
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

Child = Element | str | None


def tag(name: str, /, *children: Child, **attributes: str | float | bool | None) -> Element:
    """An element with children and attributes.

    Args:
        name: Of the element.
        children: Elements and texts; None is left out.
        attributes: `class_` is written "class", "_" a hyphen; True has no value, None and False
            are left out.
    """
    element = Element(name)
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        text = "" if value is True else _attribute(value)
        element.set(key.rstrip("_").replace("_", "-"), text)
    last: Element | None = None
    for child in children:
        if isinstance(child, str):
            if last is None:
                element.text = (element.text or "") + child
            else:
                last.tail = (last.tail or "") + child
        elif child is not None:
            element.append(child)
            last = child
    return element


def _attribute(value: str | float) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def page(
    *,
    title: str,
    body: Sequence[Element],
    data: Mapping[str, Any],
    scripts: Sequence[str],
) -> str:
    """A whole page, with its styles, scripts and data inside.

    Its security policy forbids whatever is not inside, and any script but ours: the page asks
    no network, and no text of a user's is ever run.

    Args:
        title: Of the window.
        body: What the reader sees.
        data: Identifier -> JSON-able data, for the scripts.
        scripts: Names of files in `templates`, in this order.
    """
    style = _template("page.css")
    script = "\n".join(_template(name) for name in ("words.js", "theme.js", *scripts))
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; "
        f"script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    )
    return Template(_template("page.html")).substitute(
        title=write(tag("title", title)),
        policy=policy,
        style=style,
        body="\n".join(write(element) for element in body),
        data="\n".join(_data(name, value) for name, value in data.items()),
        script=script,
    )


def write(element: Element) -> str:
    """An element as HTML."""
    return ElementTree.tostring(element, encoding="unicode", method="html")


def _data(name: str, value: Any) -> str:
    # no "<" may stand in it: "</script>" in a study's name would end it
    text = json.dumps(value, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>'


def _template(name: str) -> str:
    return resources.files(__package__).joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
