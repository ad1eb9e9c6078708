"""Physical constants and the reference temperature [SI], CODATA 2018 (exact by definition)."""

from __future__ import annotations

FARADAY = 96485.33212
"""Faraday constant [C mol-1]."""

GAS_CONSTANT = 8.31446261815324
"""Molar gas constant [J mol-1 K-1]."""

REFERENCE_TEMPERATURE = 298.15
"""Temperature at which material data are taken where nothing else is said [K]."""
