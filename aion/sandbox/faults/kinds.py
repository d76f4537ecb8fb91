"""The kinds of faults: each is one frozen dataclass with the values that it needs."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import ClassVar, Final

OBJECT_OPERATIONS: Final = frozenset({"objects.get", "objects.put", "objects.post"})
"""Names of the requests to signed URLs, which have no operation in the contract."""


@dataclass(frozen=True, slots=True)
class CallFault:
    """A fault of calls: of one operation, or of every one when `operation` is None."""

    kind: ClassVar[str] = ""
    operation: str | None = None

    def strikes(self, operation: str) -> bool:
        """Return whether it concerns a call of this operation id."""
        if self.operation is None:
            # "Every call" means the API; its object store is another host.
            return operation not in OBJECT_OPERATIONS
        return self.operation == operation


@dataclass(frozen=True, slots=True)
class FailCall(CallFault):
    """Respond with an error in the envelope of the route."""

    kind: ClassVar[str] = "fail"
    status: int = 503
    code: str | None = None
    message: str | None = None
    retry_after: str | int | float | None = None


@dataclass(frozen=True, slots=True)
class DelayCall(CallFault):
    """Wait this many real seconds before the call."""

    kind: ClassVar[str] = "delay"
    seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class DropCall(CallFault):
    """Cut the connection before any response."""

    kind: ClassVar[str] = "drop"


@dataclass(frozen=True, slots=True)
class HtmlCall(CallFault):
    """Respond with an HTML page, as a proxy would."""

    kind: ClassVar[str] = "html"
    status: int = 502


@dataclass(frozen=True, slots=True)
class DripCall(CallFault):
    """Send the response in small pieces with a pause after each."""

    kind: ClassVar[str] = "drip"
    seconds: float = 0.1
    piece: int = 16


@dataclass(frozen=True, slots=True)
class CutCall(CallFault):
    """Cut the connection in the middle of the response body, or right after its end."""

    kind: ClassVar[str] = "cut"
    where: str = "body"


@dataclass(frozen=True, slots=True)
class CutStream(CallFault):
    """End an event stream early: after some events, in the next one, or without an error."""

    kind: ClassVar[str] = "cut_stream"
    after: int = 0
    how: str = "drop"


@dataclass(frozen=True, slots=True)
class DelayEvents(CallFault):
    """Wait this many real seconds before each event of a stream, from one of them on."""

    kind: ClassVar[str] = "delay_events"
    seconds: float = 0.1
    after: int = 0


@dataclass(frozen=True, slots=True)
class FileFault:
    """A fault of background work: of files whose name fits the pattern, or of all."""

    kind: ClassVar[str] = ""
    filename: str | None = None

    def concerns(self, filename: str) -> bool:
        """Return whether it concerns a file of this name; `*` and `?` are wildcards."""
        return self.filename is None or fnmatchcase(filename, self.filename)


@dataclass(frozen=True, slots=True)
class FailDescription(FileFault):
    """Fail the description with this message."""

    kind: ClassVar[str] = "fail_description"
    message: str = "provider timed out"


@dataclass(frozen=True, slots=True)
class HoldDescription(FileFault):
    """Keep the description in this state until the faults are cleared."""

    kind: ClassVar[str] = "hold_description"
    state: str = "processing"


@dataclass(frozen=True, slots=True)
class JobFault:
    """A fault of background jobs of a kind: of those whose name fits the pattern, or of all."""

    kind: ClassVar[str] = ""
    job: str
    name: str | None = None

    def concerns(self, job: str, name: str) -> bool:
        """Return whether it concerns a job; `*` and `?` of the pattern are wildcards."""
        return self.job == job and (self.name is None or fnmatchcase(name, self.name))


@dataclass(frozen=True, slots=True)
class FailJob(JobFault):
    """Fail a job with this message."""

    kind: ClassVar[str] = "fail_job"
    message: str = "failed on request"
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class HoldJob(JobFault):
    """Keep a job at a stage until the faults are cleared."""

    kind: ClassVar[str] = "hold_job"
    stage: str = "processing"


@dataclass(frozen=True, slots=True)
class ExpireUrls:
    """Treat every signed URL as expired."""

    kind: ClassVar[str] = "expire_urls"


@dataclass(frozen=True, slots=True)
class ZeroQuota:
    """Report the upload allowance as used up."""

    kind: ClassVar[str] = "zero_quota"


Fault = CallFault | FileFault | JobFault | ExpireUrls | ZeroQuota
"""Any fault."""

KINDS: Final[dict[str, type[Fault]]] = {
    one.kind: one
    for one in (
        FailCall, DelayCall, DropCall, HtmlCall, DripCall, CutCall, CutStream, DelayEvents,
        FailDescription, HoldDescription, FailJob, HoldJob, ExpireUrls, ZeroQuota,
    )
}  # fmt: skip
"""Every kind of fault, by its name on the wire."""


STICKY: Final = frozenset({HoldDescription, HoldJob, ExpireUrls, ZeroQuota})
"""Kinds that last until they are cleared, unless `times` says otherwise."""


def check_range(fault: Fault) -> None:
    """Refuse values out of range; raises ValueError."""
    if isinstance(fault, (FailCall, HtmlCall)) and not 200 <= fault.status <= 599:
        raise ValueError("status must be between 200 and 599")
    if isinstance(fault, FailCall) and fault.status < 400:
        raise ValueError("status of a failure must be 400 or more")
    if isinstance(fault, (DelayCall, DripCall, DelayEvents)) and not 0 <= fault.seconds <= 3600:
        raise ValueError("seconds must be between 0 and 3600")
    if isinstance(fault, DripCall) and fault.piece < 1:
        raise ValueError("piece must be 1 byte or more")
    if isinstance(fault, FailCall) and any(c in str(fault.retry_after) for c in "\r\n"):
        raise ValueError("retry_after must be one line")
    if isinstance(fault, CutCall) and fault.where not in {"body", "after"}:
        raise ValueError("where must be body or after; to cut before the answer use drop")
    if isinstance(fault, CutStream) and fault.how not in {"drop", "middle", "end"}:
        raise ValueError("how must be drop, middle or end")
    if isinstance(fault, (CutStream, DelayEvents)) and fault.after < 0:
        raise ValueError("after must be 0 or more")
    states = {"pending", "queued", "processing"}
    if isinstance(fault, HoldDescription) and fault.state not in states:
        raise ValueError("state must be pending, queued or processing")
