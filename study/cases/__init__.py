"""Cases: one folder, one process and one row of a table each, whoever asks for them."""
