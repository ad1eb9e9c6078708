"""A measured electrode beside the model: impedance of a monolayer of NMC811 particles.

    python benchmarks/monolayer.py        benchmarks/results/monolayer.md, and its picture in docs

Günther et al. (doi:10.1149/1945-7111/adbfc5) coated one layer of spherical particles, of 5.22 um
radius, and turned pulses with high resolution in time into spectra from 0.3 mHz to 30 Hz at 20
states. There is no porous electrode in the way, so what a spectrum shows is charge transfer and
diffusion in spheres, which nanotrode resolves: half a ball on the collector, whose current is
stepped; the response, transformed, is an impedance. `data/monolayer_17um.csv` says what is in it.

Matched are, in each state, a resistance, an arc (its width is the charge transfer) and D; for all
states, one number that scales the capacity. So the *shape* of the diffusive tail is what is tested,
and the card's D and rate constant are compared with what it takes.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import NamedTuple

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.optimize import brentq, least_squares, minimize_scalar

import nanotrode as nt
from nanotrode.materials.constants import FARADAY
from nanotrode.materials.laws import Constant

HERE = Path(__file__).parent
DATA = HERE / "data" / "monolayer_17um.csv"
RESULTS = HERE / "results"
RADIUS = 5.22e-6  # [m], of the particles, by the data's authors
SALT = 250.0  # [mol m-3], likewise
TEMPERATURE = 298.15
CAPACITY = 0.7e-3 * 3600.0  # [C], nominal
LOW = 0.05
"""Below this frequency [Hz] diffusion shows; above it the arc."""

FINE = 4000
"""Points of a response between which it is straight."""

Array = np.ndarray
Tail = Callable[[Array, float], Array]


class State(NamedTuple):
    """A spectrum: charge [C], potential at rest [V], frequencies [Hz], impedances [Ohm]."""

    charge: float
    potential: float
    frequency: Array
    impedance: Array


class Match(NamedTuple):
    """What a spectrum takes.

    Attributes:
        above: resistance and arc at the frequencies below `LOW` [Ohm].
        transfer: charge transfer, the arc's width [Ohm].
        diffusivity: [m2 s-1].
        left: median distance from the measured points below `LOW`, over their size.
    """

    above: Array
    transfer: float
    diffusivity: float
    left: float


def read_states(path: Path = DATA) -> list[State]:
    """All spectra of the file, from the most to the least lithiated."""
    with path.open(newline="") as file:
        rows = [[float(value) for value in row] for row in list(csv.reader(file))[1:]]
    return [
        State(CAPACITY * lines[0][1], lines[0][2], lines[:, 3], lines[:, 4] + 1j * lines[:, 5])
        for _, group in groupby(rows, key=lambda row: row[0])
        if (lines := np.array(list(group))) is not None
    ]


def sphere(omega: Array, diffusivity: float) -> Array:
    """Rise of a sphere's surface per mean flux, 1 at low frequencies: R / 3 = volume over area.

    i omega c = D lap c in a ball; the surface's rise times i omega over that of the mean.
    """
    s = np.sqrt(1j * omega * RADIUS**2 / diffusivity)
    return s**2 * np.tanh(s) / (3.0 * (s - np.tanh(s)))


def plane(omega: Array, diffusivity: float) -> Array:
    """The same of a film that has the sphere's volume over its area."""
    s = np.sqrt(1j * omega * (RADIUS / 3.0) ** 2 / diffusivity)
    return s / np.tanh(s)


def impedance(time: Array, response: Array, omega: Array) -> Array:
    """Z(omega) from the response S to a unit step: S(0) + integral of S'(t) exp(-i omega t).

    S is smooth in the square root of time, and goes on beyond its end as straight as it ends.
    """
    fine = time[-1] * np.linspace(0.0, 1.0, FINE) ** 2
    time, response = fine, CubicSpline(np.sqrt(time), response)(np.sqrt(fine))
    slope = np.diff(response) / np.diff(time)
    ends = np.exp(-1j * np.outer(omega, time))
    ends[:, -1] = 0.0
    return response[0] + (ends[:, :-1] - ends[:, 1:]) @ slope / (1j * omega)


def ball(surface: float = 0.2e-6, growth: float = 0.35) -> nt.ElectrodeMesh:
    """An eighth of a particle, its equator on the collector: curved, finest at its surface [m]."""
    import gmsh

    gmsh.initialize()
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.model.occ.addSphere(0, 0, 0, 1.0, 1, 0, np.pi / 2, np.pi / 2)
        gmsh.model.occ.synchronize()
        _name_faces(gmsh)
        gmsh.model.mesh.field.add("MathEval", 1)
        finest = surface / RADIUS
        depth = "(1 - Sqrt(x*x + y*y + z*z))"
        gmsh.model.mesh.field.setString(1, "F", f"{finest} + {growth} * {depth}")
        gmsh.model.mesh.field.setAsBackgroundMesh(1)
        gmsh.option.setNumber("Mesh.MeshSizeExtendFromBoundary", 0)
        gmsh.option.setNumber("Mesh.ElementOrder", 2)
        gmsh.model.mesh.generate(3)
        with TemporaryDirectory() as folder:
            file = f"{folder}/ball.msh"
            gmsh.write(file)
            return nt.ElectrodeMesh.from_file(
                file,
                regions={"electrode": "ball"},
                boundaries={"collector": "foot", "interface": "skin", "sides": "cuts"},
                unit=RADIUS,
            )
    finally:
        gmsh.finalize()


def _name_faces(gmsh: ModuleType) -> None:
    """Name the ball, its skin, its foot on the collector, and the two cuts."""
    faces: dict[str, list[int]] = {"skin": [], "foot": [], "cuts": []}
    for _, tag in gmsh.model.getEntities(2):
        x, y, z = gmsh.model.occ.getCenterOfMass(2, tag)
        flat = min(abs(x), abs(y), abs(z)) < 1e-6
        faces["foot" if abs(z) < 1e-6 else "cuts" if flat else "skin"].append(tag)
    for name, tags in faces.items():
        gmsh.model.addPhysicalGroup(2, tags, name=name)
    gmsh.model.addPhysicalGroup(3, [1], name="ball")


def step_response(mesh: nt.ElectrodeMesh, material: nt.Material, x: float) -> tuple[Array, Array]:
    """Times [s] and voltage per mean current density [Ohm m2] of a particle whose current steps."""
    result = nt.Simulation(
        mesh,
        material,
        protocol=["Discharge at C/1000 for 3 hours"],
        initial_stoichiometry=x,
        c_e=SALT,
        temperature=TEMPERATURE,
        settings=nt.SolverSettings(tolerance=1e-7),
    ).run()
    rows = result.series
    flux = -np.diff(rows["Mean stoichiometry"])[-1] / np.diff(rows["Time [s]"])[-1]
    current = -flux * FARADAY * material.c_s_max * RADIUS / 3.0
    return rows["Time [s]"], (float(material.ocp(x)) - rows["Voltage [V]"]) / current


def slopes(states: list[State]) -> Array:
    """-dU/dQ [V C-1] of the measured potentials at rest, of each state."""
    # states come in pairs, before and after a pulse
    pairs = np.array([[s.charge, s.potential] for s in states]).reshape(-1, 2, 2).mean(axis=1)
    rest = PchipInterpolator(*pairs[::-1].T)
    return -rest.derivative()(np.clip([s.charge for s in states], *rest.x[[0, -1]]))


def stoichiometry(material: nt.Material, potential: float) -> float:
    """Where a card has a potential."""
    return brentq(lambda x: float(material.ocp(x)) - potential, *material.stoichiometry_limits)


def slope_of(material: nt.Material, x: float) -> float:
    """What a card's potential falls by per charge through a particle's surface [V m2 C-1]."""
    step = 1e-4
    fall = float(material.ocp(x - step) - material.ocp(x + step)) / (2.0 * step)
    return 3.0 / RADIUS * fall / (FARADAY * material.c_s_max)


def area(material: nt.Material, states: list[State], factor: float) -> float:
    """Surface of all particles [m2], by the charge between the first and the last state."""
    x = [stoichiometry(material, states[k].potential) for k in (0, -1)]
    charge = (states[0].charge - states[-1].charge) / factor
    return 3.0 / RADIUS * charge / (FARADAY * material.c_s_max * (x[0] - x[1]))


def match(state: State, slope: float, tail: Tail) -> Match:
    """The resistance, the arc and the D with which a tail comes closest to a spectrum."""
    omega, low = 2.0 * np.pi * state.frequency, state.frequency < LOW

    def above(parts: Array) -> Array:
        resistance, transfer, time = np.exp(parts[:3])
        return resistance + transfer / (1.0 + (1j * omega * time) ** _share(parts[4]))

    def misfit(parts: Array) -> Array:
        found = above(parts) + slope / (1j * omega) * tail(omega, np.exp(parts[3]))
        return (found - state.impedance) / np.abs(state.impedance)

    peak = int(np.argmax(np.where(low, 0.0, -state.impedance.imag)))
    height, time = -2.0 * state.impedance[peak].imag, 1.0 / omega[peak]
    start = np.array([*np.log([12.0, height, time, 1e-14]), 2.5])
    # robust: a spectrum's lowest points, a few periods long, stray
    found = least_squares(
        lambda parts: misfit(parts).view(float), start, loss="soft_l1", f_scale=0.02
    ).x
    left = float(np.median(np.abs(misfit(found))[low]))
    return Match(above(found)[low], np.exp(found[1]), np.exp(found[3]), left)


def _share(number: float) -> float:
    return 1.0 / (1.0 + np.exp(-number))


def match_all(states: list[State], slope: Array, tail: Tail) -> tuple[float, list[Match]]:
    """By what the low frequencies see less capacity, the same in all states, and each match."""

    def matches(factor: float) -> list[Match]:
        return [match(s, factor * one, tail) for s, one in zip(states, slope, strict=True)]

    def misfit(factor: float) -> float:
        return float(np.mean([one.left for one in matches(factor)]))

    factor = float(minimize_scalar(misfit, bounds=(0.8, 2.0), options={"xatol": 0.01}).x)
    return factor, matches(factor)


class Row(NamedTuple):
    """A state: what was measured, and what the model says with the card as it is.

    Attributes:
        state: The spectrum.
        x: Stoichiometry, by the card.
        match: What the spectrum takes.
        transfer: Charge transfer of the model [Ohm].
        low: Frequencies below `LOW` [Hz].
        carded: Impedance of the model there, with the card's D, from its charge transfer on [Ohm].
        solved: The same with the D of the match.
    """

    state: State
    x: float
    match: Match
    transfer: float
    low: Array
    carded: Array
    solved: Array


def rows_of(material: nt.Material, states: list[State], shown: Iterable[int]) -> Iterator[Row]:
    """Resolve some states in 3-D, with the card's D and with the one that was found."""
    factor, matches = match_all(states, slopes(states), sphere)
    surface = area(material, states, factor)
    mesh = ball()
    for k in shown:
        state, own = states[k], matches[k]
        x = stoichiometry(material, state.potential)
        low = state.frequency[state.frequency < LOW]
        tails = []
        for changed in (material, material.replace(diffusivity=Constant(own.diffusivity))):
            time, response = step_response(mesh, changed, x)
            tails.append(impedance(time, response, 2 * np.pi * low) - response[0])
        # the potential's slope as measured, not the card's
        bend = factor * slopes(states)[k] / slope_of(material, x)
        yield Row(state, x, own, response[0] / surface, low, *(bend * tail for tail in tails))


def draw(rows: list[Row], path: Path) -> None:
    """Measured points, the matched spectrum, and the resolved particle with the card's D."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(2, len(rows), figsize=(3.2 * len(rows), 6), layout="constrained")
    for column, row in zip(panels.T, rows, strict=True):
        above = row.match.above
        for panel, part, sign in zip(column, ("real", "imag"), (1.0, -1.0), strict=True):
            measured = sign * getattr(row.state.impedance, part)
            panel.loglog(row.state.frequency, measured, ".", color="0.6", label="measured")
            for tail, color, label in (
                (row.carded, "#D55E00", "particle, D of the card"),
                (row.solved, "#0072B2", "particle, D of this state"),
            ):
                total = tail + above
                panel.loglog(row.low, sign * getattr(total, part), color=color, label=label)
            panel.grid(visible=True, which="major", alpha=0.2)
        column[0].set_title(f"{row.state.potential:.2f} V")
        column[1].set_xlabel("frequency [Hz]")
    panels[0, 0].set_ylabel("real part [Ohm]")
    panels[1, 0].set_ylabel("minus imaginary part [Ohm]")
    panels[0, 0].legend(fontsize=7)
    figure.savefig(path, dpi=110)


def report(material: nt.Material, rows: list[Row], states: list[State]) -> str:
    """The page."""
    tails = {"spheres": sphere, "films of the same volume over area": plane}
    matched = {name: match_all(states, slopes(states), tail) for name, tail in tails.items()}
    lines = [
        "# A measured monolayer of NMC811 beside the model",
        "",
        "| tail | nominal capacity over matched | off, median [%] | worst state [%] |",
        "|---|---|---|---|",
    ]
    for name, (factor, matches) in matched.items():
        left = 100.0 * np.array([one.left for one in matches])
        lines.append(f"| {name} | {factor:.2f} | {np.median(left):.1f} | {left.max():.1f} |")
    lines += [
        "",
        "| potential [V] | x | charge transfer, measured [Ohm] | of the card | D matched [m2/s] "
        "| of the card | resolved particle off the points, D matched [%] | D of the card [%] |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = (
            f"{row.state.potential:.3f}",
            f"{row.x:.3f}",
            f"{row.match.transfer:.0f}",
            f"{row.transfer:.0f}",
            f"{row.match.diffusivity:.1e}",
            f"{float(material.diffusivity(row.x)):.1e}",
            f"{_off(row, row.solved):.1f}",
            f"{_off(row, row.carded):.1f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _off(row: Row, tail: Array) -> float:
    """Median distance of a resolved tail from the measured points [%]."""
    measured = row.state.impedance[row.state.frequency < LOW]
    return 100.0 * float(np.median(np.abs(tail + row.match.above - measured) / np.abs(measured)))


def main() -> None:
    """Make page and picture."""
    material, states = nt.material("NMC811"), read_states()
    rows = list(rows_of(material, states, shown=(1, 5, 9, 13, 17)))
    draw(rows, HERE.parent / "docs" / "images" / "monolayer.png")
    text = report(material, rows, states)
    (RESULTS / "monolayer.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
