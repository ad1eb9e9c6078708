"""Diffusion in a part of the mesh, one step of backward Euler at a time.

    M (c - c_before) / dt + D K c = s,
    M_i = int e v_i dx (lumped),      K_ij = int k grad v_i . grad v_j dx

with e the share of each cell that is filled with what diffuses, 0 outside its part, and k what of
the cross-section it has. The change is solved for, not c: a small one is as exact as a large one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..._fenics import PETSc
from ..domain import Domain
from ..model import StageFailure, totals
from .conduction import Bulk

import ufl  # isort: skip  (after the gate, which orders the imports)
from dolfinx import fem  # isort: skip
from dolfinx.la import InsertMode  # isort: skip

Array = NDArray[np.float64]

RELATIVE = 1e-8
"""Residual of a step's equations, over that at its start."""


class Diffusion:
    """The equations; fields are over this rank's nodes.

    Attributes:
        mass: (nodes,) diagonal of M [m3]; 0 outside the part.
    """

    def __init__(self, domain: Domain) -> None:
        self.comm = domain.comm
        self.mass = np.zeros(domain.owned)
        self._bulk = Bulk(domain)
        self._matrix = self._bulk.matrix.duplicate()
        self._in, self._out = self._matrix.createVecs()
        self._share = fem.Function(fem.functionspace(domain.mesh, ("DG", 0)))
        test = ufl.TestFunction(domain.space)
        self._mass_form = fem.form(self._share * test * ufl.Measure("dx", domain=domain.mesh))
        self._solver = PETSc.KSP().create(self.comm)
        self._solver.setType(PETSc.KSP.Type.CG)
        self._solver.getPC().setType(PETSc.PC.Type.JACOBI)
        self._solver.setTolerances(rtol=RELATIVE, atol=0.0, max_it=5000)

    def fill(self, share: Array, open_to: Array) -> None:
        """Take e and k of the local cells."""
        self._bulk.entries(open_to)
        self._share.x.array[self._bulk.cells] = share
        mass = fem.assemble_vector(self._mass_form)
        mass.scatter_reverse(InsertMode.add)
        self.mass = mass.array[: len(self.mass)].copy()

    def stiffness(self, field: Array) -> Array:
        """K times a field (nodes,)."""
        self._in.array_w[:] = field
        self._bulk.matrix.mult(self._in, self._out)
        return np.array(self._out.array_r)

    def stepped(self, before: Array, source: Array, *, size: float, diffusivity: float) -> Array:
        """The field (nodes,) after a step of a length [s].

        Args:
            before: (nodes,) the field at its start.
            source: (nodes,) s, in the field's unit times [m3 s-1].
            size: dt [s].
            diffusivity: D [m2 s-1].

        Raises:
            StageFailure: The equations were not solved.
        """
        inside = self.mass > 0.0
        gain = np.where(inside, source - diffusivity * self.stiffness(before), 0.0)
        self._bulk.matrix.copy(self._matrix, PETSc.Mat.Structure.SAME_NONZERO_PATTERN)
        self._matrix.scale(diffusivity)
        diagonal = self._matrix.getDiagonal()
        diagonal.array_w[:] += np.where(inside, self.mass / size, 1.0)
        self._matrix.setDiagonal(diagonal)
        self._in.array_w[:] = gain
        self._solver.setOperators(self._matrix)
        self._solver.solve(self._in, self._out)
        if self._solver.getConvergedReason() < 0:
            raise StageFailure("the equations of diffusion were not solved")
        change = np.array(self._out.array_r)
        # what the solver left is spread evenly, so that nothing is lost
        missing, whole = totals(
            self.comm, np.where(inside, size * source, 0.0).sum() - self.mass @ change,
            self.mass.sum(),
        )  # fmt: skip
        change += np.where(inside, missing / max(whole, 1e-300), 0.0)
        return before + change
