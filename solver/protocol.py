"""Protocols in words, as PyBaMM writes them, read into the steps of `steps`.

Discharge at C/2 until 2.5 V            Hold at 4.2 V until C/50
Charge at 1 mA/cm2 for 30 minutes or until 4.2 V
Rest for 10 minutes                     Sweep from 2.5 V to 0 V at 0.1 mV/s
Plate at 0.5 mA/cm2 until 4 mAh/cm2     Strip at 0.5 mA/cm2 until 1 V
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NoReturn, cast, get_args

from ..errors import ProtocolError
from . import amounts
from .steps import (
    Amount,
    CapacityLimit,
    ConstantCurrent,
    ConstantVoltage,
    CurrentLimit,
    Direction,
    Rest,
    Step,
    Termination,
    VoltageLimit,
    VoltageSweep,
)

__all__ = [
    "Amount",
    "CapacityLimit",
    "ConstantCurrent",
    "ConstantVoltage",
    "CurrentLimit",
    "Protocol",
    "Rest",
    "Step",
    "Termination",
    "VoltageLimit",
    "VoltageSweep",
    "parse_step",
]

EXAMPLES = {
    "discharge": "Discharge at C/2 until 2.5 V",
    "charge": "Charge at 1C for 30 minutes or until 4.2 V",
    "plate": "Plate at 0.5 mA/cm2 until 4 mAh/cm2",
    "strip": "Strip at 0.5 mA/cm2 until 1 V",
    "hold": "Hold at 4.2 V until C/50",
    "rest": "Rest for 10 minutes",
    "sweep": "Sweep from 2.5 V to 0 V at 0.1 mV/s",
}
DIRECTIONS = get_args(Direction)
# words between which a step's amounts stand, per verb
JOINTS = {
    **dict.fromkeys(DIRECTIONS, ("at", "for", "until", "or")),
    "hold": ("at", "for", "until", "or"),
    "rest": ("for",),
    "sweep": ("from", "to", "at"),
}


@dataclass(frozen=True)
class Protocol:
    """The steps of an experiment in order.

    Attributes:
        steps: What is imposed, one after the other.
        cycles: The cycle, from 1, that each step belongs to.
    """

    steps: tuple[Step, ...]
    cycles: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.steps:
            raise ProtocolError(f'the protocol has no step; expected such as "{EXAMPLES["rest"]}"')
        if len(self.steps) != len(self.cycles):
            raise ProtocolError(
                f"a protocol of {len(self.steps)} steps needs as many cycle numbers, "
                f"got {len(self.cycles)}"
            )

    @classmethod
    def from_text(cls, texts: Iterable[str], *, repeat: int = 1) -> Protocol:
        """Read steps in words and repeat them; each repetition is one cycle.

        Example:
            >>> Protocol.from_text(["Discharge at C/2 until 2.5 V", "Rest for 1 h"]).cycles
            (1, 1)
        """
        if isinstance(texts, str):
            texts = [texts]
        if repeat < 1:
            raise ProtocolError(f"repeat must be 1 or more, got {repeat}")
        steps = tuple(parse_step(text) for text in texts)
        cycles = tuple(cycle for cycle in range(1, repeat + 1) for _ in steps)
        return cls(steps=steps * repeat, cycles=cycles)

    @classmethod
    def join(cls, *protocols: Protocol) -> Protocol:
        """Put protocols one after the other; cycles are numbered on."""
        steps: list[Step] = []
        cycles: list[int] = []
        for protocol in protocols:
            offset = cycles[-1] if cycles else 0
            steps += protocol.steps
            cycles += [offset + cycle for cycle in protocol.cycles]
        return cls(steps=tuple(steps), cycles=tuple(cycles))


def parse_step(text: str) -> Step:
    """Read one step.

    Raises:
        ProtocolError: Names the words not understood, what was expected, and an example.
    """
    words = text.split()
    verb = words[0].lower() if words else ""
    if verb not in EXAMPLES:
        near = difflib.get_close_matches(verb, EXAMPLES, n=1, cutoff=0.6)
        hint = f"; did you mean '{near[0].capitalize()}'?" if near else ""
        known = ", ".join(name.capitalize() for name in EXAMPLES)
        got = f"'{words[0]}'" if words else "nothing"
        _refuse(text, f"{got} is not one of {known}{hint}", near[0] if near else "discharge")
    return _Reader(text, verb, " ".join(words[1:])).step()


class _Reader:
    """One step's words, cut at its joints into (joint, amount) phrases."""

    def __init__(self, text: str, verb: str, rest: str) -> None:
        self.text = text
        self.verb = verb
        self.phrases = self._cut(rest)

    def step(self) -> Step:
        if self.verb in DIRECTIONS:
            return self._current(cast(Direction, self.verb))
        return {"hold": self._hold, "rest": self._rest, "sweep": self._sweep}[self.verb]()

    def _current(self, direction: Direction) -> Step:
        amount = self._current_amount(self._one("at"))
        duration, limits = self._ends("voltage", "capacity")
        return ConstantCurrent(
            text=self.text,
            duration=duration,
            terminations=limits,
            direction=direction,
            amount=amount,
        )

    def _hold(self) -> Step:
        voltage = self._read(self._one("at"), "voltage").value
        duration, limits = self._ends("current", "capacity")
        return ConstantVoltage(
            text=self.text, duration=duration, terminations=limits, voltage=voltage
        )

    def _rest(self) -> Step:
        return Rest(text=self.text, duration=self._positive(self._one("for"), "time").value)

    def _sweep(self) -> Step:
        start = [
            self._read(words, "voltage").value for joint, words in self.phrases if joint == "from"
        ]
        return VoltageSweep(
            text=self.text,
            start=start[0] if start else None,
            stop=self._read(self._one("to"), "voltage").value,
            rate=self._positive(self._one("at"), "sweep rate").value,
        )

    def _cut(self, rest: str) -> list[tuple[str, str]]:
        pattern = rf"(?:^|\s)({'|'.join(JOINTS[self.verb])})(?=\s|$)"
        head, *parts = re.split(pattern, rest, flags=re.IGNORECASE)
        if head.strip():
            self._unexpected(head.strip())
        phrases: list[tuple[str, str]] = []
        pairs = zip(map(str.lower, parts[::2]), map(str.strip, parts[1::2]), strict=True)
        after_or = False
        for joint, words in pairs:
            if joint == "or" and not words:
                after_or = True  # 'or until 4.2 V', 'or for 1 h'
                continue
            if not words:
                self._refuse(f"nothing follows '{joint}'")
            if joint == "or":
                joint = "until"  # 'until 2 V or 150 mAh/g'
            elif after_or and joint == "at":
                self._refuse("'or' joins ends ('for', 'until'), not 'at'")
            after_or = False
            phrases.append((joint, words))
        if after_or:
            self._refuse("nothing follows 'or'")
        for joint in ("at", "for", "from", "to"):
            if sum(found == joint for found, _ in phrases) > 1:
                self._refuse(f"'{joint}' is said twice")
        return phrases

    def _one(self, joint: str) -> str:
        for found, words in self.phrases:
            if found == joint:
                return words
        self._refuse(f"'{joint}' is missing")

    def _ends(
        self, *kinds: Literal["voltage", "current", "capacity"]
    ) -> tuple[float | None, tuple[Termination, ...]]:
        duration: float | None = None
        limits: list[Termination] = []
        for joint, words in self.phrases:
            if joint == "for":
                duration = self._positive(words, "time").value
            elif joint == "until":
                limits.append(self._limit(words, kinds))
        return duration, tuple(limits)

    def _limit(self, words: str, kinds: tuple[str, ...]) -> Termination:
        found = self._read(words, *kinds)
        if found.quantity == "voltage":
            return VoltageLimit(found.value)
        if not found.value > 0:
            self._refuse(f"'{words}' must be above zero")
        if found.quantity == "capacity":
            return CapacityLimit(
                cast(Literal["areal", "total", "specific"], found.per), found.value
            )
        return CurrentLimit(Amount(found.per, found.value))

    def _current_amount(self, words: str) -> Amount:
        found = self._read(words, "current")
        if not found.value > 0:
            self._refuse(f"'{words}' must be above zero: the verb gives the direction")
        return Amount(found.per, found.value)

    def _positive(self, words: str, kind: str) -> amounts.Reading:
        found = self._read(words, kind)
        if not found.value > 0:
            self._refuse(f"'{words}' must be above zero")
        return found

    def _read(self, words: str, *kinds: str) -> amounts.Reading:
        try:
            found = amounts.read(words)
        except ValueError as error:
            self._refuse(str(error))
        if found.quantity not in kinds:
            self._refuse(f"'{words}' is a {found.quantity}, but a {' or a '.join(kinds)} is needed")
        return found

    def _unexpected(self, words: str) -> NoReturn:
        first = words.split()[0]
        near = difflib.get_close_matches(first.lower(), JOINTS[self.verb], n=1, cutoff=0.5)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        self._refuse(f"'{words}' is not understood{hint}")

    def _refuse(self, why: str) -> NoReturn:
        _refuse(self.text, why, self.verb)


def _refuse(text: str, why: str, verb: str) -> NoReturn:
    joint = " Expected" if why.endswith("?") else "; expected"
    raise ProtocolError(f"'{text}': {why}{joint} such as \"{EXAMPLES[verb]}\"")
