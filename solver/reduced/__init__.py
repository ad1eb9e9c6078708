"""Reduced models: what a few full runs of one mesh teach about all its others."""
