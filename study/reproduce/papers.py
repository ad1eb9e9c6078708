"""Which papers can be computed again, and where that is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from ...errors import InputError

Tell = Callable[[str], None]
"""Takes a line for the user."""


@dataclass(frozen=True)
class Paper:
    """A paper.

    Attributes:
        title: What it is about.
        story: The module, beside this one, whose `reproduce(out, force=, tell=)` does it.
        has_quick: Whether that also takes `quick=`.
    """

    title: str
    story: str
    has_quick: bool = False

    def reproduce(self, out: Path, *, force: bool, tell: Tell, quick: bool = False) -> list[Path]:
        """Compute everything again into a folder; the files written.

        Args:
            out: The folder; finished runs in it are not made again.
            force: Begin runs again that have failed.
            tell: Gets a line before each part, and the findings.
            quick: Every part with few and coarse runs, whose numbers mean nothing.

        Raises:
            InputError: There is no quick form.
        """
        if quick and not self.has_quick:
            raise InputError("--quick: this reproduction has no quick form; leave it out")
        module = import_module(self.story, package=__package__)
        more = {"quick": True} if quick else {}
        return cast(list[Path], module.reproduce(out, force=force, tell=tell, **more))


PAPERS: Mapping[str, Paper] = {
    "lin": Paper(
        "Lin et al.: four hosts for lithium, from one model", ".lin.story", has_quick=True
    ),
    "kattan": Paper("Kattan and Saeed: planar against nanostructured poles", ".kattan.story"),
}
"""By the name that the command line takes."""


def find(name: str) -> Paper:
    """The paper of this name.

    Raises:
        InputError: There is none.
    """
    if name not in PAPERS:
        known = ", ".join(PAPERS)
        raise InputError(f"paper: got '{name}', expected one of: {known}")
    return PAPERS[name]
