"""What the model takes for granted, tested against the run: estimates by closed forms.

An insertion run has a solid that conducts electrons without loss, an electrolyte of one potential,
one temperature and one phase. Each of these is asked here how much it leaves out, from the card,
the shape and the currents that flowed; what is more than a threshold is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ..geometry.mesh import ElectrodeMesh
    from ..materials.material import Material
    from .endings import ElectrodeScale

Array = NDArray[np.float64]

WORTH_TELLING = 0.010
"""Loss of potential above which it is told: kinetics and diffusion change by RT/F, 26 mV [V]."""
WARM = 5.0
"""Warming above which it is told: diffusivities change by some 20 % [K]."""
SWELLS = 0.10
"""Change of volume above which it is told."""

ELECTROLYTE = 1.0
"""Ionic conductivity, assumed: 0.95 at 1 mol/L of LiPF6 (doi:10.1016/j.electacta.2008.04.023)
[S m-1]."""
HEAT_CAPACITY = 2.5e6
"""Of the solid by volume, assumed: oxides and phosphates have 2e6 to 3e6 [J m-3 K-1]."""
COOLING = 10.0
"""From the collector to still air, assumed: 5 to 25 are usual [W m-2 K-1]."""

_STRAIGHT = {"film": "across the film", "nanowire-array": "along a wire"}
_STRAIGHT |= {"nanobelt-array": "along a belt"}


class Poles(NamedTuple):
    """Straight poles on a collector, of one cross-section; a film is one without a side.

    Attributes:
        where: In words, such as "along a wire".
        length: From foot to tip [m].
        foot: Share of the collector that they stand on.
        tip: Share of their surface that is at the top, as far from the foot as can be.
    """

    where: str
    length: float
    foot: float
    tip: float


class Tested(NamedTuple):
    """What came of the tests.

    Attributes:
        numbers: Name with unit -> value.
        untested: What could not be tested, and why.
        warnings: What is too much to be left out, a sentence each.
    """

    numbers: dict[str, float]
    untested: list[str]
    warnings: list[str]

    def as_table(self) -> dict[str, float | list[str]]:
        """For the summary."""
        return self.numbers | ({"not tested": self.untested} if self.untested else {})


def poles_of(electrode: ElectrodeMesh) -> Poles | None:
    """The poles of an electrode's own mesh; None of a shape that has none, or is not known."""
    where = _STRAIGHT.get(str(electrode.shape.get("kind")))
    if where is None or not {"collector", "interface"} <= electrode.names.keys():
        return None
    foot = electrode.area("collector")
    return Poles(
        where,
        length=electrode.volume("electrode") / foot,
        foot=foot / electrode.footprint,
        tip=min(1.0, foot / electrode.area("interface")),
    )


def along_poles(density: float, poles: Poles, conductivity: float) -> tuple[float, float]:
    """Loss of a current that leaves all of a pole's surface alike: at the tip, and on average.

    From the foot, where I flows, to the tip, where the share t of it is left that the tip itself
    takes: dV/dz = I (1 - (1 - t) z/L)/(sigma A). That is I L (1 + t)/(2 sigma A) at the tip and
    I L (1 + t + t^2)/(3 sigma A) on average: a half and a third for a needle, all for a film.

    Args:
        density: I/A, per area of the foot [A m-2].
        poles: Their length and tip.
        conductivity: sigma [S m-1].

    Returns:
        At the tip and averaged over the surface [V].
    """
    whole, tip = density * poles.length / conductivity, poles.tip
    return whole * (1.0 + tip) / 2.0, whole * (1.0 + tip + tip**2) / 3.0


def between_poles(density: float, poles: Poles, conductivity: float) -> float:
    """Loss of ions from the tips to the collector, of a current that all heights take alike [V].

    Args:
        density: Of the current per collector area [A m-2].
        poles: What they leave open; nothing is lost where they leave nothing open.
        conductivity: Of the electrolyte [S m-1].
    """
    room = 1.0 - poles.foot
    return density * poles.length / (2.0 * conductivity * room) if room > 1e-3 else 0.0


def warming(power: float, energy: float) -> float:
    """How much warmer an electrode can become, by the smaller of two bounds [K].

    Args:
        power: Heat per collector area while it flows [W m-2]; still air takes it away.
        energy: Heat of a step per volume of solid [J m-3]; without any way out it warms that.
    """
    return min(power / COOLING, energy / HEAT_CAPACITY)


class Step(NamedTuple):
    """What flowed in a step of the protocol.

    Attributes:
        density: Current at which the charge passes, on average over the charge, per collector
            area [A m-2].
        power: Heat on the same average, per collector area [W m-2].
        energy: All of its heat, per collector area [J m-2].
    """

    density: float
    power: float
    energy: float


def steps_of(series: Mapping[str, Array], footprint: float) -> Iterator[Step]:
    """What flowed in each step in which charge passed.

    Heat is what is lost of the potential, |I (V - U)| with U of the mean stoichiometry; reversible
    heat is left out.

    Args:
        series: Columns over time.
        footprint: Collector area of the whole electrode [m2].
    """
    time, density = series["Time [s]"], np.abs(series["Current [A]"]) / footprint
    heat = density * np.abs(series["Voltage [V]"] - series["Open-circuit voltage [V]"])
    for number in np.unique(series["Step"]):
        rows = series["Step"] == number
        charge = np.trapezoid(density[rows], time[rows])
        if charge > 0.0:
            weighed = np.trapezoid(density[rows] * [density[rows], heat[rows]], time[rows])
            typical, power = (float(value) / float(charge) for value in weighed)
            yield Step(typical, power, float(np.trapezoid(heat[rows], time[rows])))


def examine(
    material: Material,
    series: Mapping[str, Array],
    scale: ElectrodeScale,
    poles: Poles | None,
) -> Tested:
    """Test what was taken for granted against a run.

    Args:
        material: Of the run.
        series: The columns of its time series.
        scale: Of the whole electrode.
        poles: Its shape, if it is one for which the closed forms hold.
    """
    found = Tested({}, [], [])
    steps = list(steps_of(series, scale.footprint))
    if not steps:
        return found
    density = max(step.density for step in steps)
    found.numbers["mean current density, by charge [A.m-2]"] = density
    if poles is None:
        found.untested.append(
            "losses of electrons and ions: their ways are known of films, wires and belts alone"
        )
    else:
        _test_electrons(found, material, density, poles)
        _test_ions(found, density, poles)
    _test_heat(found, steps, thickness=scale.capacity / material.capacity_density / scale.footprint)
    return found


def _test_electrons(found: Tested, material: Material, density: float, poles: Poles) -> None:
    sigma = material.electronic_conductivity
    if sigma is None:
        found.untested.append(
            f"loss of electrons {poles.where}: the card of {material.name} gives no "
            "electronic_conductivity"
        )
        return
    most, mean = along_poles(density / poles.foot, poles, sigma)
    found.numbers["loss of electrons at the tip [V]"] = most
    found.numbers["mean loss of electrons [V]"] = mean
    if most > WORTH_TELLING:
        found.warnings.append(
            f"electrons would lose {_volts(most)} {poles.where} of bare {material.name} "
            f"({sigma:.2g} S/m, {density / poles.foot:.3g} A/m2 at its foot, all of it reacting "
            "alike); the run has a solid without such a loss, as with a core or coat that conducts"
        )


def _test_ions(found: Tested, density: float, poles: Poles) -> None:
    lost = between_poles(density, poles, ELECTROLYTE)
    found.numbers["loss of ions between poles [V]"] = lost
    if lost > WORTH_TELLING:
        found.warnings.append(
            f"ions would lose {_volts(lost)} between tips and collector in an electrolyte of "
            f"{ELECTROLYTE:g} S/m (assumed); the run has one of uniform potential"
        )


def _test_heat(found: Tested, steps: list[Step], *, thickness: float) -> None:
    """Heat, by the solid's volume per collector area [m]."""
    warmest = max(warming(step.power, step.energy / thickness) for step in steps)
    hottest = max(step.energy for step in steps) / thickness
    found.numbers["heat per collector area [W.m-2]"] = max(step.power for step in steps)
    found.numbers["warming without cooling [K]"] = hottest / HEAT_CAPACITY
    found.numbers["warming, at most [K]"] = warmest
    if warmest > WARM:
        found.warnings.append(
            f"the electrode would warm by {warmest:.2g} K (assumed: {HEAT_CAPACITY:.2g} J/(m3 K), "
            f"{COOLING:g} W/(m2 K) to air); the run has one temperature"
        )


def known_before(material: Material) -> list[str]:
    """What the card alone says against the model's assumptions, a sentence each."""
    told = []
    if material.two_phase:
        told.append(
            f"{material.name} parts into two phases, which diffusion of one stands for: no moving "
            "front, no filling pole by pole, no hysteresis; capacities and times are a fit over "
            "D t/R2, and concentration fields, surface filling and absolute sizes are not to be "
            "read"
        )
    change = material.volume_change
    if change is not None and abs(change) > SWELLS:
        told.append(
            f"{material.name} changes its volume by {100 * change:.3g} % in use: strain, room "
            "between poles and contact are not modelled, the shape stays as it was meshed"
        )
    return told


def _volts(value: float) -> str:
    return f"{value:.2g} V" if value >= 1.0 else f"{1e3 * value:.2g} mV"
