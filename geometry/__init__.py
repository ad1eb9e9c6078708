"""Shapes to tagged, conformal tetrahedra."""
