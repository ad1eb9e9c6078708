"""The structures that are given by a formula or by a seed, under one roof."""

from __future__ import annotations

from .cloth import FibreCloth
from .minimal import Diamond, Gyroid, SchwarzP
from .random_field import GaussianRandomField
from .spheres import InverseOpal, OverlappingSpheres

__all__ = [
    "Diamond",
    "FibreCloth",
    "GaussianRandomField",
    "Gyroid",
    "InverseOpal",
    "OverlappingSpheres",
    "SchwarzP",
]
