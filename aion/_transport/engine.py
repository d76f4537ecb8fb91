"""What the two drivers share: settings, the wiring, and what bounds a call.

An engine belongs to one client. It can be used before it is opened and after an event loop or a
process has gone, and `close` may be called any number of times.
"""

from __future__ import annotations

import random
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin, urlsplit

from aion._transport import flow
from aion._transport.content import Content
from aion._transport.policy import Policy
from aion._transport.wire import (
    Origin,
    Reply,
    Wire,
    Wiring,
    new_request_id,
    object_operation,
)
from aion_api import MultipartBody, Operation, Request

if TYPE_CHECKING:
    from aion.config import ClientConfig

T = TypeVar("T")
_LONG_KINDS = frozenset({"bytes", "events"})
BUSY = "all connections are busy"
LATE = "no complete answer within the timeout"


@dataclass(slots=True)
class Call:
    """One call on its way: what is sent, and what bounds it."""

    operation: Operation[Any]
    path: str
    wire: Wire
    deadline: float | None
    silence: float | None
    whole: bool = True
    """Read the body of a success before giving it back."""


class Engine:
    """The part of an engine that neither sends nor sleeps."""

    def __init__(self, config: ClientConfig) -> None:
        self.config = config
        self.closed = False
        self._wiring = Wiring(config)
        self._policy = Policy(config.max_retries, config.retry_delay, random.random)

    def _plan(self, request: Request[Any], timeout: float | None, *, whole: bool = True) -> Call:
        """A described call, bounded.

        Calls that move a payload may take as long as they take, but not fall silent.
        """
        self._require_open()
        operation = request.operation
        long = isinstance(request.body, MultipartBody) or operation.kind in _LONG_KINDS
        seconds = self.config.timeout if timeout is None else timeout
        return Call(
            operation,
            request.path,
            self._wiring.wire(request),
            deadline=None if long else time.monotonic() + seconds,
            silence=seconds if long else None,
            whole=whole,
        )

    def _plan_object(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        content: Content,
        *,
        whole: bool,
    ) -> Call:
        """A call of a presigned URL, which may be relative to the origin of the service."""
        self._require_open()
        absolute = urljoin(self.config.base_url, url)
        wire = self._wiring.foreign(method, absolute, headers or {}, content)
        path = urlsplit(absolute).path
        silence = self.config.timeout
        return Call(object_operation(method), path, wire, None, silence, whole)

    def _require_open(self) -> None:
        if self.closed:
            raise RuntimeError("this client is closed: make a new one, or close it later")

    def _steps(self, call: Call) -> Generator[flow.Step, flow.Outcome, Reply]:
        return flow.attempts(
            call.operation, call.path, self._policy, deadline=call.deadline, now=time.monotonic
        )

    def _stamped(self, wire: Wire) -> Wire:
        """The request of one attempt: the same, with an id of its own."""
        if not self.config.send_request_id or wire.origin != self._wiring.origin:
            return wire
        stamp = (b"X-Request-ID", new_request_id().encode("ascii"))
        return Wire(wire.method, wire.origin, wire.url, [*wire.headers, stamp], wire.content)


def abandon(pools: dict[Origin, Any]) -> None:
    """Close the idle connections of all origins."""
    for pool in list(pools.values()):
        pool.abandon()
