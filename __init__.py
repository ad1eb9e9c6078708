"""nanotrode: what does this nanostructure do to my current density, my rate, my lithium?"""

__version__ = "0.1.0"
