"""What a job handler receives and returns, and the table of handlers.

The queue calls a handler once for each stage of a job; the handler returns the stage that follows,
or None when the job is done. Generic in the state, so that the queue does not depend on it.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from aion.sandbox.faults.job_kinds import job_kind
from aion.sandbox.faults.registry import Faults
from aion.sandbox.store.clock import Clock, stamp

StateT = TypeVar("StateT")


@dataclass(frozen=True, slots=True)
class Next:
    """The stage that follows, after this many seconds; the sandbox's pace when None."""

    stage: str
    delay: float | None = None
    data: Mapping[str, Any] | None = None
    """Replaces the data of the job, unless None."""


@dataclass(slots=True)
class Step(Generic[StateT]):
    """One call of a handler: a job at one of its stages."""

    state: StateT
    kind: str
    id: str
    stage: str
    name: str
    """What faults select the job by: a filename, a URL."""
    data: dict[str, Any]
    due: float
    """Sandbox time at which this stage was due; later stages count from here."""
    _faults: Faults
    _clock: Clock
    _began: float = field(default_factory=time.perf_counter)

    def next(
        self, stage: str, *, delay: float | None = None, data: Mapping[str, Any] | None = None
    ) -> Next:
        """Build what a handler returns to be called again at another stage."""
        return Next(stage, delay, data)

    def failure(self) -> str | None:
        """Return the message with which a fault fails this job, or None; uses the fault up."""
        return self._faults.job_failure(self.kind, self.stage, self.name)

    def stamp(self) -> str:
        """Return the time of this stage as it is stored and sent, the work so far included."""
        # A stepped clock does not measure elapsed time: its dates are the same in every run.
        elapsed = 0.0 if self._clock.stepped else time.perf_counter() - self._began
        return stamp(self.due + elapsed)


Result = Next | None
JobHandler = Callable[[Step[Any]], Result | Awaitable[Result]]
"""What advances a kind of job: a plain function, a coroutine function, or one that is either."""

JOBS: Final[dict[str, JobHandler]] = {}
"""Kind -> handler, filled on import of the modules that define one."""


def job(kind: str) -> Callable[[JobHandler], JobHandler]:
    """Register the handler of a kind of job."""

    def register(handler: JobHandler) -> JobHandler:
        if kind in JOBS:
            raise LookupError(f"jobs of kind {kind!r} already have a handler")
        JOBS[job_kind(kind)] = handler
        return handler

    return register
