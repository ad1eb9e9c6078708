"""Shapes given by a function of place: porous frameworks, minimal surfaces, images."""
