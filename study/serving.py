"""A folder served on this machine alone, for a browser."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ..errors import InputError


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files, and says nothing of it."""

    def log_message(self, format: str, *arguments: object) -> None:
        """Nobody reads it."""


def serving(folder: Path, *, port: int = 0) -> ThreadingHTTPServer:
    """A server of the folder's files on 127.0.0.1, not yet running.

    Args:
        folder: What to serve.
        port: Where; 0 takes a free one.

    Raises:
        InputError: The port is taken.
    """
    handler = partial(_Quiet, directory=str(folder))
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), handler)
    except (OSError, OverflowError) as error:
        raise InputError(f"--port: {port} cannot be used ({error}); leave it out") from None
