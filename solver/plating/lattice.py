"""Lithium in the host's lattice: how full it is, from place to place.

    dx/dt = div(D grad x)  in the host's body,      -D dx/dn = i / (F c_max)  on its surface,

n out of the body and i the current density of `insertion`. In weak form, with M and K of
`diffusion` over the body, and w the area of each site,

    M dx/dt + D K x = -w i / (F c_max).

Each step takes x by BDF2 or backward Euler (`scheme`), and goes to and fro between potentials and
lattice until both fit. The potentials know the lattice by x* and R of `insertion`; R is the answer
to a current that is the same on the whole surface, which no uneven current exceeds, so that the
turns converge.
Both conductivities of the body rise with what is in it: pristine times gain^x.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...geometry.tags import REGIONS
from ...materials.constants import FARADAY
from ...materials.plateaus import potential_at
from ...materials.plating import Lithiation
from ..model import largest, total, totals
from .diffusion import Diffusion
from .insertion import Insertion
from .sites import Kind

from dolfinx import fem  # isort: skip  (after the gate, which orders the imports)

if TYPE_CHECKING:
    from .model import PlatingModel

Array = NDArray[np.float64]

TRACE = 1e-6
"""Least content that a run begins with, and room: an empty lattice has no potential (assumed)."""


class Lattice:
    """The lattice of one host; contents are over this rank's nodes, rates over its own sites.

    Args:
        model: The host, whose solid has a `Lithiation`.
        initial: Content at the start, 0 to 1.

    Attributes:
        initial: (nodes,) the same as a field.
        reacting: (own sites,) 1 where lithium is inserted, 0 on the open collector and on
            particles without a lattice.
    """

    def __init__(self, model: PlatingModel, lithiation: Lithiation, initial: float) -> None:
        self.comm, self.law, self._temperature = model.comm, lithiation, model.temperature
        domain, own = model.domain, model.system.own
        self._in_body = domain.cell_tags == REGIONS["electrode"]
        self._diffusion = Diffusion(domain)
        self._diffusion.fill(self._in_body.astype(float), self._in_body.astype(float))
        self.initial = np.full(domain.owned, min(max(initial, TRACE), 1.0 - TRACE))
        self._nodes = model.nodes_of_sites
        on_body = self._diffusion.mass[self._nodes] > 0.0
        self.reacting = (on_body & (model.sites.kinds[own] != Kind.COLLECTOR)).astype(float)
        self._areas = model.sites.areas[own] * self.reacting
        self._content = fem.Function(domain.space)
        self._corners = domain.space.dofmap.list
        self._answers: tuple[float, Array] | None = None

    def shown(self, content: Array) -> Array:
        """(nodes,) the content in the body; not a number elsewhere."""
        return np.where(self._diffusion.mass > 0.0, content, np.nan)

    def gain(self, content: Array) -> Array:
        """(local cells,) factor of both conductivities; 1 outside the body."""
        self._content.x.array[: len(content)] = content
        self._content.x.scatter_forward()
        mean = np.clip(self._content.x.array[self._corners].mean(axis=1), 0.0, 1.0)
        return np.where(self._in_body, self.law.conductivity_gain**mean, 1.0)

    @property
    def initial_potential(self) -> Array:
        """(own sites,) E at the start [V]."""
        content = self.at_sites(self.initial)
        return potential_at(self.law.plateaus, content, temperature=self._temperature)

    def law_over(self, size: float, free: Array, activity: Array, *, guess: Array) -> Insertion:
        """The insertion law of this rank's sites over a step of a length [s].

        Args:
            size: Of the step [s].
            free: (own sites,) x*.
            activity: (own sites,) of the surface.
            guess: (own sites,) potentials to start from [V].
        """
        active, response = activity * self.reacting, self._response(size)
        return Insertion(self.law, self._temperature, active, free, response, guess)

    def law_at(self, held: Array, activity: Array) -> Insertion:
        """The same at an instant, at which the lattice has potentials (own sites,) [V]."""
        active, none = activity * self.reacting, np.zeros_like(held)
        return Insertion(self.law, self._temperature, active, none, none, held)

    def at_sites(self, content: Array) -> Array:
        """(own sites,) the content at the surface."""
        return content[self._nodes]

    def stepped(self, before: Array, current: Array, size: float) -> Array:
        """The content (nodes,) after a step of a length [s] with a current (own sites,) [A m-2].

        Raises:
            StageFailure: The equations were not solved.
        """
        lost = self._areas * current / (FARADAY * self.law.c_max)
        source = -np.bincount(self._nodes, lost, minlength=len(before))
        return self._diffusion.stepped(before, source, size=size, diffusivity=self.law.diffusivity)

    def free(self, before: Array, current: Array, size: float) -> Array:
        """(own sites,) x* of a step in which a current (own sites,) [A m-2] flows."""
        after = self.at_sites(self.stepped(before, current, size))
        return after + self._response(size) * current * self.reacting

    def charge(self, content: Array) -> float:
        """Charge of the lithium that came since the start [C]: F c_max int (x - x_0) dx."""
        gained = total(self.comm, self._diffusion.mass @ (content - self.initial))
        return FARADAY * self.law.c_max * gained

    def stored(self, content: Array) -> float:
        """Charge of all lithium in the lattice [C]."""
        return FARADAY * self.law.c_max * total(self.comm, self._diffusion.mass @ content)

    def mean(self, content: Array) -> float:
        """Mean content of the body."""
        mass = self._diffusion.mass
        amount, volume = totals(self.comm, mass @ content, mass.sum())
        return amount / volume

    def size(self, gap: Array) -> float:
        """Of a difference of two contents (nodes,): root mean square, of body or surface."""
        at_sites = self.at_sites(gap)
        square, area = totals(self.comm, self._areas @ at_sites**2, self._areas.sum())
        return float(np.sqrt(max(self.mean(gap**2), square / max(area, 1e-300))))

    def fastest(self, current: Array) -> float:
        """Rate at which the content changes where it does so fastest [s-1]."""
        mass = self._diffusion.mass
        flow = np.bincount(self._nodes, self._areas * np.abs(current), minlength=len(mass))
        rate = np.divide(flow, mass, where=mass > 0.0, out=np.zeros_like(mass))
        return largest(self.comm, float(rate.max(initial=0.0))) / (FARADAY * self.law.c_max)

    def _response(self, size: float) -> Array:
        """(own sites,) R [m2 A-1]; kept for steps of one length."""
        if self._answers is None or self._answers[0] != size:
            nothing = np.zeros_like(self.initial)
            even = self.stepped(nothing, -np.ones(len(self._nodes)), size)
            self._answers = size, np.maximum(self.at_sites(even), 1e-300)
        return self._answers[1]
