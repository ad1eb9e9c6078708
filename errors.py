"""The exception family: each error says what was got, what was expected and what to do.

`exit_code` is what the command line returns: 2 when the input is at fault (found before
any meshing), 3 when meshing or solving fails.
"""

from __future__ import annotations

from ._messages import message


class NanotrodeError(Exception):
    """Any failure that nanotrode can explain.

    Its text is made fit for a terminal here, once for all: control characters are escaped, and
    what a message repeats of the input is cut.
    """

    exit_code = 3

    def __init__(self, text: object = "") -> None:
        super().__init__(message(str(text)))


class InputError(NanotrodeError):
    """What the user asked cannot be done; found before any meshing."""

    exit_code = 2


class StudyError(InputError):
    """A study file is wrong; the message names file, line and key."""


class ShapeError(InputError):
    """A shape is impossible, or its poles overlap."""


class MaterialError(InputError):
    """A material card is incomplete, inconsistent or unreadable."""


class ProtocolError(InputError):
    """A protocol step cannot be read, or its end can never be reached."""


class MeshError(NanotrodeError):
    """A mesh could not be made, or does not keep what was promised of it."""


class Interrupted(NanotrodeError):
    """It was told to stop, and what was done is kept; the message says how to go on.

    Args:
        message: The message.
        exit_code: 128 and the number of the signal, as a shell has it.
    """

    def __init__(self, message: str, *, exit_code: int = 130) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class SolverError(NanotrodeError):
    """A solve failed; the message names time, step size, protocol step, region and reason."""


class BalanceError(SolverError):
    """A run came to its end, but charge was lost on the way; the message says when and where."""
