# Each target is one command of bootstrap.py, which first installs what is missing.
# More arguments for it: make demo ARGS="--resume"
PYTHON ?= python3

.PHONY: help install demo test mpi-test verify fuzz bench lint
help:
	@echo "make demo      twenty nanowires, from study file to pictures, in runs/nanowire"
	@echo "make test      the tests, then those for several MPI ranks on 2"
	@echo "make verify    the verification table (minutes)"
	@echo "make fuzz      20,000 inputs that are nearly right, and what became of them"
	@echo "make bench     the speed table"
	@echo "make lint      ruff and mypy"
	@echo "make install   only make .venv"

install demo test mpi-test verify fuzz bench lint:
	@command -v $(PYTHON) >/dev/null || { echo "nanotrode needs Python 3.12 or later: no '$(PYTHON)' here (Debian, Ubuntu: apt-get install python3)"; exit 1; }
	@$(PYTHON) bootstrap.py $@ $(ARGS)
