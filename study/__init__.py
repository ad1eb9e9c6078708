"""The study file, the run and the command line."""
