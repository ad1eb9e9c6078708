"""TauFactor's numbers for benchmarks/image.py, made where TauFactor is installed.

    pip install taufactor torch tifffile
    python benchmarks/tau_reference.py electrode.tiff 128            as the image is
    python benchmarks/tau_reference.py electrode.tiff 128 --split 2  each voxel as 2 x 2 x 2
    python benchmarks/tau_reference.py smoothed.npy 128              pores of a rendered level set

Prints the pores' tortuosity factors along z, y and x as JSON.
"""

from __future__ import annotations

import argparse
import json
import time

import numpy as np
import taufactor
import torch

PORE = 0


def main() -> None:
    """Solve along three axes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("image")
    parser.add_argument("edge", type=int)
    parser.add_argument("--split", type=int, default=1)
    parser.add_argument("--axes", default="zyx")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    pores = _pores(chosen.image, chosen.edge)
    found, began = {}, time.process_time()
    for axis in chosen.axes:
        phase = np.ascontiguousarray(np.moveaxis(pores, "zyx".index(axis), 0).astype(np.uint8))
        for k in range(3):
            phase = phase.repeat(chosen.split, axis=k)
        solver = taufactor.Solver(phase, device="cpu")
        solver.solve(verbose=False, conv_crit=1e-3, iter_limit=20_000)
        found[axis] = float(solver.tau[0])
    print(json.dumps({"tortuosity": found, "cpu": time.process_time() - began}))


def _pores(file: str, edge: int) -> np.ndarray:
    if file.endswith(".npy"):
        return np.load(file)
    import tifffile

    return tifffile.imread(file)[:edge, :edge, :edge] == PORE


if __name__ == "__main__":
    main()
