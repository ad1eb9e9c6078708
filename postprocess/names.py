"""What the blocks and fields are called in the files that users open."""

from __future__ import annotations

MICROMETRE = 1e-6
"""[m]; pictures are drawn in micrometres."""

CONCENTRATION = "concentration [mol m-3]"
STOICHIOMETRY = "stoichiometry [-]"
CURRENT_DENSITY = "local current density [A m-2]"
OVERPOTENTIAL = "overpotential [V]"

ELECTRODE = "electrode"
INTERFACE = "interface"
ELECTROLYTE = "electrolyte"

SURFACE_FIELDS = {
    "concentration": CONCENTRATION,
    "stoichiometry": STOICHIOMETRY,
    "local_current_density": CURRENT_DENSITY,
    "overpotential": OVERPOTENTIAL,
}
"""Key in `Snapshot.surface` -> name in the file."""

TIME_FACT = "Time [s]"
VOLTAGE_FACT = "Voltage [V]"
CURRENT_FACT = "Current density [A m-2]"
LABEL_FACT = "Step"
