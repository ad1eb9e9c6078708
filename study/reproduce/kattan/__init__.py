"""Kattan and Saeed: nanostructured poles, with Butler-Volmer and Fick."""
