"""How the reactions at a site feel the salt: each by its own transfer coefficients."""

from __future__ import annotations

from dataclasses import replace

import hosts
import lattices
import numpy as np
from hosts import SIDE, THERMAL

from nanotrode.solver.control import ImposedPotential
from nanotrode.solver.plating.march import consistent_state

WEAK = 0.25
"""What is left of the salt, over that at rest."""
ALPHA_A, ALPHA_C = 0.3, 0.8  # of lithium; their sum is not 1


def in_salt(strength, potential):
    """A covered host held at a potential [V] against lithium, in salt of a strength everywhere."""
    of = lattices.anode(side=SIDE, alpha_a=ALPHA_A, alpha_c=ALPHA_C)
    model = hosts.model(hosts.column(), of, salt=True)
    thick = np.full(len(model.sites.nodes), 3e-7)  # all covered
    control = ImposedPotential(potential)
    first = consistent_state(model, control, time=0.0, thickness=thick, near=None)
    near = replace(first, salt=strength * first.salt)
    return model, consistent_state(model, control, time=0.0, thickness=thick, near=near)


def factors(strength, potential):
    """Each reaction's current over what its law says in salt at rest, at the drops found."""
    model, state = in_salt(strength, potential)
    drop, i0 = state.drop, model.anode.deposit.exchange_current_density
    fed = state.surroundings.fed
    left = np.minimum(model.limit - state.thickness, 1.0)  # no end where it is endless
    room = left / (left + model.anode.deposit.last_thickness)
    free = i0 * (np.exp(ALPHA_A * THERMAL * drop) - np.exp(-ALPHA_C * THERMAL * drop))
    free = np.where(drop < 0.0, free * room, free)
    tafel = -SIDE.exchange_current_density * np.exp(
        -SIDE.alpha_c * THERMAL * (drop - SIDE.potential)
    )
    driving = 0.5 * THERMAL * (drop - state.lattice_potential)
    inside = state.inserted != 0.0
    return (
        state.plating / (fed * free),
        state.side / (fed * tafel),
        (state.inserted / (fed * 2.0 * np.sinh(driving)))[inside],
    )


def test_each_reaction_feels_the_salt_by_its_own_coefficients():
    """Orders 0 out and alpha_a + alpha_c back for plating, 1 for the way in of the others.

    Those are at a potential against a fixed reference, which a lithium electrode leaves by
    (RT/F) ln(c/c_0) (Nernst): at one against lithium each takes its alpha of that.
    """
    for potential in (-0.05, 0.05):
        for strength in (1.0, WEAK):
            plating, side, inserted = factors(strength, potential)
            np.testing.assert_allclose(plating, strength**ALPHA_A, rtol=1e-9)
            np.testing.assert_allclose(side, strength ** (1.0 - SIDE.alpha_c), rtol=1e-9)
            np.testing.assert_allclose(inserted, strength**0.5, rtol=1e-9)
            assert len(inserted)
