"""Implements what both drivers share: settings, wiring, and the limits of a call.

An engine belongs to one client. It works without being opened, under successive event loops, and
after a fork. `close` may be called any number of times.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aion._checks import seconds
from aion._clock import monotonic
from aion._engine import errors, loop
from aion._engine.call import Call
from aion._engine.circuit_breaker import Breakers
from aion._engine.observe import observer
from aion._engine.retry import Policy
from aion._engine.retry_budget import Budget
from aion._engine.spans import correlation_id
from aion._engine.wiring import Wiring, new_request_id, object_operation
from aion._http import targets
from aion._http.content import EMPTY, Content
from aion._http.wire import Reply, Wire
from aion.exceptions import NotOpenError
from aion_api import MultipartBody, RawBody, Request

if TYPE_CHECKING:
    from aion.config import ClientConfig

_LONG_KINDS = frozenset({"bytes", "events"})
LATE = "no complete response within the timeout"


class Engine:
    """The part of an engine that neither sends nor sleeps.

    Args:
        config: The settings.
        base: An engine whose connections and retry budget this one shares, and on the same host
            its breakers. This engine is closed with it.
    """

    def __init__(self, config: ClientConfig, base: Engine | None = None) -> None:
        self.config = config
        self.closed = False
        self._base: Engine | None = (base._base or base) if base else None
        self._wiring = Wiring(config)
        shared = base._rules if base else None
        same_host = base is not None and base._wiring.origin == self._wiring.origin
        watching = observer(config)
        self._tracing = watching.tracing
        self._rules: loop.Rules = loop.Rules(
            Policy(config.max_retries, config.retry_delay, random.random),
            monotonic,
            self._stamped,
            self._leaving,
            shared.budget if shared else Budget(),
            shared.breakers if shared and same_host else _breakers(config),
            watching,
        )

    def absolute(self, url: str) -> str:
        """Make a URL from a response absolute; it may be relative to the origin of the service.

        An unusable URL is returned unchanged: nothing is sent to it here.
        """
        try:
            return targets.joined(self.config.base_url, url)
        except targets.Unusable:
            return url

    def _plan(self, request: Request[Any], timeout: float | None, *, whole: bool = True) -> Call:
        """Turn a request into a call with its limits.

        A call that moves a payload has no deadline; only its silence is limited.

        Raises:
            ValidationError: `timeout` is not a number of seconds.
            MissingOperationError: The contract does not have the operation.
        """
        self._require_open()
        operation = request.operation
        kind = operation.kind
        if kind == "missing":
            raise errors.error_of_missing(operation)
        moves = isinstance(request.body, (MultipartBody, RawBody))
        long = moves or kind in _LONG_KINDS
        limit = self.config.timeout if timeout is None else seconds("timeout", timeout)
        return Call(
            operation,
            request.path,
            self._wiring.wire(request),
            request.repeatable,
            deadline=None if long else monotonic() + limit,
            silence=limit if long else None,
            limit=None if long else limit,
            whole=whole,
            endpoint=operation.name.partition(".")[0],
            advice=self._wiring.advice,
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
        """Return a call of a presigned URL."""
        self._require_open()
        with targets.usable(method):
            absolute = targets.absolute(self.config.base_url, url)
            pairs = targets.headers(headers)
            wire = self._wiring.foreign(targets.verb(method), absolute, pairs, content)
        return Call(
            object_operation(method),
            urlsplit(absolute).path,
            wire,
            repeatable=True,
            deadline=None,
            silence=self.config.timeout,
            whole=whole,
            endpoint=f"objects at {wire.origin[1]}",
            ours=False,
        )

    def _require_open(self) -> None:
        if self.closed or (self._base is not None and self._base.closed):
            raise NotOpenError(
                "this client is closed: make a new one, or close this one after its last call"
            )

    def _steps(self, call: Call) -> Generator[loop.Step, loop.Outcome, Reply]:
        tracing = self._tracing
        if tracing is not None:
            call.span = tracing.start(call.operation)
        return loop.attempts(call, self._rules)

    def _settle(self) -> None:
        """Export the spans of calls that were garbage-collected."""
        if self._tracing is not None:
            self._tracing.settle()

    def _stamped(self, call: Call) -> Wire:
        """Return the request of one attempt, with the ids and trace headers of that attempt."""
        wire = call.wire
        own: list[tuple[bytes, bytes]] = []
        ours = call.ours and wire.origin == self._wiring.origin
        if ours:
            if self.config.send_request_id:
                call.request_id = new_request_id()
                own.append((b"X-Request-ID", call.request_id.encode("ascii")))
            if self.config.send_correlation_id and (flow_id := correlation_id.get()):
                own.append((b"X-Correlation-ID", flow_id.encode("ascii")))
        if call.span is not None:
            trace = call.span.attempt(wire.url)
            if self.config.propagate_trace_context and ours:
                own.extend((k.encode("ascii"), v.encode("ascii")) for k, v in trace.items())
        if not own:
            return wire
        return Wire(wire.method, wire.origin, wire.url, [*wire.headers, *own], wire.content)

    def _leaving(self, method: str, url: str) -> Wire:
        return self._wiring.foreign(method, url, {}, EMPTY)


def _breakers(config: ClientConfig) -> Breakers | None:
    if not config.circuit_breaker_enabled:
        return None
    return Breakers(
        failures=config.circuit_breaker_failure_threshold,
        successes=config.circuit_breaker_success_threshold,
        pause=config.circuit_breaker_timeout,
        now=monotonic,
    )
