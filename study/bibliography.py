"""BibTeX of all that a result owes something to: the sources of its numbers, and software."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import InputError, NanotrodeError
from ..materials.origins import CARDS, RESTS_ON, SOURCES
from .bibtex import Number, cited, comment
from .folder import PROVENANCE, STUDY, read_provenance
from .software import entry, nanotrode_entry, software_used


@dataclass
class Debts:
    """What has been found that is to be cited.

    Attributes:
        numbers: Of material cards, each with its source.
        grounds: What the figures rest on.
        versions: Package -> version; several, where cases ran with several.
        commits: Of nanotrode's checkout.
        kinds: Kinds of geometry.
        plating: Whether lithium was plated.
        search: Whether it was searched for.
    """

    numbers: dict[Number, None] = field(default_factory=dict)
    grounds: dict[str, None] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    commits: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    plating: bool = False
    search: bool = False

    def add(self, made: dict[str, Any], study: dict[str, Any]) -> None:
        """Take up what `provenance.json` and `study.toml` of a run say."""
        cards = made.get(CARDS, {})
        for part, sources in made.get(SOURCES, {}).items():
            name = cards.get(part, part)
            self.numbers |= {Number(name, key, text): None for key, text in sources.items()}
        if RESTS_ON in made:
            self.grounds[made[RESTS_ON]] = None
        for package, version in made.get("versions", {}).items():
            known = self.versions.get(package, version)
            told = known if version in known.split(" and ") else f"{known} and {version}"
            self.versions[package] = told
        self.commits |= {made["commit"]} - {None} if "commit" in made else set()
        self.kinds.add(str(study.get("geometry", {}).get("kind", "")))
        self.plating |= "plating" in study


def bibliography(run: str | Path) -> str:
    """BibTeX of a run's folder, of all runs below a folder, or of a study file.

    Raises:
        InputError: There is no such run or study.
    """
    run = Path(run)
    debts = Debts()
    if run.is_file():
        _of_study(run, debts)
    else:
        _of_folder(run, debts)
    return _written(debts, run)


def _of_folder(folder: Path, debts: Debts) -> None:
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; expected that of a run or of a sweep")
    places = [folder] if (folder / PROVENANCE).is_file() else _runs_below(folder)
    for place in places:
        made, study = read_provenance(place), _study_in(place)
        if SOURCES not in made and (place / STUDY).is_file():  # made before sources were kept
            with suppress(NanotrodeError):  # it may name files that are gone
                _of_study(place / STUDY, debts)
        debts.add(made, study)
    debts.search = (folder / "optimise.json").exists()
    if not debts.numbers:
        raise InputError(
            f"{folder}: holds no run (no {PROVENANCE}, here or below); expected the folder of a "
            "run or of a sweep"
        )


def _runs_below(folder: Path) -> list[Path]:
    return sorted(path.parent for path in folder.rglob(PROVENANCE))


def _study_in(place: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((place / STUDY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _of_study(file: Path, debts: Debts) -> None:
    """What a study would owe if it were run now."""
    from .cards import study_origins
    from .loading import load_study
    from .provenance import commit, versions

    study = load_study(file)
    made = study_origins(study).as_table() | {"versions": versions(), "commit": commit()}
    debts.add(made, study.model_dump(mode="json", exclude_none=True))


def _written(debts: Debts, run: Path) -> str:
    found = cited(debts.numbers)
    lines = [comment(f"What {run.name or run} owes: nanotrode and the software below it"), ""]
    lines += [nanotrode_entry(debts.versions, debts.commits), ""]
    used = software_used(debts.versions, debts.kinds, plating=debts.plating, search=debts.search)
    for key in used:
        lines += [entry(key, debts.versions), ""]
    lines += [comment("Sources of the material's numbers"), ""]
    for text in found.entries:
        lines += [text, ""]
    lines += [comment(f"The figures rest on {text}") for text in debts.grounds]
    if found.others:
        lines += ["", comment("Numbers that name no paper:")]
    lines += [comment(f"{each.card}: {each.key}: {each.source}") for each in found.others]
    return "\n".join(lines).rstrip() + "\n"
