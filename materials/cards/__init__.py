"""Material cards: one TOML file a material, each number with its source."""
