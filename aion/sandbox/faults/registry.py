"""The registry of armed faults: which fault, for which calls, and how often.

It counts how often each fault may still occur, and is safe to use from any thread. The code that
serves a request takes faults from here and carries them out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields, replace
from enum import Enum
from typing import Any, TypeVar, get_type_hints

from aion.sandbox.contract.contract import Contract
from aion.sandbox.contract.suggestion import suggestion
from aion.sandbox.faults.job_kinds import check_job_kind
from aion.sandbox.faults.kinds import (
    KINDS,
    OBJECT_OPERATIONS,
    STICKY,
    CallFault,
    CutCall,
    CutStream,
    DelayCall,
    DelayEvents,
    DripCall,
    DropCall,
    ExpireUrls,
    FailCall,
    FailDescription,
    FailJob,
    Fault,
    HoldDescription,
    HoldJob,
    HtmlCall,
    JobFault,
    ZeroQuota,
    check_range,
)

FaultT = TypeVar("FaultT", bound=Fault)


class Default(Enum):
    """The default of `times`."""

    TIMES = "once; or without end, for one that strikes every so many calls"


Times = int | None | Default
"""A number of strikes, None for no end, or the default."""


@dataclass(slots=True)
class ArmedFault:
    """An armed fault; `times` is the number of calls that are left, or None without a limit."""

    id: int
    fault: Fault
    times: int | None
    every: int | None = None
    """Only each n-th matching call is affected."""
    seen: int = 0

    def strikes(self) -> bool:
        """Count a matching call; return whether this one is affected."""
        self.seen += 1
        return self.every is None or self.seen % self.every == 0

    def as_json(self) -> dict[str, Any]:
        """Return its wire form."""
        shown = {"id": self.id, "kind": self.fault.kind, "times": self.times, "every": self.every}
        return {**shown, **asdict(self.fault)}


class Faults:
    """The faults of one sandbox."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._lock = threading.Lock()
        self._armed: list[ArmedFault] = []
        self._next_id = 1
        self.on_clear: Callable[[], None] = lambda: None
        """Called after faults were removed, in the thread that removed them."""

    def __bool__(self) -> bool:
        return bool(self._armed)

    # -- arming faults -------------------------------------------------------------------------

    def fail(
        self,
        operation: str | None = None,
        *,
        status: int = 503,
        code: str | None = None,
        message: str | None = None,
        retry_after: str | float | None = None,
        times: Times = Default.TIMES,
        every: int | None = None,
    ) -> int:
        """Let the next calls of an operation fail with a status.

        Args:
            operation: Operation id, its short form before `_api_v2`, `objects.get`,
                `objects.put` or `objects.post` for signed URLs, or None for every API call.
            status: HTTP status, 400 to 599.
            code: Error code in the body; one that fits the status when None.
            message: Error text in the body.
            retry_after: Value of the `Retry-After` header: seconds or an HTTP date.
            times: How many calls fail; None means all. Once by default; with `every`, all.
            every: Only each n-th call fails: the third, the sixth ... for 3.

        Returns:
            The id of the fault, for `clear`.

        Raises:
            ValueError: unknown operation (the message names the nearest), or a value out of range.
        """
        return self.add(FailCall(operation, status, code, message, retry_after), times, every)

    def delay(
        self,
        operation: str | None = None,
        *,
        seconds: float,
        times: Times = Default.TIMES,
        every: int | None = None,
    ) -> int:
        """Delay the next calls of an operation by some real seconds."""
        return self.add(DelayCall(operation, seconds), times, every)

    def drop(
        self,
        operation: str | None = None,
        *,
        times: Times = Default.TIMES,
        every: int | None = None,
    ) -> int:
        """Cut the connection of the next calls before any response."""
        return self.add(DropCall(operation), times, every)

    def html(
        self,
        operation: str | None = None,
        *,
        status: int = 502,
        times: Times = Default.TIMES,
        every: int | None = None,
    ) -> int:
        """Respond to the next calls with HTML instead of JSON."""
        return self.add(HtmlCall(operation, status), times, every)

    def drip(
        self,
        operation: str | None = None,
        *,
        seconds: float = 0.1,
        piece: int = 16,
        times: Times = Default.TIMES,
        every: int | None = None,
    ) -> int:
        """Send the next responses in pieces of some bytes, with real seconds between them."""
        return self.add(DripCall(operation, seconds, piece), times, every)

    def cut(
        self,
        operation: str | None = None,
        *,
        where: str = "body",
        times: Times = Default.TIMES,
        every: int | None = None,
    ) -> int:
        """Do the work, then cut the connection: in the `body` of the response, or `after` it."""
        return self.add(CutCall(operation, where), times, every)

    def cut_stream(
        self,
        operation: str | None = None,
        *,
        after: int,
        how: str = "drop",
        times: Times = Default.TIMES,
        every: int | None = None,
    ) -> int:
        """End the next event streams after some events.

        `how` is `drop` (the connection is cut between two events), `middle` (it is cut in the
        next event) or `end` (the response ends as if nothing were missing).
        """
        return self.add(CutStream(operation, after, how), times, every)

    def delay_events(
        self,
        operation: str | None = None,
        *,
        seconds: float,
        after: int = 0,
        times: Times = Default.TIMES,
        every: int | None = None,
    ) -> int:
        """Wait real seconds before each event of the next streams, once some have been sent."""
        return self.add(DelayEvents(operation, seconds, after), times, every)

    def fail_description(
        self, message: str, *, filename: str | None = None, times: Times = Default.TIMES
    ) -> int:
        """Fail the next descriptions with a message; `filename` may have wildcards."""
        return self.add(FailDescription(filename, message), times)

    def hold_description(
        self, state: str = "processing", *, filename: str | None = None, times: int | None = None
    ) -> int:
        """Keep descriptions in `pending`, `queued` or `processing` until faults are cleared."""
        return self.add(HoldDescription(filename, state), times)

    def fail_job(
        self,
        job: str,
        message: str = "failed on request",
        *,
        name: str | None = None,
        stage: str | None = None,
        times: Times = Default.TIMES,
    ) -> int:
        """Fail the next background jobs of a kind with a message.

        Args:
            job: Kind of job: `describe`, `variants`, `extract` ...
            message: Why it failed, as the API reports it.
            name: Only jobs of this name: a filename, a URL; may have wildcards.
            stage: Only at this stage.
            times: How many jobs fail; None means all.
        """
        return self.add(FailJob(job, name, message, stage), times)

    def hold(
        self,
        job: str,
        stage: str = "processing",
        *,
        name: str | None = None,
        times: int | None = None,
    ) -> int:
        """Keep background jobs of a kind at a stage until faults are cleared."""
        return self.add(HoldJob(job, name, stage), times)

    def expire_urls(self, *, times: int | None = None) -> int:
        """Refuse signed URLs as expired."""
        return self.add(ExpireUrls(), times)

    def zero_quota(self, *, times: int | None = None) -> int:
        """Report the quota as used up, for checks and for uploads."""
        return self.add(ZeroQuota(), times)

    # -- the registry --------------------------------------------------------------------------

    def add(self, fault: Fault, times: Times = Default.TIMES, every: int | None = None) -> int:
        """Arm any fault; returns its id.

        Raises:
            ValueError: unknown operation or job (the message names the nearest), or a value out
                of range.
        """
        if isinstance(times, Default):
            times = None if every is not None or type(fault) in STICKY else 1
        if times is not None and times < 1:
            raise ValueError("times must be 1 or more, or None for always")
        if every is not None and every < 1:
            raise ValueError("every must be 1 or more")
        if isinstance(fault, CallFault) and fault.operation is not None:
            fault = replace(fault, operation=self._operation_id(fault.operation))
        if isinstance(fault, JobFault):
            check_job_kind(fault.job)
        check_range(fault)
        with self._lock:
            armed = ArmedFault(self._next_id, fault, times, every)
            self._next_id += 1
            self._armed.append(armed)
        return armed.id

    def _operation_id(self, name: str) -> str:
        if name in OBJECT_OPERATIONS:
            return name
        if name.startswith("objects."):
            raise ValueError(f"no object operation {name!r}{suggestion(name, OBJECT_OPERATIONS)}")
        return self._contract.resolve(name).id

    def add_json(self, body: Mapping[str, Any]) -> int:
        """Arm the fault of a JSON object: `kind`, `times`, `every` and the fields of the kind.

        Raises:
            ValueError: unknown kind or field, or a value of the wrong type.
        """
        values = dict(body)
        kind = KINDS.get(str(values.pop("kind", None)))
        if kind is None:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        times = values.pop("times", Default.TIMES)
        every = values.pop("every", None)
        for name, count in (("times", times), ("every", every)):
            if not (count is None or count is Default.TIMES or type(count) is int):
                raise ValueError(f"{name} must be a whole number or null")
        hints = get_type_hints(kind)
        known = {one.name: one for one in fields(kind)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"{kind.kind} has no field {name!r}; it has {', '.join(known)}")
            fits = isinstance(value, _accepted(hints[name])) and not isinstance(value, bool)
            if not fits:
                raise ValueError(f"{name} has the wrong type")
        missing = [
            name for name, one in known.items() if one.default is MISSING and name not in values
        ]
        if missing:
            raise ValueError(f"{kind.kind} needs {', '.join(missing)}")
        return self.add(kind(**values), times, every)

    def take(self, kind: type[FaultT], fits: Callable[[FaultT], bool]) -> FaultT | None:
        """Return the oldest armed fault of a kind that fits, and use it up by one."""
        if not self._armed:
            return None
        with self._lock:
            for armed in self._armed:
                if isinstance(armed.fault, kind) and fits(armed.fault) and armed.strikes():
                    if armed.times is not None:
                        armed.times -= 1
                        if armed.times == 0:
                            self._armed.remove(armed)
                    return armed.fault
        return None

    def job_held(self, job: str, stage: str, name: str) -> bool:
        """Return whether a fault holds a job at its stage; uses the fault up."""
        if not self._armed:
            return False
        if job == "describe":
            held = self.take(
                HoldDescription, lambda fault: fault.state == stage and fault.concerns(name)
            )
            if held is not None:
                return True
        return (
            self.take(HoldJob, lambda fault: fault.stage == stage and fault.concerns(job, name))
            is not None
        )

    def job_failure(self, job: str, stage: str, name: str) -> str | None:
        """Return the message with which a fault fails a job, or None; uses the fault up."""
        if not self._armed:
            return None
        if job == "describe":
            failed = self.take(FailDescription, lambda fault: fault.concerns(name))
            if failed is not None:
                return failed.message
        failure = self.take(
            FailJob,
            lambda fault: fault.stage in {None, stage} and fault.concerns(job, name),
        )
        return failure.message if failure is not None else None

    def list(self) -> list[dict[str, Any]]:
        """Return the armed faults, oldest first."""
        with self._lock:
            return [armed.as_json() for armed in self._armed]

    def clear(self, fault_id: int | None = None) -> int:
        """Remove one fault or all, and release held jobs; returns the number of removed faults."""
        with self._lock:
            kept = [one for one in self._armed if fault_id is not None and one.id != fault_id]
            removed = len(self._armed) - len(kept)
            self._armed = kept
        self.on_clear()
        return removed


def _accepted(hint: Any) -> tuple[type, ...]:
    options: tuple[type, ...] = getattr(hint, "__args__", (hint,))
    return (*options, int) if float in options else options
