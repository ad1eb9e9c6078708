"""Weak forms, protocols, time stepping."""
