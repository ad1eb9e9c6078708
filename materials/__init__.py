"""Numbers with their sources, and the laws that use them."""
