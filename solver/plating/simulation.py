"""A plating run: one host, one protocol, from start to Result."""

from __future__ import annotations

import logging
import time as clock
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threadpoolctl import threadpool_limits

from ..._arguments import check_is
from ...errors import InputError, ProtocolError
from ...geometry.coat import coated
from ...materials.constants import REFERENCE_TEMPERATURE
from ...materials.origins import origins_of
from ...materials.plausible import oddities, refuse_impossible
from ...notices import Notices
from ...units import number, positive
from ..balance import refuse
from ..fingerprint import Fingerprint
from ..given import as_anode, as_mesh, as_protocol
from ..outlets import Outlets
from ..protocol import Protocol
from ..result import Observer, Result
from ..settings import StepReport
from ..steps import Step
from ..stopping import Stop, never
from ..taking_part import taking_part
from ..walk import Walk
from ..window import check_densities
from .books import PlatingBooks
from .checks import check_steps
from .engine import PlatingEngine
from .model import PlatingModel
from .settings import PlatingSettings
from .snapshot import PlatingSnapshot
from .state import State

if TYPE_CHECKING:
    from mpi4py import MPI

    from ...geometry.mesh import ElectrodeMesh
    from ...materials.plating import Anode

log = logging.getLogger(__name__)


class PlatingSimulation:
    """Lithium plated on, and stripped from, a resolved host.

    Args:
        mesh: Host and electrolyte, or the file of them; under MPI complete on rank 0, and None on
            the others.
        anode: All materials, such as `materials.plating_library.load_anode` gives, or their name.
        protocol: What is imposed: a `Protocol`, or the words of its steps.
        coat_thickness: Of the conducting coat [m]; by default the mesh's own.
        temperature: [K], or with its unit in words, such as "25 degC".
        settings: Accuracy and output.
        salt: Whether the electrolyte's concentration is resolved.
        initial_content: Share of the host's lattice that is full at the start, where the anode's
            solid takes lithium.
        comm: Communicator; all ranks by default.

    Raises:
        InputError: Something is not what it should be, or the protocol cannot be followed: what
            a study file refuses is refused here.
    """

    def __init__(
        self,
        mesh: ElectrodeMesh | str | Path | None,
        anode: Anode | str,
        *,
        protocol: Protocol | str | Step | Iterable[str | Step],
        coat_thickness: float | str | None = None,
        temperature: float | str = 298.15,
        settings: PlatingSettings | None = None,
        salt: bool = False,
        initial_content: float = 0.0,
        comm: MPI.Comm | None = None,
    ) -> None:
        mesh, protocol, anode = as_mesh(mesh), as_protocol(protocol), as_anode(anode)
        if comm is None:
            from ..simulation import world

            comm = world()
        sealed = anode.solid.ionic_conductivity == 0.0
        mesh, self._left_out = taking_part(mesh, comm, pores=sealed)
        self.mesh, self.anode, self.protocol, self.comm = mesh, anode, protocol, comm
        self.temperature = positive(temperature, "K", key="temperature")
        refuse_impossible("temperature", self.temperature, error=InputError)
        self.settings = PlatingSettings() if settings is None else settings
        check_is(
            self.settings, PlatingSettings, "settings", "such as PlatingSettings(tolerance=0.02)"
        )
        known = None
        if coat_thickness is not None:
            known = number(coat_thickness, "m", key="coat_thickness")
        elif mesh is not None and comm.rank == 0:
            known = mesh.shape.get("coating")  # type: ignore[assignment]
        if not 0.0 <= number(initial_content, "", key="initial_content") <= 1.0:
            raise InputError(
                f"initial_content: got {initial_content:g}, expected 0 (empty) to 1 (full)"
            )
        self.salt, self.initial_content = salt, initial_content
        self.coat_thickness: float | None = comm.bcast(known)
        if anode.coat is not None and self.coat_thickness is None:
            raise InputError(
                f"coating: the anode has a coat ('{anode.coat.name}'), but its mesh says no "
                "thickness for it; give coat_thickness, such as 100e-9"
            )
        if anode.coat is not None and self.coat_thickness and self.mesh is not None:
            self.mesh = coated(self.mesh, self.coat_thickness)
        inserts = anode.solid.lithiation is not None
        reports = check_steps(protocol.steps, inserts=inserts, content=initial_content)
        mistakes = dict.fromkeys(report for report in reports if report)
        if mistakes:
            raise ProtocolError("\n".join(mistakes))

    def run(
        self,
        directory: str | Path | None = None,
        *,
        observers: Iterable[Observer[PlatingSnapshot]] = (),
        resume: bool = False,
        progress: Callable[[StepReport], None] | None = None,
        stop: Stop = never,
    ) -> Result:
        """Run the protocol to its end.

        Args:
            directory: Folder for series, summary and checkpoints; None writes nothing.
            observers: They get each snapshot, on rank 0; without any the result keeps them.
            resume: Go on from the folder's checkpoint, if it has one.
            progress: Called after each accepted time step, on rank 0.
            stop: Asked after each accepted time step whether to go on, on all ranks.

        Raises:
            Interrupted: `stop` said so; the folder has a checkpoint.
            BalanceError: Charge was lost on the way; all that was computed is kept.
            SolverError: A time step failed however small; what was computed stays on disk.
            InputError: The folder's checkpoint belongs to another study.
        """
        started = clock.perf_counter()
        outlets = Outlets(self.comm, directory, observers)
        model = self.model()
        notices = Notices(told=self.comm.rank == 0)
        whole = self._copies() * model.footprint
        for text in (*self.warnings(), *check_densities(self.protocol, whole)):
            notices.warn(text)
        fingerprint = self._fingerprint()
        books = PlatingBooks(
            protocol=self.protocol,
            folder=outlets.folder,
            fingerprint=fingerprint.text(),
            notices=notices,
            model=model,
            copies=self._copies(),
            show=outlets.show,
        )
        quiet = progress is None or self.comm.rank != 0
        engine = PlatingEngine(books, self.settings)
        stored = outlets.stored(fingerprint) if resume else None
        set_up = clock.perf_counter() - started
        log.info("%d unknowns, set up in %.2f s", model.potentials.total, set_up)
        with threadpool_limits(limits=1, user_api="blas"):
            Walk(engine, _ignore if quiet else progress or _ignore, stop).run(stored)
        state = engine.state
        error, texts = books.ledger.error(model, state), [step.text for step in self.protocol.steps]
        verdict = books.balance.judge(error, texts, notices)
        result = Result(
            series=books.recorder.series,
            events=books.events,
            summary=self._summary(books, state, set_up),
            mesh=self.mesh,
            parent=self.mesh,
            directory=outlets.folder,
            snapshots=outlets.kept,  # type: ignore[arg-type]
        )
        outlets.finish(result)
        refuse(verdict)
        return result

    def warnings(self) -> list[str]:
        """What is odd about the run and known before it starts."""
        found = [
            *self._left_out,
            *self.anode.warnings_at(self.temperature),
            *oddities("temperature", self.temperature),
        ]
        if abs(self.temperature - REFERENCE_TEMPERATURE) > 1.0:
            found.append(
                f"conductivities and exchange currents at {self.temperature - 273.15:.4g} degC are "
                f"those of {self.anode.solid.name}'s cards at 25 degC: plating cards tell no "
                "activation energy"
            )
        return found

    def model(self) -> PlatingModel:
        """The host, set up on this run's ranks."""
        return PlatingModel(
            self.mesh,
            self.anode,
            coat_thickness=self.coat_thickness or 0.0,
            temperature=self.temperature,
            comm=self.comm,
            salt=self.salt,
            initial_content=self.initial_content,
        )

    def _copies(self) -> float:
        mine = self.mesh.multiplicity if self.mesh is not None and self.comm.rank == 0 else None
        return float(self.comm.bcast(mine))

    def _fingerprint(self) -> Fingerprint:
        """What a checkpoint must share with the run that resumes from it."""
        digest = None
        if self.mesh is not None and self.comm.rank == 0:
            digest = (self.mesh.digest(), self.mesh.footprint, self.mesh.multiplicity)
        said = (
            self.comm.bcast(digest),
            self.anode,
            (self.coat_thickness, self.salt, self.initial_content),
            self.temperature,
            self.settings,
        )
        return Fingerprint.of(said, self.protocol)

    def _summary(self, books: PlatingBooks, state: State, set_up: float) -> dict[str, Any]:
        model, newton = books.model, books.model.newton
        return {
            "model": "plating",
            "warnings": books.notices.texts,
            **origins_of(self.anode).as_table(),
            "unknowns": model.potentials.total,
            "electrode": describe_host(model, books.copies),
            "barrier law": self.anode.deposit.barrier_law,
            "ledger": books.ledger.summary(model, state),
            "conservation": {"charge balance error": books.ledger.error(model, state)},
            "deposit": max(books.deposits, key=lambda deposit: deposit["mean thickness [m]"]),
            "deposits": books.deposits,
            "largest loss budget error": float(books.recorder.series["Loss budget error"].max()),
            "steps": [
                {"step": e.text, "ended": e.reason, "time [s]": e.time} for e in books.events
            ],
            "work": books.counts
            | {"newton": newton.iterations, "linear": newton.solver.iterations},
            "timings": {"set-up [s]": round(set_up, 3), "solve [s]": round(books.wall, 3)},
        }


def describe_host(model: PlatingModel, copies: float) -> dict[str, float]:
    """What a summary says of the whole host."""
    sites = model.sites
    return {
        "footprint [m2]": copies * model.footprint,
        "reacting area [m2]": copies * float(sites.areas.sum()),
        "reacting area over footprint": float(sites.areas.sum()) / model.footprint,
        "pore volume [m3]": copies * float(sites.rooms_inside.sum()),
        "lithium that fills the pores [mA.h.cm-2]": float(sites.rooms_inside.sum())
        / model.volume_per_charge
        / model.footprint
        / 36.0e3,
    }


def _ignore(report: StepReport) -> None:
    """No progress is wanted."""
