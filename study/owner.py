"""Who is at work in a folder: a lock file that names process and host, and outlives neither.

The file is made in one step, by a hard link, which holds on network file systems too; no kernel
lock does so everywhere. Whoever finds one of a process of this machine that has ended, or of this
machine before it was started again, takes its place. Whether a process of another machine lives
cannot be seen from here: the message says what to do.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from .._files import failure_of, part_of
from ..errors import InputError

LOCK = ".owner.json"
JOB = "NANOTRODE_JOB"
WRITING = 10.0
"""That a lock file may take to be written where it cannot be made in one step [s]."""


@dataclass(frozen=True)
class Owner:
    """A process, told apart from all others that had or will have its number.

    Attributes:
        pid: Its number.
        begun: When it began, in the kernel's ticks since the machine did; empty where not known.
        host: The machine's name.
        machine: The machine, by its own mark and the namespace of its processes' numbers.
        boot: The machine's life since it was started.
        job: The batch job that it is part of; empty for none.
        attempt: How often that job had been begun again.
        since: When it took the folder.
    """

    pid: int
    begun: str
    host: str
    machine: str
    boot: str
    job: str = ""
    attempt: str = ""
    since: str = ""

    @classmethod
    def here(cls) -> Self:
        """This process, now."""
        since = datetime.now(UTC).isoformat(timespec="seconds")
        begun, _ = _stat(os.getpid())
        return cls(os.getpid(), begun, *_machine(), *_job(), since=since)

    @property
    def is_of_this_machine(self) -> bool:
        """Whether it can be seen from here whether it lives."""
        host, machine, _ = _machine()
        return (self.host, self.machine) == (host, machine)

    @property
    def has_ended(self) -> bool:
        """Whether it is known to live no more."""
        job, attempt = _job()
        if self.job and self.job == job and self.attempt != attempt:
            return True  # a batch system begins a job again when it has ended, wherever that was
        if not self.is_of_this_machine:
            return False
        if self.boot != _machine()[2]:
            return True
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
        begun, state = _stat(self.pid)
        return begun != self.begun or state in ("Z", "X")


class Lock:
    """A folder that is this process's alone, from now until `release`.

    Args:
        folder: Made when absent.

    Raises:
        InputError: It is another's, or cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.path, self.owner = folder / LOCK, Owner.here()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with _one_at_a_time(folder):
                self._take(folder)
        except OSError as error:
            raise InputError(f"{folder}: cannot be written ({failure_of(error)})") from None

    def release(self) -> None:
        """Leave the folder to others."""
        if read_owner(self.path) == self.owner:
            with suppress(OSError):
                self.path.unlink()

    def _take(self, folder: Path) -> None:
        there = read_owner(self.path)
        if there.has_ended if there else _is_old(self.path):
            self.path.unlink()
        text = json.dumps(asdict(self.owner), indent=1) + "\n"
        if not _create(self.path, text):
            raise InputError(_taken(folder, read_owner(self.path)))


def require_free(folder: Path) -> None:
    """See that nobody is at work in a folder; nothing is written.

    Raises:
        InputError: Somebody is.
    """
    there = read_owner(folder / LOCK)
    if there is not None and not there.has_ended:
        raise InputError(_taken(folder, there))


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Within the block, the folder is this process's alone; see `Lock`."""
    lock = Lock(folder)
    try:
        yield
    finally:
        lock.release()


def read_owner(path: Path) -> Owner | None:
    """Whom a lock file names; None when there is none, or it cannot be understood."""
    try:
        return Owner(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _is_old(path: Path) -> bool:
    """Whether a file is there that nobody can be writing any more."""
    try:
        return time.time() - path.stat().st_mtime > WRITING
    except FileNotFoundError:
        return False


def _taken(folder: Path, owner: Owner | None) -> str:
    elsewhere = "choose another folder with --out"
    if owner is None:
        return f"{folder}: another nanotrode is just beginning here; {elsewhere}"
    who = f"process {owner.pid} on {owner.host}"
    said = f"{folder}: {who} is at work here since {owner.since}; wait for it, or {elsewhere}"
    if owner.is_of_this_machine:
        return said
    unseen = "if that process has ended, which cannot be seen from here"
    return f"{said} ({unseen}, delete {folder / LOCK})"


def _create(path: Path, text: str) -> bool:
    """Make a file with a text in it, in one step; False if there is one already."""
    temporary = part_of(path)
    temporary.write_text(text, encoding="utf-8")
    try:
        os.link(temporary, path)
    except FileExistsError:
        return temporary.stat().st_nlink == 2  # made, though a file server's answer was lost
    except OSError:  # a file system without hard links
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            return False
    finally:
        temporary.unlink(missing_ok=True)
    return True


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Keep two processes of this machine from taking a dead one's place together."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without kernel locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _machine() -> tuple[str, str, str]:
    """Name, mark and boot of this machine; marks are empty where the system has none."""
    namespace = ""
    with suppress(OSError):
        namespace = os.readlink("/proc/self/ns/pid")
    mark = f"{_read('/etc/machine-id')} {namespace}"
    return socket.gethostname(), mark, _read("/proc/sys/kernel/random/boot_id")


def _job() -> tuple[str, str]:
    """Slurm's job around this process, and how often it was begun again; a case gets them told."""
    told = os.environ.get(JOB, "")
    here = f"{os.environ.get('SLURM_JOB_ID', '')} {os.environ.get('SLURM_RESTART_COUNT', '0')}"
    job, _, attempt = (told or here).partition(" ")
    return (job, attempt) if job else ("", "")


def job_environment() -> dict[str, str]:
    """For a process that is not to see Slurm's own variables."""
    job, attempt = _job()
    return {JOB: f"{job} {attempt}"} if job else {}


def _stat(pid: int) -> tuple[str, str]:
    """When a process began, in ticks, and its state; empty where the system does not tell."""
    words = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (words[19], words[0]) if len(words) > 19 else ("", "")


def _read(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
