"""A timed process: pins itself, imports one benchmark module and has it run one task.

python -m worker MODULE TASK, the task as JSON; started by `measure.run_once`.
"""

from __future__ import annotations

import importlib
import sys

from measure import Meter

if __name__ == "__main__":
    meter = Meter(sys.argv[2])
    module = importlib.import_module(sys.argv[1])
    meter.mark("import")
    module.run(meter)
