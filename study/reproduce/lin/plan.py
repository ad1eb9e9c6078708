"""All runs, from one list: what the paper leaves open is varied, and what else is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

from .case import BOUNDARIES, EQUILIBRIUM, GRAINS, HOSTS, SIZE, TOLERANCE, Case, Inputs

FRAMEWORKS = ("LLTO@CNT", "LLTO", "CNT")
EXCHANGE = (0.5, 5.0, 20.0, 50.0)
"""Exchange current densities of lithium [A/m2]: sources lie between 0.1 and 71 (card Li)."""
BODIES = {
    "LLTO@CNT": tuple(product((BOUNDARIES, GRAINS), (False, True))),
    "LLTO": ((BOUNDARIES, False), (GRAINS, False)),
}
"""LLTO with grain boundaries and without, and whether it is activated: by the paper, a coat of
carbon nanotubes has that done, and bare LLTO hardly changes (it is activated in one run)."""
SEEDS = (1, 2, 4, 5)
"""Beside the usual one, 3: that of the five whose pores conduct as their median does (0.11, 0.17,
0.16, 0.14, 0.19 of the electrolyte's conductivity). None was chosen for where lithium goes."""
WIDE, COARSE, FINE = 30.0, 2.0, 1.1
"""Another width [um], which is meshed coarsely, and two other sizes of elements [um]."""

NO_BARRIER, BARRIER = (("nucleation_barrier", "0 mV"),), (("nucleation_barrier", "95 mV"),)
OF_CNT = (("ionic_conductivity", "0 S/m"), ("electronic_conductivity", "100 S/m"))
OF_LLTO = (("ionic_conductivity", "0.1 S/m"), ("electronic_conductivity", "1e-6 S/m"))
ELECTRONS = (("electronic_conductivity", "100 S/m"),)


@dataclass(frozen=True)
class Plan:
    """All runs.

    Attributes:
        usual: The inputs that single ones are changed from.
        size: Of elements [um].
        varied: Runs of the paper's hosts, and of hosts without a barrier, over what is left open.
        swaps: One property exchanged between two hosts: what decides.
        refined: Finer and coarser meshes and time steps.
        rates: Other currents.
    """

    usual: Inputs
    size: float
    varied: tuple[Case, ...]
    swaps: tuple[Case, ...]
    refined: tuple[Case, ...]
    rates: tuple[Case, ...]

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Each run once."""
        return tuple(dict.fromkeys((*self.varied, *self.swaps, *self.rates, *self.refined)))

    def of(self, subject: str) -> list[Case]:
        """The runs over which a statement about a host is put to the test; the usual one first."""
        return [case for case in self.varied if case.subject == subject]

    def host(self, host: str) -> Case:
        """The usual run of a host."""
        return Case(host, self.usual, size=self.size)


def whole() -> Plan:
    """What `nanotrode reproduce lin` does."""
    usual = Inputs()
    return Plan(
        usual=usual,
        size=SIZE,
        varied=tuple(dict.fromkeys((*_hosts(usual), *_grid(usual), *_single(usual)))),
        swaps=_swaps(usual),
        refined=tuple(_refined(usual)),
        rates=tuple(
            Case(host, usual, current=current)
            for host in ("LLTO@CNT", "Cu foil")
            for current in (1.0, 2.0, 4.0)
        ),
    )


def quick() -> Plan:
    """A few coarse runs that go through every part; their numbers mean nothing."""
    usual, size = Inputs(thickness=20.0, seed=1), 3.0
    hosts = [Case(host, usual, size=size) for host in HOSTS]
    changed = [
        Case("LLTO@CNT", replace(usual, exchange=50.0), size=size),
        Case("LLTO@CNT", replace(usual, ions=BOUNDARIES, activated=True), size=size),
        Case("LLTO@CNT", replace(usual, seed=2), size=size),
        Case("CNT", usual, changes=NO_BARRIER, size=size, label="no barrier"),
    ]
    swaps = (Case("LLTO@CNT", usual, changes=BARRIER, size=size, label="barrier of CNT"),)
    refined = (
        Case("LLTO@CNT", usual, size=2.5),
        Case("LLTO@CNT", usual, size=size, tolerance=TOLERANCE / 2),
    )
    rates = (Case("Cu foil", usual, current=2.0, size=size),)
    return Plan(usual, size, (*hosts, *changed), swaps, refined, rates)


def _hosts(usual: Inputs) -> list[Case]:
    """The paper's four, and two in which conductivities alone decide."""
    alone = [Case(host, usual, changes=NO_BARRIER, label="no barrier") for host in ("CNT", "LLTO")]
    return [*(Case(host, usual) for host in HOSTS), *alone]


def _grid(usual: Inputs) -> Iterator[Case]:
    """Exchange current density against LLTO's conductivities, which other bodies have not."""
    for exchange in EXCHANGE:
        at = replace(usual, exchange=exchange)
        for host in HOSTS:
            for ions, activated in BODIES.get(host, ((usual.ions, usual.activated),)):
                yield Case(host, replace(at, ions=ions, activated=activated))
        yield Case("CNT", at, changes=NO_BARRIER, label="no barrier")
        yield Case("CNT", replace(at, law=EQUILIBRIUM))


def _single(usual: Inputs) -> Iterator[Case]:
    """One input changed at a time."""
    yield from (Case(host, replace(usual, law=EQUILIBRIUM)) for host in HOSTS)
    for host in FRAMEWORKS:
        yield from (Case(host, replace(usual, thickness=value)) for value in (30.0, 60.0))
        yield from (Case(host, replace(usual, seed=seed)) for seed in SEEDS)
    for seed in (1, 5):  # the pores that conduct worst and best
        yield Case("CNT", replace(usual, seed=seed), changes=NO_BARRIER, label="no barrier")
    for host in ("LLTO@CNT", "CNT"):
        yield Case(host, replace(usual, width=WIDE), size=COARSE)
        yield Case(host, replace(usual, electrolyte=0.1))
    yield from (Case("CNT", replace(usual, coverage=value)) for value in (1.0, 100.0))
    yield Case("LLTO", replace(usual, electrons=1e-3))
    yield from (Case("LLTO", replace(usual, ions=i, activated=True)) for i in (BOUNDARIES, GRAINS))
    yield Case("LLTO@CNT", replace(usual, coat=10.0))
    yield Case("LLTO@CNT", replace(usual, salt=True))


def _swaps(usual: Inputs) -> tuple[Case, ...]:
    def one(host: str, changes: tuple[tuple[str, str], ...], label: str, law: str = "") -> Case:
        return Case(host, replace(usual, law=law or usual.law), changes=changes, label=label)

    return (
        one("LLTO@CNT", BARRIER, "barrier of CNT"),
        one("LLTO@CNT", OF_CNT, "conductivities of CNT"),
        one("CNT", NO_BARRIER, "no barrier"),
        one("CNT", OF_LLTO, "conductivities of LLTO"),
        one("LLTO", ELECTRONS, "electrons of CNT"),
        one("LLTO", NO_BARRIER, "no barrier"),
        one("LLTO@CNT", BARRIER, "barrier of CNT", EQUILIBRIUM),
        one("CNT", OF_LLTO, "conductivities of LLTO", EQUILIBRIUM),
    )


def _refined(usual: Inputs) -> Iterator[Case]:
    """Other sizes of elements and time steps for each host."""
    for host in FRAMEWORKS:
        yield from (Case(host, usual, size=size) for size in (COARSE, FINE))
        yield Case(host, usual, tolerance=TOLERANCE / 4)
