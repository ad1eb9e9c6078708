"""One page for a run, and one for a sweep."""
