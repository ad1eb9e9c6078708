"""The checkpoints in a run's folder: the last two, so that a damaged one costs little.

    checkpoint.npz  checkpoint-before.npz

A new one is written beside its name and renamed, after the one there has become the one before:
at each moment one of the two is whole. One that cannot be read is set aside and named.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from .._files import atomic_path
from ..errors import InputError
from .fingerprint import Fingerprint

log = logging.getLogger(__name__)

FILE_NAME, BEFORE, DAMAGED = "checkpoint.npz", "checkpoint-before.npz", "checkpoint-damaged.npz"


def store(folder: Path, **arrays: Any) -> None:
    """Write a checkpoint, whole or not at all; the one that was there is kept as the one before."""
    path = folder / FILE_NAME
    with atomic_path(path) as temporary:
        np.savez(temporary, **arrays)
        if path.exists():
            os.replace(path, folder / BEFORE)


def newest[T](
    folder: Path, fingerprint: Fingerprint, parse: Callable[[dict[str, Any]], T]
) -> T | None:
    """The newest checkpoint that is whole; None if there is none.

    Args:
        folder: The run's.
        fingerprint: Of the run that goes on.
        parse: Makes the checkpoint of the file's arrays; fails where they are none.

    Raises:
        InputError: It is of another study.
    """

    def checked(stored: dict[str, Any]) -> T:
        if not fingerprint.goes_on(str(stored["fingerprint"])):
            raise InputError(
                f"{folder / FILE_NAME}: this checkpoint is of another study (its mesh, materials, "
                "protocol or settings differ); resume with the study it was made from, or choose "
                "another folder with --out"
            )
        return parse(stored)

    return _first_whole(folder, checked)


def resume_time(folder: Path) -> float | None:
    """The time that a run in the folder would go on from [s]; None if it begins anew."""
    return _first_whole(folder, lambda stored: float(json.loads(str(stored["numbers"]))["time"]))


def _first_whole[T](folder: Path, parse: Callable[[dict[str, Any]], T]) -> T | None:
    for name in (FILE_NAME, BEFORE):
        path = folder / name
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                return parse({key: stored[key] for key in stored.files})
        except FileNotFoundError:
            continue
        except InputError:
            raise
        except Exception as error:  # zip, JSON, numpy and ours: whatever a damaged file can raise
            _set_aside(path, error, last=name == BEFORE or not (folder / BEFORE).exists())
    return None


def _set_aside(path: Path, error: Exception, *, last: bool) -> None:
    """Keep a damaged file out of the way: as the one before it would replace the older one."""
    onwards = "it begins again" if last else f"it goes on from {BEFORE}, the one before it"
    log.warning(
        "%s is damaged (%s: %s), so the run does not go on from it: %s",
        path, type(error).__name__, error, onwards,
    )  # fmt: skip
    with suppress(OSError):
        os.replace(path, path.with_name(DAMAGED))
