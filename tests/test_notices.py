"""What a user should know of a run is told once, and kept."""

from __future__ import annotations

import io
import logging

from rich.console import Console

from nanotrode.notices import Notices
from nanotrode.study.progress import ToConsole

TEXT = "the mesh is too coarse to say where the current peaks"


def test_a_warning_is_told_once_and_kept(caplog):
    notices = Notices(["known before"])
    for text in (TEXT, "known before", TEXT):
        notices.warn(text)
    assert notices.texts == ["known before", TEXT]
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [("WARNING", TEXT)]


def test_other_ranks_keep_it_without_telling(caplog):
    notices = Notices(told=False)
    notices.warn(TEXT)
    assert notices.texts == [TEXT]
    assert caplog.records == []


def test_the_terminal_says_that_it_is_a_warning():
    screen = io.StringIO()
    handler = ToConsole(Console(file=screen, soft_wrap=True))
    for level, text in ((logging.INFO, "meshed"), (logging.WARNING, "[bold] 100 % odd")):
        handler.emit(logging.LogRecord("nanotrode", level, "", 0, text, None, None))
    assert screen.getvalue() == "meshed\nWarning: [bold] 100 % odd\n"
