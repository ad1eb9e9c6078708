"""Lin et al., Nanoscale 17, 1282 (2025): four hosts for lithium, from one model."""
