"""Whether a study may be run in a folder, and how: anew, onwards from where it stood, or again."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from .._files import failure_of
from ..errors import InputError
from . import repeat
from .build import make_sizing
from .cards import texts_of
from .folder import (
    STUDY,
    is_empty,
    is_ours,
    read_provenance,
    study_text,
    write_provenance,
    write_study,
)
from .folder import clear as clear_results
from .geometries import OwnMeshTable
from .provenance import CARD_TEXTS, now, study_digest
from .schema import ProtocolTable, RunStudy

State = Literal["new", "unfinished", "finished"]


@dataclass(frozen=True)
class Claim:
    """A folder that is about to hold a study's run.

    Attributes:
        state: Whether it holds it already: no, in part, or to its end.
        work: Where it is made: the folder, or a place in it until it is whole.
        warnings: What the user should know.
    """

    state: State
    work: Path
    warnings: tuple[str, ...] = ()


def look(folder: Path, study: RunStudy, *, resume: bool, force: bool) -> Claim:
    """See whether the folder may be used for this study; nothing is written.

    Results are never lost without a word: another study, an unfinished run and a finished one are
    left alone unless more is asked for, and then until the new one is whole.

    Raises:
        InputError: The folder holds something else, or an unfinished run.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file, but a folder is needed for the results")
    if is_empty(folder):
        return Claim("new", folder)
    if not is_ours(folder):
        raise InputError(
            f"{folder}: is not empty and was not made by nanotrode; choose another folder with "
            "--out, which need not exist"
        )
    made, digest, again = read_provenance(folder), study_digest(study), repeat.place(folder)
    if read_provenance(again).get("study") == digest and (resume or not force):
        if resume:
            return Claim("unfinished", again)
        raise InputError(
            f"{folder}: holds an unfinished repeat of this study beside the run that was there; "
            "go on with --resume, or begin again with --force"
        )
    if not made:  # a case that its sweep has not begun
        return Claim("new", folder)
    if made["study"] == digest:
        return _same(folder, made, resume=resume, force=force)
    return _other(folder, study, made, resume=resume, force=force)


def claim(folder: Path, study: RunStudy, *, resume: bool, force: bool) -> Claim:
    """Take the folder for this study, as far as `look` allows it; its owner calls this.

    Raises:
        InputError: See `look`; or the folder cannot be written.
    """
    if repeat.is_whole(folder):
        repeat.settle(folder)
    found = look(folder, study, resume=resume, force=force)
    if found.state == "finished":
        return found
    try:
        if found.state == "new":
            repeat.begin(folder) if found.work != folder else clear_results(folder)
        made = {} if found.state == "new" else read_provenance(found.work)
        marks: dict[str, Any] = {
            "study": study_digest(study),
            "protocol": _protocol(study),
            "finished": None,
        }
        marks[CARD_TEXTS] = texts_of(study)
        # first of all, so that whatever comes after it is known to be this study's
        write_provenance(found.work, {"started": now()} | made | marks)
        write_study(found.work, study_text(study))
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({failure_of(error)})") from None
    return found


def _same(folder: Path, made: dict[str, Any], *, resume: bool, force: bool) -> Claim:
    if made.get("finished"):
        again = force and not resume
        return Claim("new", repeat.place(folder)) if again else Claim("finished", folder)
    if resume:
        return Claim("unfinished", folder)
    if force:
        return Claim("new", repeat.place(folder))
    raise InputError(
        f"{folder}: holds an unfinished run of this study; go on with --resume, "
        "or start again with --force"
    )


def _other(
    folder: Path, study: RunStudy, made: dict[str, Any], *, resume: bool, force: bool
) -> Claim:
    first = _first_part(folder, study, made)
    if first is not None and resume:
        return _longer(folder, study, first)
    if force:
        return Claim("new", repeat.place(folder))
    if first is not None:
        raise InputError(
            f"{folder}: holds the first {len(list(_steps(first)))} of this study's "
            f"{len(list(_steps(study)))} protocol steps; go on with --resume, choose another "
            "folder with --out, or run all again with --force"
        )
    raise InputError(
        f"{folder}: holds another study{_differences(folder, study, made)}; choose another folder "
        "with --out, or put this one in its place with --force"
    )


def _longer(folder: Path, study: RunStudy, first: RunStudy) -> Claim:
    """Go on with steps that a study has more than the one in the folder."""
    from ..solver.checkpoint_files import resume_time

    if read_provenance(folder).get("finished") and resume_time(folder) is None:
        raise InputError(
            f"{folder}: holds the first steps of this study, but no checkpoint to go on from; "
            "run all again with --force, or choose another folder with --out"
        )
    warnings = []
    if not isinstance(study.geometry, OwnMeshTable) and make_sizing(study) != make_sizing(first):
        warnings.append(
            "the steps that were added would have made another mesh, finer at the interface; "
            "the run goes on with the one that it has, and --force runs all on a new one"
        )
    return Claim("unfinished", folder, tuple(warnings))


def _first_part(folder: Path, study: RunStudy, made: dict[str, Any]) -> RunStudy | None:
    """The study in the folder, where it is this one with fewer steps at the protocol's end."""
    try:
        said = made.get("protocol") or _stored(folder)["protocol"]
        tables = tuple(ProtocolTable.model_validate(table) for table in said)
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        return None
    first = study.model_copy(update={"protocol": tables})
    if not tables or study_digest(first) != made["study"]:
        return None
    before, now_ = list(_steps(first)), list(_steps(study))
    return first if now_[: len(before)] == before else None


def _protocol(study: RunStudy) -> list[dict[str, Any]]:
    return [table.model_dump(mode="json") for table in study.protocol]


def _steps(study: RunStudy) -> Iterator[tuple[str, int]]:
    """The words of each step, with its cycle."""
    counts = [table.repeat for table in study.protocol]
    cycle = 0
    for table, count in zip(study.protocol, counts, strict=True):
        for _ in range(count):
            cycle += 1
            yield from ((step, cycle) for step in table.steps)


def _stored(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / STUDY).read_text(encoding="utf-8"))


def _differences(folder: Path, study: RunStudy, made: dict[str, Any]) -> str:
    try:
        there = _stored(folder)
    except (OSError, ValueError):
        return ""
    here = study.model_dump(mode="json", exclude_none=True)
    keys = [key for key in _changed(there, here) if key not in ("name", "question")]
    texts = made.get(CARD_TEXTS)
    if not keys and isinstance(texts, dict) and texts != texts_of(study):
        changed = [name for name, text in texts_of(study).items() if texts.get(name) != text]
        return f" (its material card {', '.join(changed)} has been changed since)"
    more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
    return f" (other {', '.join(keys[:3])}{more})" if keys else ""


def _changed(there: Any, here: Any, path: str = "") -> Iterator[str]:
    if isinstance(there, dict) and isinstance(here, dict):
        for key in sorted(there.keys() | here.keys()):
            yield from _changed(there.get(key), here.get(key), f"{path}.{key}".lstrip("."))
    elif there != here:
        yield path
