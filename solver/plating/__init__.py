"""Plating: lithium on the surfaces of a host that conducts ions, electrons or both."""
