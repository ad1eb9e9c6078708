"""What the viewer in the page is given: bodies, fields over time, their colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from matplotlib.colors import Colormap
from numpy.typing import NDArray

from ..catalogue import Field, Spread, error_of, fields_of, spread_of
from ..fields import Output, most_telling
from ..metrics import SurfaceStatistics
from ..palette import ColourScale, field_scale
from ..scene import View, squeeze_of
from ..subject import bounds_of, electrolyte_box
from ..wording import best_prefix, duration, number_text
from .bodies import Bodies, Body, make_bodies
from .packing import (
    LEVELS,
    Levels,
    alike,
    deflate,
    pack_faces,
    pack_normals,
    pack_points,
    to_levels,
)

_MOST_NUMBERS = 4_000_000
_MOST_OUTPUTS = 40
_TOWERS = 0.4
"""Of the whole run's colour limits: a typical moment that reaches less far has its own."""


def make_model(outputs: Sequence[Output]) -> dict[str, Any]:
    """The rotatable picture of a run, JSON-able.

    Args:
        outputs: All outputs of the run, by time.
    """
    telling = most_telling([replace(output) for output in outputs])
    first = replace(outputs[0])
    chosen = _choose(outputs, telling.time, first)
    fields = fields_of(first)
    on_surface = [field for field in fields if field.on_surface]
    inside = [field for field in fields if not field.on_surface]
    bodies = make_bodies(chosen, on_surface, inside)
    box = bounds_of(first)
    packer = _Packer(bodies, box)
    spreads = [
        [(spread_of(field, output), error_of(field, output)) for field in fields]
        for output in map(replace, chosen)
    ]
    return {
        "bodies": {
            "surface": packer.body(bodies.surface, bodies.surface_view),
            "sides": packer.body(bodies.sides, bodies.surface_view),
            "cut": packer.body(bodies.cut, bodies.cut_view),
        },
        "box": list(box),
        "electrolyte": electrolyte_box(first),
        "squeeze": squeeze_of(box),
        "levels": LEVELS,
        "outputs": [_facts(output) for output in map(replace, chosen)],
        "fields": packer.fields(on_surface, inside, spreads),
        "maps": packer.maps,
        "start": [output.time for output in chosen].index(telling.time),
    }


def _choose(outputs: Sequence[Output], telling: float, first: Output) -> list[Output]:
    """As many outputs as a page can carry, the most telling one among them."""
    size = first.interface.n_points + 2 * first.electrode.n_points ** (2 / 3)
    most = int(np.clip(_MOST_NUMBERS / (4 * size), 4, _MOST_OUTPUTS))
    if len(outputs) <= most:
        return list(outputs)
    picked = set(np.linspace(0, len(outputs) - 1, most).round().astype(int).tolist())
    return [o for k, o in enumerate(outputs) if k in picked or o.time == telling]


def _facts(output: Output) -> dict[str, Any]:
    return {
        "time": output.time,
        "clock": duration(output.time),
        "step": output.label,
        "facts": f"{output.voltage:.3f} V · {number_text(output.current_density / 10, 3)} mA cm⁻²",
    }


class _Moment(NamedTuple):
    """A field in one output: where its values lie, its spread over the area, its error."""

    ends: NDArray
    """Smallest and largest value (2,)."""
    spread: Spread | None
    error: float


class _Packer:
    """Packs with one box for all bodies, and each colour map once."""

    def __init__(self, bodies: Bodies, box: tuple[float, ...]) -> None:
        self.bodies = bodies
        self.low = np.array(box[::2])
        self.size = float(max(np.ptp(np.reshape(box, (3, 2)), axis=1)))
        self.maps: dict[str, str] = {}

    def body(self, body: Body, view: View) -> dict[str, Any]:
        """One body, as `viewer.js` reads it."""
        return {
            "count": len(body.points),
            "points": pack_points(body.points, self.low, self.size),
            "normals": pack_normals(body.normals),
            "faces": pack_faces(body.faces),
            "triangles": len(body.faces),
            "azimuth": view.azimuth,
            "elevation": view.elevation,
        }

    def fields(
        self,
        on_surface: Sequence[Field],
        inside: Sequence[Field],
        spreads: Sequence[Sequence[tuple[Spread | None, float]]],
    ) -> list[dict[str, Any]]:
        """All fields with their packed values and colours; equal values are packed once."""
        places = [("surface", k) for k in range(len(on_surface))]
        places += [("cut", k) for k in range(len(inside))]
        listed: list[dict[str, Any]] = []
        packed: list[list[Levels]] = []
        for number, (field, (where, k)) in enumerate(
            zip([*on_surface, *inside], places, strict=True)
        ):
            values = getattr(self.bodies, where).values[:, k].astype(np.float64)
            levels = [to_levels(moment) for moment in values]
            moments = [
                _Moment(np.array([level.low, level.high]), *spread[number])
                for level, spread in zip(levels, spreads, strict=True)
            ]
            same = _same(levels, packed)
            packed.append(levels)
            listed.append(self._field(field, where, moments) | _data(levels, same))
        return listed

    def _field(self, field: Field, where: str, moments: list[_Moment]) -> dict[str, Any]:
        now = [self._scale(_scale_of(field, moment)) for moment in moments]
        whole = _over_all(moments)
        always = self._scale(_scale_of(field, whole))
        return {
            "name": field.name,
            "key": field.key,
            "body": where,
            "scales": now,
            "scale": always,
            "moment": _hides(always, now),
        }

    def _scale(self, scale: ColourScale) -> dict[str, Any]:
        prefix = best_prefix(max(abs(v) for v in scale.limits), scale.unit)
        name = scale.colours.name
        if name not in self.maps:
            self.maps[name] = _colours(scale.colours)
        return {
            "map": name,
            "limits": [float(v) for v in scale.limits],
            "heading": scale.heading,
            "words": scale.words,
            "unit": prefix.unit,
            "size": prefix.size,
            "sign": scale.sign,
            "flat": scale.flat,
            "extend": scale.extend,
            "note": scale.note if "mean" in scale.note or "uniform" in scale.note else "",
        }


def _scale_of(field: Field, moment: _Moment) -> ColourScale:
    return field_scale(field.name, moment.ends, moment.spread, error=moment.error)


def _over_all(moments: list[_Moment]) -> _Moment:
    """The ends of a field over the whole run."""
    ends = np.array([m.ends for m in moments])
    spreads = [m.spread for m in moments if m.spread is not None]
    both = np.array([ends[:, 0].min(), ends[:, 1].max()])
    if not spreads:
        return _Moment(both, None, 0.0)
    robust = (min(s.robust[0] for s in spreads), max(s.robust[1] for s in spreads))
    mean = float(np.mean([s.statistics.mean for s in spreads]))
    statistics = SurfaceStatistics(mean, float(both[0]), float(both[1]), 0.0)
    return _Moment(both, Spread(statistics, robust), min(m.error for m in moments))


def _hides(always: dict[str, Any], now: list[dict[str, Any]]) -> bool:
    """Whether one scale for the whole run would hide how even the field is at most moments.

    So it is where a current turns around, and where one moment towers above the others.
    """
    signs = {scale["sign"] for scale in now if scale["limits"][0] >= 0}
    reach = [max(abs(v) for v in scale["limits"]) for scale in now]
    return len(signs) > 1 or float(np.median(reach)) < _TOWERS * max(map(abs, always["limits"]))


def _same(levels: list[Levels], others: list[list[Levels]]) -> int | None:
    """The field whose levels these are too: a concentration is a stoichiometry times a number."""
    for number, other in enumerate(others):
        pairs = list(zip(levels, other, strict=True))
        if all(len(a.steps) == len(b.steps) and alike(a, b) for a, b in pairs):
            return number
    return None


def _data(levels: list[Levels], same: int | None) -> dict[str, Any]:
    """Packed values at each output; none where another field's are the same."""
    pieces = [
        {"low": v.low, "high": v.high, "text": deflate(v.steps) if same is None else ""}
        for v in levels
    ]
    return {"data": pieces, "like": same}


def _colours(colours: Colormap) -> str:
    """256 colours of a map, three bytes each."""
    return deflate((255 * colours(np.linspace(0, 1, 256))[:, :3]).round().astype(np.uint8))
