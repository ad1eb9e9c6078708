"""What counts as the source of a number: a DOI, an address, or the word `assumed` and why."""

from __future__ import annotations

import re
from collections.abc import Mapping

EXPECTED = 'expected a DOI ("doi:10.1149/2.053304jes"), an arXiv number, a URL or "assumed: why"'

_DOI = re.compile(r"doi:\s*(\S*)", re.IGNORECASE)
_FORM = re.compile(r"10\.\d{4,9}/[^\s,;]+")
_OF_RANGE = re.compile(r"\s*(?:low|high|range)\b", re.IGNORECASE)
_MEMORY = re.compile(r"\bfrom memory\b", re.IGNORECASE)
_KNOWN = re.compile(
    r"doi:|arxiv:\s*\d{4}\.\d{4,5}|arxiv:\s*[a-z.-]+/\d{7}|https?://\S+\.\S+"
    r"|\b(?:assumed|computed from|measured)\b",
    re.IGNORECASE,
)


def dois(text: str) -> tuple[str, ...]:
    """The DOIs that a text names, each once, such as "10.1149/2.053304jes"."""
    return tuple(dict.fromkeys(doi for doi in _named(text) if _FORM.fullmatch(doi)))


def fault(source: str) -> str:
    """What a source lacks to be one; empty where it lacks nothing."""
    wrong = [doi for doi in _named(source) if not _FORM.fullmatch(doi)]
    if wrong:
        return f"'doi:{wrong[0]}' is no DOI; expected such as doi:10.1149/2.053304jes"
    if _MEMORY.search(source):
        return f"'from memory' is no source; {EXPECTED}"
    return "" if _KNOWN.search(source) else f"it cannot be looked up; {EXPECTED}"


def is_assumed(source: str) -> bool:
    """Whether a number, or a part of it, is assumed; where its range is from is another matter."""
    told = [clause for clause in source.split(";") if not _OF_RANGE.match(clause)]
    return re.search(r"\bassumed\b", ";".join(told), re.IGNORECASE) is not None


def remarks(sources: Mapping[str, str]) -> list[str]:
    """A sentence for each fault of a card's sources, with all the keys that have it."""
    found: dict[str, list[str]] = {}
    for key, source in sources.items():
        if said := fault(source):
            found.setdefault(said, []).append(key)
    return [f"the source of its {', '.join(keys)}: {said}" for said, keys in found.items()]


def _named(text: str) -> list[str]:
    """What stands behind each "doi:", without the marks of the sentence around it."""
    found = []
    for match in _DOI.finditer(text):
        doi = match[1].rstrip(".,;:'\"")
        while doi.endswith((")", "]")) and doi.count("(") < doi.count(")") + doi.count("]"):
            doi = doi[:-1].rstrip(".,;:")
        found.append(doi)
    return found
