"""What the blocks and fields are called in the files that users open."""

from __future__ import annotations

MICROMETRE = 1e-6
"""[m]; pictures are drawn in micrometres."""

CONCENTRATION = "concentration [mol m-3]"
STOICHIOMETRY = "stoichiometry [-]"
CURRENT_DENSITY = "local current density [A m-2]"
OVERPOTENTIAL = "overpotential [V]"

DEPOSIT = "deposit thickness [um]"
COVERAGE = "lithium coverage [-]"
ION_POTENTIAL = "ion potential [V]"
ELECTRON_POTENTIAL = "electron potential [V]"

ELECTRODE = "electrode"
INTERFACE = "interface"
ELECTROLYTE = "electrolyte"
COLLECTOR = "collector"

SURFACE_FIELDS = {
    "concentration": CONCENTRATION,
    "stoichiometry": STOICHIOMETRY,
    "local_current_density": CURRENT_DENSITY,
    "overpotential": OVERPOTENTIAL,
}
"""Key in `Snapshot.surface` -> name in the file."""

PLATING_FIELDS = {
    "deposit_thickness": (DEPOSIT, 1e6),
    "local_current_density": (CURRENT_DENSITY, 1.0),
    "overpotential": (OVERPOTENTIAL, 1.0),
    "coverage": (COVERAGE, 1.0),
    "ion_potential": (ION_POTENTIAL, 1.0),
    "electron_potential": (ELECTRON_POTENTIAL, 1.0),
    "salt_concentration": (CONCENTRATION, 1.0),
    "lithium_content": (STOICHIOMETRY, 1.0),
}
"""Key in a `PlatingSnapshot` -> name in the file, and what its SI value is multiplied by."""

TIME_FACT = "Time [s]"
VOLTAGE_FACT = "Voltage [V]"
CURRENT_FACT = "Current density [A m-2]"
LABEL_FACT = "Step"
RESTS_ON, CARDS, SOURCES = "rests on", "cards", "sources"
"""Where `provenance.json` and `summary.json` tell what the numbers are from."""
