"""The folder of many cases: which case lies where, for good."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..._files import write_text
from ...errors import InputError
from ..folder import is_empty
from ..owner import owned
from ..provenance import study_digest
from .case import Case

INDEX, CASES = "cases.json", "cases"


class CaseStore:
    """Numbers cases by what they are, so that a case keeps its folder when others join it.

    Args:
        folder: Of the sweep or search; made when absent.

    Raises:
        InputError: The folder holds something else.
    """

    def __init__(self, folder: Path) -> None:
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder}: is a file, but a folder is needed for the results")
        index = folder / INDEX
        if not is_empty(folder) and not index.exists():
            raise InputError(
                f"{folder}: is not empty and holds no cases; choose another folder with --out"
            )
        self.folder = folder
        self._numbers: dict[str, int] = _read(index)
        try:  # what is there may be another's, who is at work
            if not index.exists():
                write_text(index, json.dumps(self._numbers, indent=1) + "\n")
        except OSError as error:
            raise InputError(f"{folder}: cannot be written ({error.strerror})") from None

    def number(self, cases: list[Case]) -> list[int]:
        """The number of each case; new ones get the next."""
        found = []
        for case in cases:
            known = self._numbers.setdefault(_identity(case), len(self._numbers) + 1)
            found.append(known)
        write_text(self.folder / INDEX, json.dumps(self._numbers, indent=1) + "\n")
        return found

    def place(self, number: int) -> Path:
        """The folder of a case."""
        return self.folder / CASES / f"{number:04d}"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep a second sweep out of the folder.

        Raises:
            InputError: There is one already.
        """
        with owned(self.folder):
            self._numbers = _read(self.folder / INDEX)
            yield


def _read(index: Path) -> dict[str, int]:
    try:
        found: dict[str, Any] = json.loads(index.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InputError(
            f"{index}: cannot be read ({error}); it says which case is where"
        ) from None
    return {str(key): int(number) for key, number in found.items()}


def _identity(case: Case) -> str:
    if case.study is None:
        return "impossible " + json.dumps(dict(case.inputs), sort_keys=True)
    return study_digest(case.study)
