"""Faults on request: what the sandbox shall do wrong, how often, and for which calls.

Each kind of fault is one frozen dataclass; the registry counts how often each may still strike
and is safe to use from any thread. Nothing here knows how a fault is carried out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from fnmatch import fnmatchcase
from typing import Any, ClassVar, Final, TypeVar, get_type_hints

from .contract import Contract


@dataclass(frozen=True, slots=True)
class CallFault:
    """A fault of calls: of one operation, or of every one when `operation` is None."""

    kind: ClassVar[str] = ""
    operation: str | None = None

    def strikes(self, operation: str) -> bool:
        """Whether it concerns a call of this operation id."""
        return self.operation is None or self.operation == operation


@dataclass(frozen=True, slots=True)
class FailCall(CallFault):
    """Answer with an error in the envelope of the route."""

    kind: ClassVar[str] = "fail"
    status: int = 503
    code: str | None = None
    message: str | None = None
    retry_after: str | int | float | None = None


@dataclass(frozen=True, slots=True)
class DelayCall(CallFault):
    """Wait this many real seconds, then go on as usual."""

    kind: ClassVar[str] = "delay"
    seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class DropCall(CallFault):
    """Cut the connection before any answer."""

    kind: ClassVar[str] = "drop"


@dataclass(frozen=True, slots=True)
class HtmlCall(CallFault):
    """Answer with a page of HTML, as a proxy in between would."""

    kind: ClassVar[str] = "html"
    status: int = 502


@dataclass(frozen=True, slots=True)
class FileFault:
    """A fault of background work: of files whose name fits the pattern, or of all."""

    kind: ClassVar[str] = ""
    filename: str | None = None

    def concerns(self, filename: str) -> bool:
        """Whether it concerns a file of this name; `*` and `?` are wildcards."""
        return self.filename is None or fnmatchcase(filename, self.filename)


@dataclass(frozen=True, slots=True)
class FailDescription(FileFault):
    """Let the description end as failed, with this text."""

    kind: ClassVar[str] = "fail_description"
    message: str = "provider timed out"


@dataclass(frozen=True, slots=True)
class HoldDescription(FileFault):
    """Keep the description in this state until the faults are cleared."""

    kind: ClassVar[str] = "hold_description"
    state: str = "processing"


@dataclass(frozen=True, slots=True)
class ZeroQuota:
    """Nothing of the upload allowance is left."""

    kind: ClassVar[str] = "zero_quota"


Fault = CallFault | FileFault | ZeroQuota
FaultT = TypeVar("FaultT", bound=Fault)

KINDS: Final[dict[str, type[Fault]]] = {
    one.kind: one
    for one in (
        FailCall, DelayCall, DropCall, HtmlCall, FailDescription, HoldDescription, ZeroQuota
    )
}  # fmt: skip
"""Every fault that can be asked for, by the name used over HTTP."""


@dataclass(slots=True)
class Armed:
    """A fault that waits for its turn; `times` is None when it strikes always."""

    id: int
    fault: Fault
    times: int | None

    def as_json(self) -> dict[str, Any]:
        """The form that it has over HTTP."""
        return {"id": self.id, "kind": self.fault.kind, "times": self.times, **asdict(self.fault)}


class Faults:
    """The faults of one sandbox."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._lock = threading.Lock()
        self._armed: list[Armed] = []
        self._next_id = 1
        self.on_clear: Callable[[], None] = lambda: None
        """Called after faults were removed, in the thread that removed them."""

    def __bool__(self) -> bool:
        return bool(self._armed)

    # -- asking for faults ---------------------------------------------------------------------

    def fail(
        self,
        operation: str | None = None,
        *,
        status: int = 503,
        code: str | None = None,
        message: str | None = None,
        retry_after: str | float | None = None,
        times: int | None = 1,
    ) -> int:
        """Let the next calls of an operation fail with a status.

        Args:
            operation: Operation id, its short form before `_api_v2`, or None for every call.
            status: HTTP status, 400 to 599.
            code: Error code in the body; one that fits the status when None.
            message: Error text in the body.
            retry_after: Value of the `Retry-After` header: seconds or an HTTP date.
            times: How many calls fail; None means all.

        Returns:
            The id of the fault, for `clear`.

        Raises:
            ValueError: no such operation, or a value out of range.
        """
        return self.add(FailCall(operation, status, code, message, retry_after), times)

    def delay(self, operation: str | None = None, *, seconds: float, times: int | None = 1) -> int:
        """Let the next calls of an operation wait some real seconds before they go on."""
        return self.add(DelayCall(operation, seconds), times)

    def drop(self, operation: str | None = None, *, times: int | None = 1) -> int:
        """Cut the connection of the next calls before any answer."""
        return self.add(DropCall(operation), times)

    def html(
        self, operation: str | None = None, *, status: int = 502, times: int | None = 1
    ) -> int:
        """Answer the next calls with HTML instead of JSON."""
        return self.add(HtmlCall(operation, status), times)

    def fail_description(
        self, message: str, *, filename: str | None = None, times: int | None = 1
    ) -> int:
        """Let the next descriptions fail with a text; `filename` may have wildcards."""
        return self.add(FailDescription(filename, message), times)

    def hold_description(
        self, state: str = "processing", *, filename: str | None = None, times: int | None = None
    ) -> int:
        """Keep descriptions in `pending`, `queued` or `processing` until faults are cleared."""
        return self.add(HoldDescription(filename, state), times)

    def zero_quota(self, *, times: int | None = None) -> int:
        """Let the quota be used up, for checks and for uploads."""
        return self.add(ZeroQuota(), times)

    # -- the registry --------------------------------------------------------------------------

    def add(self, fault: Fault, times: int | None = 1) -> int:
        """Arm any fault; returns its id. Raises ValueError when it makes no sense."""
        if times is not None and times < 1:
            raise ValueError("times must be 1 or more, or None for always")
        if isinstance(fault, CallFault) and fault.operation is not None:
            kept = {one.name: getattr(fault, one.name) for one in fields(fault)}
            kept["operation"] = self._contract.resolve(fault.operation).id
            fault = type(fault)(**kept)
        _check_range(fault)
        with self._lock:
            armed = Armed(self._next_id, fault, times)
            self._next_id += 1
            self._armed.append(armed)
        return armed.id

    def add_json(self, body: Mapping[str, Any]) -> int:
        """Arm the fault that a JSON object describes: `kind`, `times` and the fields of the kind.

        Raises:
            ValueError: unknown kind or field, or a value of the wrong type.
        """
        values = dict(body)
        kind = KINDS.get(str(values.pop("kind", None)))
        if kind is None:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        sticky = kind in {HoldDescription, ZeroQuota}
        times = values.pop("times", None if sticky else 1)
        if times is not None and type(times) is not int:
            raise ValueError("times must be a whole number or null")
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
        return self.add(kind(**values), times)

    def take(self, kind: type[FaultT], fits: Callable[[FaultT], bool]) -> FaultT | None:
        """The oldest armed fault of a kind that fits, used up by one."""
        if not self._armed:
            return None
        with self._lock:
            for armed in self._armed:
                if isinstance(armed.fault, kind) and fits(armed.fault):
                    if armed.times is not None:
                        armed.times -= 1
                        if armed.times == 0:
                            self._armed.remove(armed)
                    return armed.fault
        return None

    def list(self) -> list[dict[str, Any]]:
        """The armed faults, oldest first."""
        with self._lock:
            return [armed.as_json() for armed in self._armed]

    def clear(self, fault_id: int | None = None) -> int:
        """Remove one fault or all, and let held descriptions go on; returns how many went."""
        with self._lock:
            kept = [one for one in self._armed if fault_id is not None and one.id != fault_id]
            removed = len(self._armed) - len(kept)
            self._armed = kept
        self.on_clear()
        return removed


def _accepted(hint: Any) -> tuple[type, ...]:
    options: tuple[type, ...] = getattr(hint, "__args__", (hint,))
    return (*options, int) if float in options else options


def _check_range(fault: Fault) -> None:
    if isinstance(fault, (FailCall, HtmlCall)) and not 200 <= fault.status <= 599:
        raise ValueError("status must lie between 200 and 599")
    if isinstance(fault, FailCall) and fault.status < 400:
        raise ValueError("status of a failure must be 400 or more")
    if isinstance(fault, DelayCall) and not 0 <= fault.seconds <= 3600:
        raise ValueError("seconds must lie between 0 and 3600")
    if isinstance(fault, FailCall) and any(c in str(fault.retry_after) for c in "\r\n"):
        raise ValueError("retry_after must be one line")
    states = {"pending", "queued", "processing"}
    if isinstance(fault, HoldDescription) and fault.state not in states:
        raise ValueError("state must be pending, queued or processing")
