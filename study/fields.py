"""Fields of a study file: quantities with units that keep the words the user wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from .._messages import quoted
from ..errors import InputError
from ..materials.plausible import refuse_impossible
from ..units import quantity

_MARK = "@"

_UNSEEN = r"\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff"
RUN_NAME = rf"^([^/\\.{_UNSEEN}][^/\\{_UNSEEN}]*)?$"
FILE_NAME = r"^[^\x00-\x1f]+$"
MEMORY = r"^\d+[KMGT]?$"
PATTERNS = {
    RUN_NAME: "the name of a folder: no slash in it, no dot before it, nothing unseen",
    FILE_NAME: "the name of a file, without control characters",
    MEMORY: 'a number and K, M, G or T, such as "4G"',
}
"""Patterns of texts, in words."""


class Table(BaseModel):
    """A table of a study file: no unknown keys, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    @model_validator(mode="before")
    @classmethod
    def _true_is_no_number(cls, given: Any) -> Any:
        """Where a number is meant, pydantic would take true for 1."""
        if not isinstance(given, dict):
            return given
        fields = cls.model_fields
        return {
            key: _untrue(value) if key in fields and _is_number(fields[key].annotation) else value
            for key, value in given.items()
        }


class _Truth:
    """Stands for true or false where a number is meant, which it is not."""

    def __init__(self, value: bool) -> None:
        self.value = value

    def __repr__(self) -> str:
        return str(self.value).lower()


def _untrue(given: Any) -> Any:
    if isinstance(given, list | tuple):
        return [_untrue(one) for one in given]
    return _Truth(given) if isinstance(given, bool) else given


def _is_number(annotation: Any) -> bool:
    """Whether a field takes numbers, or lists of them, and no truth."""
    kinds = set(_plain_kinds(annotation))
    return bool(kinds & {int, float}) and bool not in kinds


def _plain_kinds(annotation: Any) -> Iterator[Any]:
    """The types that an annotation is made of, those of a Literal's values among them."""
    if get_origin(annotation) is Literal:
        yield from map(type, get_args(annotation))
    elif get_args(annotation):
        for part in get_args(annotation):
            yield from _plain_kinds(part)
    else:
        yield annotation


class Quantity(float):
    """A value in SI units that remembers how it was written."""

    text: str

    def __new__(cls, value: float, text: str) -> Quantity:
        """Hold `value` [SI], written as `text`."""
        made = super().__new__(cls, value)
        made.text = text
        return made

    def __getnewargs__(self) -> tuple[float, str]:  # type: ignore[override]
        return float(self), self.text


@dataclass(frozen=True)
class Unit:
    """How pydantic reads a `Quantity`, and how its JSON schema describes it.

    Attributes:
        si: Unit to convert to.
        example: A sample for messages.
        above: Bound that the value [SI] must exceed, or None.
        least: Smallest value [SI], or None.
        plausible: Its name in the table of what numbers can be, or None.
    """

    si: str
    example: str
    above: float | None = None
    least: float | None = None
    plausible: str | None = None

    def read(self, given: Any) -> Quantity:
        """Read what the user wrote.

        Raises:
            ValueError: Says what was got and what was expected, without the key.
        """
        if isinstance(given, Quantity):
            return given
        try:
            value = quantity(given, self.si, key=_MARK, example=self.example)
        except InputError as error:
            raise ValueError(str(error).removeprefix(f"{_MARK}: ")) from None
        if self.above is not None and not value > self.above:
            raise ValueError(
                f'{quoted(given)} is not above {self.above:g}; expected such as "{self.example}"'
            )
        if self.least is not None and not value >= self.least:
            raise ValueError(
                f'{quoted(given)} is below {self.least:g}; expected such as "{self.example}"'
            )
        if self.plausible is not None:
            try:
                refuse_impossible(self.plausible, value, name=_MARK)
            except InputError as error:
                raise ValueError(str(error).removeprefix(f"{_MARK}: ")) from None
        return Quantity(value, str(given))

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        text = core_schema.plain_serializer_function_ser_schema(
            lambda value: value.text, return_schema=core_schema.str_schema()
        )
        return core_schema.no_info_plain_validator_function(self.read, serialization=text)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "examples": [self.example], "x-si-unit": self.si}


class _LengthOrTwo(Unit):
    """A length, or a list of two: along x and along y."""

    def read(self, given: Any) -> Any:
        if not isinstance(given, list | tuple):
            return super().read(given)
        if len(given) != 2:
            raise ValueError(
                f'got {len(given)} lengths, expected one or two, such as ["1 um", "2 um"]'
            )
        return tuple(super(_LengthOrTwo, self).read(one) for one in given)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        words = core_schema.plain_serializer_function_ser_schema(
            lambda value: [one.text for one in value] if isinstance(value, tuple) else value.text
        )
        return core_schema.no_info_plain_validator_function(self.read, serialization=words)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        one = super().__get_pydantic_json_schema__(schema, handler)
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 2, "maxItems": 2}]}


def written(text: str | tuple[str, str], *, description: str | None = None) -> Any:
    """A default in the user's own notation, read like any other text."""
    return Field(text, validate_default=True, description=description)


Length = Annotated[Quantity, Unit("m", "50 nm", above=0.0)]
LengthOrZero = Annotated[Quantity, Unit("m", "50 nm", least=0.0)]
LengthOrTwo = Annotated[Quantity | tuple[Quantity, Quantity], _LengthOrTwo("m", "50 nm", above=0.0)]
LengthRange = tuple[Length, Length]
Angle = Annotated[Quantity, Unit("rad", "10 deg")]
Time = Annotated[Quantity, Unit("s", "1 min", above=0.0)]
Voltage = Annotated[Quantity, Unit("V", "3.4 V", plausible="potential")]
Temperature = Annotated[Quantity, Unit("K", "25 degC", above=0.0, plausible="temperature")]
Conductivity = Annotated[Quantity, Unit("S/m", "10 mS/cm", least=0.0)]
Barrier = Annotated[Quantity, Unit("V", "60 mV", least=0.0)]
Concentration = Annotated[
    Quantity, Unit("mol/m^3", "1 mol/L", above=0.0, plausible="concentration")
]
Diffusivity = Annotated[Quantity, Unit("m^2/s", "1e-14 cm^2/s", above=0.0, plausible="diffusivity")]
CurrentDensity = Annotated[
    Quantity, Unit("A/m^2", "1 mA/cm^2", above=0.0, plausible="exchange_current_density")
]
RateConstant = Annotated[
    Quantity,
    Unit(
        "m^2.5 mol^-0.5 s^-1",
        "2e-11 m^2.5 mol^-0.5 s^-1",
        above=0.0,
        plausible="rate_constant",
    ),
]
