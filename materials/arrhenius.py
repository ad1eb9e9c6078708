"""How a number follows the temperature: Arrhenius' law."""

from __future__ import annotations

import math

from .constants import GAS_CONSTANT
from .plausible import refuse_impossible


def arrhenius(
    energy: float, temperature: float, reference: float, *, name: str = "activation energy"
) -> float:
    """The factor exp(E/R (1/T_ref - 1/T)), which is 1 at the reference temperature.

    Args:
        energy: E [J mol-1].
        temperature: T [K].
        reference: T_ref, where the number was measured [K].
        name: What messages call the energy.

    Raises:
        MaterialError: The energy or a temperature cannot be meant.

    Example:
        >>> round(arrhenius(50e3, 308.15, 298.15), 2)
        1.92
    """
    refuse_impossible("activation energy", energy, name=name)
    refuse_impossible("temperature", temperature)
    refuse_impossible("temperature", reference, name="reference temperature")
    return math.exp(energy / GAS_CONSTANT * (1.0 / reference - 1.0 / temperature))
