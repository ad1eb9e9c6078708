"""What a study file may say about how its many cases are run."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ..fields import MEMORY, Table, Time


class SlurmTable(Table):
    """What Slurm is asked for, for each case."""

    partition: str | None = Field(None, min_length=1)
    account: str | None = Field(None, min_length=1)
    time: Time | None = Field(None, description="limit that Slurm holds a case to")
    memory: str | None = Field(
        None, pattern=MEMORY, description='of a case, as sbatch\'s --mem: "4G"'
    )
    setup: tuple[str, ...] = Field(
        (), description="shell lines before each case, such as loading modules"
    )


class CasesTable(Table):
    """What sweeps and optimisations share: how their cases are run."""

    jobs: int | None = Field(
        None, ge=1, le=10_000, description="cases at the same time; as many as cores if left out"
    )
    ranks: int = Field(1, ge=1, le=1024, description="MPI processes of each case")
    timeout: Time | None = Field(None, description="after which a case is stopped, as failed")
    executor: Literal["local", "slurm"] = "local"
    slurm: SlurmTable = Field(default_factory=SlurmTable)
