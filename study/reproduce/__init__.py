"""The papers behind nanotrode, computed again: their own algebra, then the physics."""
