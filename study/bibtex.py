"""Sources of numbers, as material cards give them, made into BibTeX entries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from ..materials.sourcing import dois

_ARXIV = re.compile(r"\barXiv:\s*((?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?)", re.I)
_URL = re.compile(r"https?://[^\s,;\"'<>{}]+")
_SPECIAL = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}"}
_SPECIAL |= {sign: f"\\{sign}" for sign in "#$%&_"} | {"^": r"\^{}"}


class Number(NamedTuple):
    """A number of a card, and what its source says."""

    card: str
    key: str
    source: str


class Cited(NamedTuple):
    """Entries of what can be cited, and the numbers that name nothing of the kind."""

    entries: list[str]
    others: list[Number]


def cited(numbers: Iterable[Number]) -> Cited:
    """One entry for each DOI, arXiv number and address, with the numbers that are from there."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    others = []
    for number in numbers:
        identifiers = identifiers_in(number.source)
        for identifier in identifiers:
            keys = found.setdefault(identifier, {}).setdefault(number.card, [])
            if number.key not in keys:
                keys.append(number.key)
        if not identifiers:
            others.append(number)
    return Cited([_entry(kind, name, used) for (kind, name), used in found.items()], others)


def identifiers_in(source: str) -> list[tuple[str, str]]:
    """The DOIs, arXiv numbers and addresses in a text, each with its kind."""
    found = [("doi", text) for text in dois(source)]
    found += [("arxiv", text) for text in _ARXIV.findall(source)]
    for text in (one.rstrip(".:)") for one in _URL.findall(source)):
        at_doi = dois(re.sub(r"^https?://(dx\.)?doi\.org/", "doi:", text))
        found += [("doi", doi) for doi in at_doi] or [("url", text)]
    return list(dict.fromkeys(found))


@cache
def shipped(file: str) -> Mapping[str, str]:
    """The entries of one of our own .bib files, by key."""
    text = (resources.files(__package__) / file).read_text(encoding="utf-8")
    found = (part.strip() for part in text.split("\n\n"))
    return {part[part.index("{") + 1 : part.index(",")]: part for part in found}


def noted(entry: str, note: str) -> str:
    """An entry with a note."""
    return f"{entry[:-1]}  note = {{{escaped(note)}}},\n}}"


def escaped(text: str) -> str:
    """A text in which TeX finds nothing to interpret."""
    return "".join(_SPECIAL.get(sign, sign) for sign in text)


def comment(text: str) -> str:
    """A line that BibTeX does not read as an entry."""
    return f"% {' '.join(text.split()).replace('@', '(at)')}"


def _entry(kind: str, name: str, used: Mapping[str, list[str]]) -> str:
    told = "; ".join(f"{card}: {', '.join(keys)}" for card, keys in used.items())
    known = f"doi = {{{name}}}"
    for entry in shipped("sources.bib").values() if kind == "doi" else ():
        if known in entry:
            return noted(entry, f"Numbers of {told}")
    fields = {
        "doi": {"doi": name, "url": f"https://doi.org/{name}"},
        "arxiv": {"eprint": name, "archiveprefix": "arXiv", "url": f"https://arxiv.org/abs/{name}"},
        "url": {"url": name},
    }[kind]
    lines = "".join(f"  {key} = {{{value}}},\n" for key, value in fields.items())
    label = re.sub(r"[^A-Za-z0-9]+", "-", f"{kind}-{name}").strip("-")
    return noted(f"@misc{{{label},\n{lines}}}", f"Numbers of {told}")
