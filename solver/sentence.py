"""One step of a protocol in words, cut at its joints ('at', 'until', ...) and read."""

from __future__ import annotations

import re
from typing import Literal, NoReturn, cast, get_args

from .._messages import near_miss, quoted
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
SYNONYMS: dict[str, Direction] = {
    **dict.fromkeys(("lithiate", "sodiate", "intercalate", "insert"), "discharge"),
    **dict.fromkeys(("delithiate", "desodiate", "deintercalate", "extract"), "charge"),
}
RELATED = {
    **dict.fromkeys(("wait", "pause", "relax", "relaxation", "ocv", "ocp"), "rest"),
    **dict.fromkeys(("scan", "ramp", "linear"), "sweep"),
    **dict.fromkeys(("keep", "potentiostatic", "float"), "hold"),
    **dict.fromkeys(("deposit", "electroplate"), "plate"),
    **dict.fromkeys(("dissolve",), "strip"),
}
"""Words that other codes and cyclers use: what is meant is asked, and not assumed."""

ADVICE = {
    **dict.fromkeys(
        ("repeat", "cycle", "loop"),
        "to repeat the steps of a block, write repeat = 3 beside its steps",
    ),
    **dict.fromkeys(
        ("cccv", "cc-cv"), "write a 'Charge ...' until a potential and a 'Hold ...' as two steps"
    ),
    **dict.fromkeys(
        ("gitt", "pitt", "pulse", "pulses"), "write a pulse and a rest as two steps, and repeat"
    ),
    **dict.fromkeys(("run", "drive", "profile"), "write each piece of a profile as a step"),
}
"""What to write instead of words that name several steps at once."""

_ENDED = ("at", "for", "after", "until", "or")
JOINTS = {
    **dict.fromkeys(DIRECTIONS, _ENDED),
    "hold": _ENDED,
    "rest": ("for",),
    "sweep": ("from", "to", "at"),
}
"""Words between which a step's amounts stand, per verb."""
FOREIGN = ("to", "from", "with", "and", "then", "every", "until", "or", "for", "at", "after")
"""Words that cut a sentence too, so that one that has no place is named alone."""
INSTEAD = {"to": "until", "with": "at", "until": "for", "after": "for"}
UNSAID = {
    "and": "ends are joined by 'or': the first that is met ends the step",
    "then": "one text holds one step; write what follows as the next text of the list",
    "every": 'how often the fields are written is said in [output], such as every = "1 s"',
}
LONGEST = 500
"""Characters of a step."""


def parse_step(text: str) -> Step:
    """Read one step.

    Raises:
        ProtocolError: Names the words not understood, what was expected, and an example.
    """
    if not isinstance(text, str):
        _refuse(text, NOT_A_TEXT, "rest")
    if len(text) > LONGEST:
        _refuse(text, f"has {len(text)} characters, expected at most {LONGEST}", "discharge")
    first, *rest = text.split() or [""]
    verb = SYNONYMS.get(first.lower(), first.lower())
    if verb not in EXAMPLES:
        _refuse_verb(text, first)
    plain = " ".join((first, *rest))
    return _Reader(plain, verb, re.sub(r"[,;](?= |$)|\.$", "", " ".join(rest))).step()


NOT_A_TEXT = (
    "a step is a text; a current that changes with time is written as several steps, each with "
    "its current and its time"
)


def _refuse_verb(text: str, first: str) -> NoReturn:
    meant = RELATED.get(first.lower()) or near_miss(first, EXAMPLES, cutoff=0.75)
    known = ", ".join(name.capitalize() for name in EXAMPLES)
    got = quoted(first) if first else "nothing"
    hint = f"; did you mean '{meant.capitalize()}'?" if meant else ""
    if first.lower() in ADVICE:
        meant, hint = None, f"; {ADVICE[first.lower()]}"
    _refuse(text, f"{got} is not one of {known}{hint}", meant or "discharge")


class _Reader:
    """One step's words, cut at its joints into (joint, amount) phrases."""

    def __init__(self, text: str, verb: str, rest: str) -> None:
        self.text = text
        self.verb = verb
        self.references: dict[str, None] = {}
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
            references=tuple(self.references),
            direction=direction,
            amount=amount,
        )

    def _hold(self) -> Step:
        voltage = self._read(self._one("at"), "voltage").value
        duration, limits = self._ends("current", "capacity")
        return ConstantVoltage(
            text=self.text,
            duration=duration,
            terminations=limits,
            references=tuple(self.references),
            voltage=voltage,
        )

    def _rest(self) -> Step:
        return Rest(text=self.text, duration=self._positive(self._one("for"), "time").value)

    def _sweep(self) -> Step:
        start = [
            self._read(words, "voltage").value for joint, words in self.phrases if joint == "from"
        ]
        stop = self._read(self._one("to"), "voltage").value
        return VoltageSweep(
            text=self.text,
            references=tuple(self.references),
            start=start[0] if start else None,
            stop=stop,
            rate=self._positive(self._one("at"), "sweep rate").value,
        )

    def _cut(self, rest: str) -> list[tuple[str, str]]:
        self._refuse_period(rest)
        words = dict.fromkeys((*JOINTS[self.verb], *FOREIGN))
        head, *parts = re.split(rf"(?:^|\s)({'|'.join(words)})(?=\s|$)", rest, flags=re.IGNORECASE)
        if head.strip():
            self._unexpected(head.strip())
        phrases: list[tuple[str, str]] = []
        pairs = zip(map(str.lower, parts[::2]), map(str.strip, parts[1::2]), strict=True)
        after_or = False
        for joint, said in pairs:
            if joint not in JOINTS[self.verb]:
                self._no_place(joint, said)
            if joint == "or" and not said:
                after_or = True  # 'or until 4.2 V', 'or for 1 h'
                continue
            if not said:
                self._refuse(f"nothing follows '{joint}'")
            if joint in ("or", "after"):
                joint = "until"  # 'until 2 V or 150 mAh/g', 'or after 1 h'
            elif after_or and joint == "at":
                self._refuse("'or' joins ends ('for', 'until'), not 'at'")
            after_or = False
            phrases.append((joint, said))
        if after_or:
            self._refuse("nothing follows 'or'")
        self._refuse_doubles(phrases)
        return phrases

    def _refuse_doubles(self, phrases: list[tuple[str, str]]) -> None:
        for joint in ("at", "for", "from", "to"):
            said = [words for found, words in phrases if found == joint]
            if len(said) > 1 and any(re.search(r"(°|º|deg|o|\d) ?[CKF]$", one) for one in said[1:]):
                self._refuse(
                    "a step has no temperature of its own; the study's holds for all, such as "
                    'temperature = "25 degC"'
                )
            if len(said) > 1:
                self._refuse(f"'{joint}' is said twice")

    def _one(self, joint: str) -> str:
        for found, words in self.phrases:
            if found == joint:
                return words
        self._refuse(f"'{joint}' is missing")

    def _ends(
        self, *kinds: Literal["voltage", "current", "capacity"]
    ) -> tuple[float | None, tuple[Termination, ...]]:
        times: list[float] = []
        limits: list[Termination] = []
        for joint, words in self.phrases:
            if joint == "for":
                times.append(self._positive(words, "time").value)
            elif joint == "until":
                limit = self._limit(words, kinds)
                if isinstance(limit, float):
                    times.append(limit)
                else:
                    limits.append(limit)
        if len(times) > 1:
            self._refuse("two times are said, and the shorter one always ends the step")
        return times[0] if times else None, tuple(limits)

    def _limit(self, words: str, kinds: tuple[str, ...]) -> Termination | float:
        """An end condition, or a time [s] since the step began."""
        found = self._read(words, *kinds, "time")
        if found.quantity == "voltage":
            return VoltageLimit(found.value)
        if not found.value > 0:
            self._refuse(f"{quoted(words)} must be above zero")
        if found.quantity == "time":
            return found.value
        if found.quantity == "capacity":
            return CapacityLimit(
                cast(Literal["areal", "total", "specific"], found.per), found.value
            )
        return CurrentLimit(Amount(found.per, found.value))

    def _current_amount(self, words: str) -> Amount:
        unsigned = words.lstrip("-+\N{MINUS SIGN} ") if re.search(r"[cC]\s*(/|$)", words) else words
        found = self._read(unsigned, "current")
        if not found.value > 0 or unsigned != words:
            self._refuse(f"{quoted(words)} must be above zero: the verb gives the direction")
        return Amount(found.per, found.value)

    def _positive(self, words: str, kind: str) -> amounts.Reading:
        found = self._read(words, kind)
        if not found.value > 0:
            self._refuse(f"{quoted(words)} must be above zero")
        return found

    def _read(self, words: str, *kinds: str) -> amounts.Reading:
        try:
            found = amounts.read(words, *kinds)
        except ValueError as error:
            self._refuse(str(error))
        if found.reference:
            self.references[found.reference] = None
        return found

    def _no_place(self, joint: str, said: str) -> NoReturn:
        """A word that joins amounts elsewhere has no place in this step."""
        if joint in UNSAID:
            self._refuse(UNSAID[joint])
        better = INSTEAD.get(joint)
        hint = f"; did you mean '{better} {said}'?" if better in JOINTS[self.verb] and said else ""
        self._refuse(f"'{joint}' is not understood in a {self.verb}{hint}")

    def _refuse_period(self, rest: str) -> None:
        if re.search(r"\bperiod\b", rest, re.IGNORECASE):
            self._refuse(
                "a step has no period; how often the fields are written is said in [output], "
                'such as every = "1 s"'
            )

    def _unexpected(self, words: str) -> NoReturn:
        first, *more = words.split()
        near = near_miss(first, JOINTS[self.verb], cutoff=0.6)
        near = " ".join((near, *more)) if near else self._with_joint(words)
        hint = f"; did you mean {quoted(near)}?" if near else ""
        self._refuse(f"{quoted(words)} is not understood{hint}")

    def _with_joint(self, words: str) -> str | None:
        """An amount that stands alone, with the joint that belongs before it."""
        try:
            found = amounts.read(words)
        except ValueError:
            return None
        joint = {"current": "at", "sweep rate": "at", "time": "for", "capacity": "until"}
        joint["voltage"] = {"hold": "at", "sweep": "to"}.get(self.verb, "until")
        word = joint[found.quantity]
        return f"{word} {words}" if word in JOINTS[self.verb] else None

    def _refuse(self, why: str) -> NoReturn:
        _refuse(self.text, why, self.verb)


def _refuse(text: object, why: str, verb: str) -> NoReturn:
    joint = " Expected" if why.endswith("?") else "; expected"
    raise ProtocolError(f'{quoted(text, 100)}: {why}{joint} such as "{EXAMPLES[verb]}"')
