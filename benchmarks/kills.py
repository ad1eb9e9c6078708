"""Runs that are killed, resumed, and compared with the same runs left alone.

    python benchmarks/kills.py [--kills 60] [--seed 14] [--keep FOLDER]

Each kind of run is killed at moments spread over all that it does to its folder, from the first
file to the last: a moment is the n-th time that a file is made, opened for writing, renamed or
removed, and it comes just before that. SIGKILL, SIGTERM and SIGINT take turns. Then

- every file that is left is read by what reads it (half-written ones, `.part-*`, are not in use);
- the command is given again with `--resume` until it is done (a sweep: the same command);
- series, fields, summary and the list of files are compared with those of a run left alone.

Prints a table, and ends with 1 if a run was not resumed, a file was unreadable, or a result
differs.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

from run_folders import differences, read_all

WORKER = Path(__file__).with_name("kill_worker.py")
CODES = {"SIGKILL": (-9, 9, 137), "SIGTERM": (143, 0), "SIGINT": (130, 0)}
"""Exit codes of each signal; told to end in its last moments, a command may be done before."""
SIGNALS = tuple(CODES)
Flags = tuple[str, ...]

FILM = """\
[geometry]
kind = "film"
thickness = "100 nm"
[mesh]
order = 1
segments = 12
[material]
name = "LiFePO4"
[initial]
stoichiometry = 0.02
[output]
pictures = {pictures}
report = true
[[protocol]]
steps = ["Discharge at 2C until 2.5 V", "Charge at 2C until 3.6 V"]
"""
PLATING = """\
[geometry]
kind = "miec-scaffold"
preset = "LLTO@CNT"
thickness = "15 um"
width = "15 um"
headroom = "4 um"
seed = 3
[mesh]
interface = "3 um"
[plating]
electrolyte = "LHCE"
[solver]
tolerance = 0.005
[output]
pictures = false
report = false
[[protocol]]
steps = ["Plate at 0.5 mA/cm2 until 0.05 mAh/cm2", "Strip at 0.5 mA/cm2 until 1 V"]
"""
SWEEP = FILM.format(pictures="false") + '[sweep.over]\ngeometry.thickness = ["90 nm", "100 nm"]\n'


@dataclass(frozen=True)
class Kind:
    """A kind of run.

    Attributes:
        name: As the table calls it.
        study: Its text.
        share: Of the kills.
        ranks: MPI processes.
        command: "run" or "sweep".
        again: Whether a finished run is there already, and is made again with --force.
        first: The study whose finished run is there already and goes on with more steps.
    """

    name: str
    study: str
    share: float
    ranks: int = 1
    command: str = "run"
    again: bool = False
    first: str = ""

    def words(self, study: Path, out: Path, *flags: str) -> list[str]:
        """The command, without what runs it."""
        return [self.command, str(study), "--out", str(out), *flags]

    @property
    def flags(self) -> Flags:
        """Those with which the run to be killed begins."""
        return ("--force",) if self.again else ("--resume",) if self.first else ()


PLAIN = FILM.format(pictures="false")
KINDS = (
    Kind("plain film", PLAIN, 0.25),
    Kind("film with pictures", FILM.format(pictures="true"), 0.1),
    Kind("film, made again", PLAIN, 0.15, again=True),
    Kind("film, two cycles more", PLAIN + "repeat = 3\n", 0.1, first=PLAIN),
    Kind("film, 2 ranks", PLAIN, 0.15, ranks=2),
    Kind("plating", PLATING, 0.15),
    Kind("sweep of films", SWEEP, 0.1, command="sweep"),
)


@dataclass
class Tally:
    """What came of a kind's kills; of the resumed, how many ended with the same bits, or close."""

    kills: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SIGNALS, 0))
    resumed: int = 0
    bits: int = 0
    close: int = 0
    files: int = 0
    faults: list[str] = field(default_factory=list)


def main() -> int:
    """Kill, resume, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=14)
    parser.add_argument("--keep", type=Path, help="a new folder that stays")
    parser.add_argument("--only", default="", help="part of a kind's name")
    asked = parser.parse_args()
    place = asked.keep or Path(tempfile.mkdtemp(prefix="nanotrode-kills-"))
    started, dice, tallies = time.perf_counter(), random.Random(asked.seed), {}
    signals = cycle(SIGNALS)
    for kind in (kind for kind in KINDS if asked.only in kind.name):
        count = max(1, round(kind.share * asked.kills))
        tallies[kind.name] = _of_kind(kind, place, list(islice(signals, count)), dice)
    _print(tallies, asked.seed, time.perf_counter() - started)
    if asked.keep is None:
        shutil.rmtree(place)
    return int(any(tally.faults for tally in tallies.values()))


def _of_kind(kind: Kind, place: Path, signals: Sequence[str], dice: random.Random) -> Tally:
    folder = place / kind.name.replace(" ", "-").replace(",", "")
    folder.mkdir(parents=True)
    study = folder / "study.toml"
    study.write_text(kind.study)
    whole = folder / "whole"
    changes = _left_alone(kind, study, whole)
    tally = Tally()
    for index, name in enumerate(signals):
        change = 1 + int((index + dice.random()) / len(signals) * changes)
        out = folder / f"{index:02d}-{name}"
        _prepare(kind, folder, study, out)
        code = _start(kind, study, out, change=change, by=name, flags=kind.flags)
        tally.kills[name] += 1
        where = f"{kind.name}, {name} before change {change} of {changes} (exit {code})"
        if code not in CODES[name]:
            tally.faults.append(f"{where}: not the exit code of {name}")
        count, unreadable = read_all(out)
        tally.files += count
        tally.faults += [f"{where}: {fault}" for fault in unreadable]
        if _resume(kind, study, out, tally, where):
            tally.resumed += 1
            judge(differences(out, whole), tally, where)
        sys.stderr.write(f"{where}\n")
    return tally


def judge(found: tuple[bool, list[str]], tally: Tally, where: str) -> None:
    """Enter how a resumed run compares with one left alone."""
    same, faults = found
    tally.faults += [f"{where}: {fault}" for fault in faults]
    tally.bits += same and not faults
    tally.close += not same and not faults


def _left_alone(kind: Kind, study: Path, out: Path) -> int:
    """Run to the end; how often a run of the kind changes its folder."""
    _prepare(kind, study.parent, study, out)
    assert _start(kind, study, out, flags=kind.flags) == 0, f"{kind.name} does not run at all"
    return int((study.parent / "changes.txt").read_text())


def _prepare(kind: Kind, folder: Path, study: Path, out: Path) -> None:
    """What is in the folder before."""
    if not (kind.again or kind.first):
        return
    before = folder / "before"
    if not before.exists():
        text = folder / "first.toml"
        text.write_text(kind.first or kind.study)
        assert _start(kind, text, before) == 0
    shutil.copytree(before, out)


def _start(
    kind: Kind, study: Path, out: Path, *, change: int = 0, by: str = "SIGKILL", flags: Flags = ()
) -> int:
    """Run a kind's command, which kills itself before a change of the folder; its exit code."""
    counts = study.parent / "changes.txt"
    ranks = [str(Path(sys.executable).with_name("mpiexec")), "-n", str(kind.ranks)]
    words = [sys.executable, str(WORKER), str(out), str(change), by, str(counts)]
    words = (ranks if kind.ranks > 1 else []) + words + kind.words(study, out, *flags)
    with (study.parent / "said.txt").open("ab") as said:
        process = subprocess.Popen(words, stdout=said, stderr=said, preexec_fn=_hear_all)
        return process.wait(timeout=600)


def _hear_all() -> None:
    """As from a terminal: what runs in the background does not hear SIGINT."""
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, signal.SIG_DFL)


def _resume(kind: Kind, study: Path, out: Path, tally: Tally, where: str) -> bool:
    flags = () if kind.command == "sweep" else ("--resume",)
    code = _start(kind, study, out, flags=flags)
    if code != 0:
        tally.faults.append(f"{where}: not resumed (exit {code})")
    return code == 0


def _print(tallies: dict[str, Tally], seed: int, wall: float) -> None:
    heads = ("kind of run", *SIGNALS, "resumed", "same bits", "close", "files read", "faults")
    rows = [
        (name, *t.kills.values(), t.resumed, t.bits, t.close, t.files, len(t.faults))
        for name, t in tallies.items()
    ]
    rows.append(("all", *(sum(column) for column in list(zip(*rows, strict=True))[1:])))
    print(f"| {' | '.join(heads)} |\n|---{'|--:' * (len(heads) - 1)}|")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |")
    print(f"\nseed {seed}, {wall:.0f} s")
    for tally in tallies.values():
        for fault in tally.faults:
            print(f"FAULT {fault}")


if __name__ == "__main__":
    sys.exit(main())
