"""What a picture and a field file say of themselves, since they are handed on without their folder.

Pictures carry it in the places that their formats have for it: text chunks of PNG, the metadata of
SVG and PDF, the comment of JPEG and GIF, the description of TIFF.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._files import atomic_path
from . import names

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FILES = ("provenance.json", "summary.json")


def write_figure(figure: Figure, path: str | Path, *, runs: Iterable[str | Path] = ()) -> Path:
    """Write a figure, whole or not at all, with where its numbers come from.

    Args:
        figure: The figure.
        path: The picture; its suffix chooses the format.
        runs: Folders of what is shown; by default the one that the picture goes to.
    """
    path = Path(path)
    stamp = stamp_of(runs or (path.parent,))
    with atomic_path(path) as temporary:
        figure.savefig(temporary, **_options(path.suffix.lower(), stamp))
    return path


def stamp_of(folders: Iterable[str | Path]) -> dict[str, str]:
    """Who made it, what it rests on and the sources, as texts under the keywords of PNG.

    Args:
        folders: Of runs, or of sweeps, which speak for their first case.
    """
    rests, sources = dict[str, None](), dict[str, None]()
    for made in map(origins_in, folders):
        rests |= dict.fromkeys([str(made[names.RESTS_ON])] if names.RESTS_ON in made else [])
        sources |= dict.fromkeys(": ".join(pair) for pair in origins(made))
    stamp = {"Software": f"nanotrode {metadata.version('nanotrode')}"}
    if rests:
        stamp["Description"] = " / ".join(f"rests on {text}" for text in rests)
    if sources:
        stamp["Source"] = "\n".join(sources)
    return stamp


def origins_in(folder: str | Path) -> dict[str, Any]:
    """What a folder's papers say of where its numbers are from; empty when nothing is known."""
    folder = Path(folder)
    cases = sorted(folder.glob(f"cases/*/{_FILES[0]}"))[:1]
    for path in (*(folder / name for name in _FILES), *cases):
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(found, dict) and isinstance(found.get(names.SOURCES), dict):
            return found
    return {}


def grounds_of(cases: Iterable[str | Path]) -> list[str]:
    """What the cases of a sweep rest on, each text once; of several, with the number of cases."""
    told = [str(origins_in(case).get(names.RESTS_ON, "")) for case in cases]
    counts = Counter(text for text in told if text)
    many = len(counts) > 1
    said = [f"{text} ({count} case{'s' * (count > 1)})" for text, count in counts.most_common()]
    return said if many else list(counts)


def origins(made: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each number and where it is from: "LiFePO4: diffusivity", "doi:..."."""
    cards = made.get(names.CARDS)
    sources = made.get(names.SOURCES)
    for part, found in sources.items() if isinstance(sources, dict) else ():
        name = cards.get(part, part) if isinstance(cards, dict) else part
        if isinstance(found, dict):
            yield from ((f"{name}: {key}", str(source)) for key, source in found.items())


def _options(suffix: str, stamp: Mapping[str, str]) -> dict[str, Any]:
    """How matplotlib is told, for the formats that have a place for it."""
    software, told = stamp["Software"], stamp.get("Description", "")
    source = stamp.get("Source", "")
    comment = "\n".join(stamp.values())
    if suffix == ".png":
        return {"metadata": dict(stamp)}
    if suffix == ".svg":
        return {"metadata": {"Creator": software, "Description": told, "Source": source}}
    if suffix == ".pdf":
        return {"metadata": {"Creator": software, "Subject": told, "Keywords": source}}
    if suffix in (".jpg", ".jpeg"):
        return {"pil_kwargs": {"comment": comment.encode()}}
    if suffix in (".tif", ".tiff"):
        return {"pil_kwargs": {"description": comment, "software": software}}
    return {}
