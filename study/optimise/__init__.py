"""Optimisation: the values of a study's keys that make one of its results best."""
