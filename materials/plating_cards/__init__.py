"""Material cards of plating hosts, TOML; `plating_library` finds them by name."""
