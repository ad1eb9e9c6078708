"""Metrics, exports and pictures of a run."""
