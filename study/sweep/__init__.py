"""Sweeps: one study over many values of its keys, each case a run of its own."""
