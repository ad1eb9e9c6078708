"""Protocols: the steps of an experiment in order, read from words as PyBaMM writes them.

Discharge at C/2 until 2.5 V            Hold at 4.2 V until C/50
Charge at 1 mA/cm2 for 30 minutes or until 4.2 V
Rest for 10 minutes                     Sweep from 2.5 V to 0 V at 0.1 mV/s
Plate at 0.5 mA/cm2 until 4 mAh/cm2     Strip at 0.5 mA/cm2 until 1 V
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .._arguments import check_is
from .._messages import quoted
from ..errors import ProtocolError
from .sentence import EXAMPLES, parse_step
from .steps import (
    Amount,
    CapacityLimit,
    ConstantCurrent,
    ConstantVoltage,
    CurrentLimit,
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

MOST_STEPS = 1_000_000
"""Steps of a protocol, repeats included."""


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
        expected = "a tuple; Protocol.from_text reads one from words"
        check_is(self.steps, tuple, "steps", expected, error=ProtocolError)
        check_is(self.cycles, tuple, "cycles", "a tuple of whole numbers", error=ProtocolError)
        if not self.steps:
            raise ProtocolError(f'the protocol has no step; expected such as "{EXAMPLES["rest"]}"')
        if len(self.steps) != len(self.cycles):
            raise ProtocolError(
                f"a protocol of {len(self.steps)} steps needs as many cycle numbers, "
                f"got {len(self.cycles)}"
            )
        for step in set(map(type, self.steps)):
            if not issubclass(step, Step):
                raise ProtocolError(
                    f"the protocol holds a {step.__name__}, expected steps; "
                    'Protocol.from_text(["Rest for 10 minutes"]) reads them from words'
                )

    @classmethod
    def from_text(cls, texts: str | Step | Iterable[str | Step], *, repeat: int = 1) -> Protocol:
        """Read steps in words and repeat them; each repetition is one cycle.

        Args:
            texts: The steps in order, each in words or as it was made.
            repeat: How often they are done.

        Raises:
            ProtocolError: One line per step that cannot be read.

        Example:
            >>> Protocol.from_text(["Discharge at C/2 until 2.5 V", "Rest for 1 h"]).cycles
            (1, 1)
        """
        if isinstance(repeat, bool) or not isinstance(repeat, int) or repeat < 1:
            raise ProtocolError(
                f"repeat must be 1 or more, got {quoted(repeat)}; expected a whole number"
            )
        steps = _read_all(texts)
        check_length(len(steps) * repeat)
        cycles = tuple(cycle for cycle in range(1, repeat + 1) for _ in steps)
        return cls(steps=steps * repeat, cycles=cycles)

    @classmethod
    def join(cls, *protocols: Protocol) -> Protocol:
        """Put protocols one after the other; cycles are numbered on."""
        steps: list[Step] = []
        cycles: list[int] = []
        for protocol in protocols:
            check_is(protocol, cls, "join", "a Protocol", error=ProtocolError)
            offset = cycles[-1] if cycles else 0
            steps += protocol.steps
            cycles += [offset + cycle for cycle in protocol.cycles]
        return cls(steps=tuple(steps), cycles=tuple(cycles))


def check_length(steps: int) -> None:
    """Refuse a protocol that would fill the memory before it has begun."""
    if steps > MOST_STEPS:
        raise ProtocolError(
            f"the protocol has {steps} steps, repeats included; expected at most {MOST_STEPS}"
        )


def _read_all(texts: str | Step | Iterable[str | Step]) -> tuple[Step, ...]:
    """All steps, or all that is wrong with them."""
    if isinstance(texts, str | Step):
        texts = [texts]
    try:
        texts = list(texts)
    except TypeError:
        raise ProtocolError(
            f"the protocol: got {quoted(texts)}, expected the words of its steps, "
            f'such as ["{EXAMPLES["rest"]}"]'
        ) from None
    steps: list[Step] = []
    mistakes: dict[str, None] = {}
    for text in texts:
        try:
            steps.append(text if isinstance(text, Step) else parse_step(text))
        except ProtocolError as error:
            mistakes[str(error)] = None
    if mistakes:
        raise ProtocolError("\n".join(mistakes))
    return tuple(steps)
