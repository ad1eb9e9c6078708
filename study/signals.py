"""Being told to end: by Ctrl-C, by SIGTERM as batch systems send it, by a terminal that closes.

A command ends at once, by an exception, unless work is under way that is better ended between two
steps: there the first order is noted, and whoever does the work asks for it (`wish`). Under MPI all
orders are noted, since a rank that ends alone leaves the others waiting for ever.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ..solver.stopping import Wish

KINDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 3.0
"""Time for which the next regular checkpoint is waited for [s]."""
ECHO = 1.0
"""Within which a second order is the first one, come another way: launcher and group [s]."""


class Stopped(KeyboardInterrupt):
    """A signal told the process to end.

    Attributes:
        number: Of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Orders:
    """The orders to end that this process has been given."""

    def __init__(self) -> None:
        self._number: int | None = None
        self._since = 0.0
        self._heard = self._held = self._several = False

    @property
    def number(self) -> int:
        """The signal that was given; SIGINT's number if none was."""
        return self._number or signal.SIGINT

    @contextmanager
    def obeyed(self, *, several: bool = False, for_good: bool = False) -> Iterator[None]:
        """Within the block, an order ends the process in good order; what is ignored stays so.

        Args:
            several: Whether this is one of several ranks.
            for_good: Whether the process ends with the block.
        """
        if self._heard or threading.current_thread() is not threading.main_thread():
            yield
            return
        self._heard, self._several = True, several
        heard = [kind for kind in KINDS if signal.getsignal(kind) != signal.SIG_IGN]
        before = {kind: signal.signal(kind, self._told) for kind in heard}
        try:
            yield
        finally:
            if for_good:  # what is told now is told to somebody who is leaving
                for kind in heard:
                    signal.signal(kind, signal.SIG_IGN)
            else:
                for kind, handler in before.items():
                    signal.signal(kind, handler)
                self._number, self._heard = None, False

    @contextmanager
    def held(self, held: bool = True) -> Iterator[None]:
        """Within the block, a first order is only noted; or, with False, obeyed at once.

        Raises:
            Stopped: With False: there was an order already, or there is one now.
        """
        before, self._held = self._held, held
        try:
            if not held and self._number is not None:
                raise Stopped(self._number)
            yield
        finally:
            self._held = before

    def wish(self) -> Wish:
        """What the orders ask of a run between two time steps."""
        if self._number is None:
            return Wish.GO_ON
        waited = time.monotonic() - self._since
        return Wish.SOON if waited < PATIENCE else Wish.NOW

    def _told(self, number: int, frame: FrameType | None) -> None:
        first = self._number is None
        if first:
            self._number, self._since = number, time.monotonic()
        again = not first and time.monotonic() - self._since > ECHO
        if again and self._several:
            os._exit(128 + number)  # by an exception, one rank would wait for the others
        if again or (first and not self._held):
            raise Stopped(number)


orders = Orders()
"""This process's."""
