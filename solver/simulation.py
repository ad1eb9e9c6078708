"""A simulation: one electrode, one material, one protocol, from start to Result."""

from __future__ import annotations

import logging
import time as clock
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from .._arguments import check_is
from ..errors import InputError, NanotrodeError
from ..materials.origins import origins_of
from ..materials.plausible import oddities, refuse_impossible
from ..notices import Notices
from ..units import number, positive
from . import assumptions
from .assumptions import poles_of
from .balance import refuse
from .domain import Domain
from .endings import ElectrodeScale
from .engine import InsertionEngine
from .fingerprint import Fingerprint
from .given import as_material, as_mesh, as_protocol, check_protocol, check_stoichiometry
from .insertion import InsertionModel
from .interface import molar_flux_scale, react
from .journal import Journal
from .model import on_root
from .nonlinear import Newton
from .outlets import Outlets
from .protocol import Protocol
from .result import Observer, Result, Snapshot
from .settings import OutputPlan, SolverSettings, StepReport
from .stepping import Step as TimeStep
from .steps import Step
from .stopping import Stop, never
from .summary import summarise
from .surface import within_points
from .taking_part import taking_part
from .walk import Walk
from .window import check_rates, extrapolated

if TYPE_CHECKING:
    from mpi4py import MPI

    from ..geometry.mesh import ElectrodeMesh
    from ..materials.material import Material

Array = NDArray[np.float64]
log = logging.getLogger(__name__)


class Simulation:
    """Insertion into a resolved electrode, following a protocol.

    Args:
        mesh: The electrode, or electrode and electrolyte, or the file of one; under MPI complete
            on rank 0, and ignored (it may be None) on the others.
        material: The electrode's material, or the name of its card.
        protocol: What is imposed: a `Protocol`, or the words of its steps.
        initial_stoichiometry: Uniform at the start.
        temperature: [K], or with its unit in words, such as "25 degC".
        c_e: Salt concentration of the uniform electrolyte [mol m-3], or such as "1 mol/L".
        settings: Accuracy.
        output: When fields are written.
        remarks: What is odd about what was asked, for the list of warnings.
        comm: Communicator; all ranks by default.

    Raises:
        InputError: Something is not what it should be, a number cannot be meant, or the protocol
            cannot be followed: what a study file refuses is refused here.
    """

    def __init__(
        self,
        mesh: ElectrodeMesh | str | Path | None,
        material: Material | str | Path,
        *,
        protocol: Protocol | str | Step | Iterable[str | Step],
        initial_stoichiometry: float,
        temperature: float | str = 298.15,
        c_e: float | str = 1000.0,
        settings: SolverSettings | None = None,
        output: OutputPlan | None = None,
        remarks: Iterable[str] = (),
        comm: MPI.Comm | None = None,
    ) -> None:
        self.temperature = positive(temperature, "K", key="temperature")
        self.c_e = positive(c_e, "mol/m^3", key="c_e")
        refuse_impossible("temperature", self.temperature, error=InputError)
        refuse_impossible("concentration", self.c_e, name="c_e", error=InputError)
        self.comm = comm if comm is not None else world()
        self.mesh, left_out = taking_part(as_mesh(mesh), self.comm, pores=True)
        self.protocol = as_protocol(protocol)
        self.material = as_material(material, temperature=self.temperature)
        start = number(initial_stoichiometry, "", key="initial_stoichiometry")
        check_stoichiometry(start, self.material)
        self.initial_stoichiometry = start
        self.settings = SolverSettings() if settings is None else settings
        self.output = OutputPlan() if output is None else output
        check_is(
            self.settings, SolverSettings, "settings", "such as SolverSettings(tolerance=1e-3)"
        )
        check_is(self.output, OutputPlan, "output", "such as OutputPlan(fraction=0.1)")
        self.remarks = (*remarks, *left_out)
        check_protocol(self.protocol, self.material, start, self.mesh, self.comm)

    def run(
        self,
        directory: str | Path | None = None,
        *,
        observers: Iterable[Observer[Snapshot]] = (),
        resume: bool = False,
        progress: Callable[[StepReport], None] | None = None,
        domain: Domain | None = None,
        watch: Callable[[TimeStep], None] | None = None,
        stop: Stop = never,
    ) -> Result:
        """Run the protocol to its end.

        Args:
            directory: Folder for series, summary and checkpoints; None writes nothing.
            observers: They get each snapshot, on rank 0.
            resume: Go on from the folder's checkpoint, if it has one.
            progress: Called after each accepted time step, on rank 0.
            domain: The electrode as it was set up for another run on the same mesh.
            watch: Gets each accepted time step with its states, on all ranks.
            stop: Asked after each accepted time step whether to go on, on all ranks.

        Raises:
            Interrupted: `stop` said so; the folder has a checkpoint.
            BalanceError: Charge was lost on the way; all that was computed is kept.
            SolverError: A time step failed however small; what was computed stays on disk.
            InputError: The folder's checkpoint belongs to another study, or a current is beyond
                all measure for so small an electrode.
        """
        started = clock.perf_counter()
        outlets = Outlets(self.comm, directory, observers)
        electrode = self.electrode()
        domain = domain or Domain(electrode, self.comm)
        model = InsertionModel(domain, self.material, temperature=self.temperature, c_e=self.c_e)
        size = domain.space.dofmap.index_map.size_global
        newton = Newton(model, size=size, tolerance=self.settings.algebraic_error)
        fingerprint = self._fingerprint(electrode)
        scale, notices = self.scale(model.volume), self._notices()
        for text in check_rates(self.protocol, scale):
            notices.warn(text)
        journal = Journal(
            protocol=self.protocol,
            folder=outlets.folder,
            fingerprint=fingerprint.text(),
            notices=notices,
            domain=domain,
            model=model,
            scale=scale,
            plan=self.output,
            snapshot=self._emit(electrode, outlets),
            watch=watch,
        )
        start = self.initial_stoichiometry
        engine = InsertionEngine(journal, newton, self.settings, initial_stoichiometry=start)
        stored = outlets.stored(fingerprint) if resume else None
        set_up = clock.perf_counter() - started
        log.info("%d unknowns, set up in %.2f s", size, set_up)
        # vectors this short only lose by threads, and ranks already fill the cores
        with threadpool_limits(limits=1, user_api="blas"):
            Walk(engine, self._on_root(progress), stop).run(stored)
        state = engine.state
        series = journal.recorder.series
        poles = self.comm.bcast(poles_of(electrode) if electrode is not None else None)
        tested = assumptions.examine(self.material, series, scale, poles)
        for text in (*extrapolated(self.material, series), *tested.warnings):
            journal.notices.warn(text)
        error, texts = journal.charge_error(state.u), [step.text for step in self.protocol.steps]
        verdict = journal.balance.judge(error, texts, journal.notices)
        summary = summarise(journal, model, newton, state.u, size, set_up, tested)
        result = Result(
            series=journal.recorder.series,
            events=journal.events,
            summary=summary,
            mesh=electrode,
            parent=self.mesh,
            directory=outlets.folder,
            snapshots=outlets.kept,
        )
        outlets.finish(result)
        refuse(verdict)
        return result

    def warnings(self) -> list[str]:
        """What is odd about the run and known before it starts."""
        return [
            *self.remarks,
            *origins_of(self.material).warnings(),
            *assumptions.known_before(self.material),
            *self.material.warnings,
            *oddities("temperature", self.temperature),
            *oddities("concentration", self.c_e, name="salt concentration"),
            *_two_temperatures(self.material, self.temperature),
        ]

    def _notices(self) -> Notices:
        notices = Notices(told=self.comm.rank == 0)
        for text in self.warnings():
            notices.warn(text)
        return notices

    def electrode(self) -> ElectrodeMesh | None:
        """The electrode's own mesh, on rank 0; what it lacks is an error on all ranks."""
        electrode: ElectrodeMesh | None = None
        lacks: NanotrodeError | None = None
        if self.comm.rank == 0 and self.mesh is not None:
            try:
                electrode = self.mesh.region("electrode")
                electrode.boundary("interface")
            except NanotrodeError as error:
                lacks = error
        lacks = self.comm.bcast(lacks)
        if lacks is not None:
            raise lacks
        return electrode

    def scale(self, meshed: float) -> ElectrodeScale:
        """The whole electrode's size, symmetry copies included, from its meshed volume [m3]."""
        mesh = self.mesh
        sizes = (mesh.footprint, mesh.multiplicity) if self.comm.rank == 0 and mesh else None
        footprint, copies = self.comm.bcast(sizes)
        material, volume = self.material, copies * meshed
        return ElectrodeScale(
            capacity=material.capacity_density * volume,
            full_charge=volume / molar_flux_scale(material),
            footprint=copies * footprint,
            mass=None if material.density is None else material.density * volume,
        )

    def snapshot(
        self,
        electrode: ElectrodeMesh,
        index: int,
        time: float,
        label: str,
        potential: float,
        current: float,
        x: Array,
    ) -> Snapshot:
        """The fields that belong to a stoichiometry x (n_nodes,) at a potential and current.

        Where the surface is nearly full or empty, nodes can overshoot what its points do not; what
        reacts there is kept in their range, see `surface.within_points`.
        """
        interface = electrode.boundary("interface")
        c_s_max, on_surface = self.material.c_s_max, x[interface.nodes]
        reacting = within_points(on_surface, interface.facets)
        reaction = react(
            self.material, reacting, potential, c_e=self.c_e, temperature=self.temperature
        )
        return Snapshot(
            index=index,
            time=time,
            label=label,
            voltage=potential,
            current_density=current / (electrode.footprint * electrode.multiplicity),
            concentration=c_s_max * x,
            stoichiometry=x,
            surface={
                "concentration": c_s_max * on_surface,
                "stoichiometry": on_surface,
                "local_current_density": reaction.j,
                "overpotential": potential - self.material.ocp(reacting),
            },
            electrolyte_concentration=self.c_e,
        )

    def _emit(
        self, electrode: ElectrodeMesh | None, outlets: Outlets[Snapshot]
    ) -> Callable[[int, float, str, float, float, Array | None], None]:
        """Makes snapshots of gathered fields and hands them out; see `journal.Journal.snapshot`."""

        def emit(
            index: int, time: float, label: str, potential: float, current: float, x: Array | None
        ) -> None:
            def tell() -> None:
                assert x is not None
                assert electrode is not None
                shot = self.snapshot(electrode, index, time, label, potential, current, x)
                outlets.show(shot)

            on_root(self.comm, tell)

        return emit

    def _fingerprint(self, electrode: ElectrodeMesh | None) -> Fingerprint:
        """What a checkpoint must share with the run that resumes from it."""
        mesh = None
        if electrode is not None:
            mesh = (electrode.digest(), electrode.footprint, electrode.multiplicity)
        material = self.material
        said = (
            self.comm.bcast(mesh),
            (material.name, material.c_s_max, material.charge_number, material.density),
            (material.stoichiometry_limits, self._laws()),
            (self.initial_stoichiometry, self.temperature, self.c_e),
            (self.settings, self.output),
        )
        return Fingerprint.of(said, self.protocol)

    def _laws(self) -> list[str]:
        """The material's laws as numbers, to digits that do not depend on the machine."""
        material, x = self.material, np.linspace(0.01, 0.99, 21)
        law = material.kinetics.evaluate
        conditions = {"c_e": self.c_e, "c_s_max": material.c_s_max, "temperature": self.temperature}
        currents = [law(x, np.full_like(x, eta), **conditions).j for eta in (-0.05, 0.05)]
        values = np.concatenate([material.ocp(x), material.diffusivity(x), *currents])
        return [f"{value:.9e}" for value in values]

    def _on_root(
        self, progress: Callable[[StepReport], None] | None
    ) -> Callable[[StepReport], None]:
        if progress is None or self.comm.rank != 0:
            return lambda report: None
        return progress


def _two_temperatures(material: Material, temperature: float) -> Iterator[str]:
    """A material that was read for another temperature than that of the run."""
    if abs(material.temperature - temperature) > 0.5:
        yield (
            f"the laws of {material.name} were read for {material.temperature - 273.15:.4g} degC, "
            f"and the run is at {temperature - 273.15:.4g} degC; give the material the run's "
            "temperature, as in library.load(name, temperature=...)"
        )


def world() -> MPI.Comm:
    """All ranks; MPI is started in the order that the wheel needs."""
    from .. import _fenics  # noqa: F401  (MPI starts in the order that the wheel needs)

    from mpi4py import MPI  # isort: skip

    return MPI.COMM_WORLD
