"""What can be seen of calls from outside: the log, the hook, the spans.

An `Observer` is asked for only when at least one of them is on, so that a call that nobody
watches costs nothing. It is told of methods, path templates, statuses and ids; never of bodies,
keys or queries.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from aion._callbacks import marking
from aion._http.wire import (
    Fault,
    Reply,
)
from aion_api import PREFIX

if TYPE_CHECKING:
    from aion._engine.call import Call
    from aion.config import ClientConfig

logger = logging.getLogger("aion")
correlation_id: ContextVar[str | None] = ContextVar("aion_correlation_id", default=None)
ENV_LOG = "AIONVISION_LOG"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a call, as the `on_attempt` hook sees it.

    Attributes:
        operation: The operation, such as ``user_files.get_user_file``.
        method: HTTP method.
        path: Path template, such as ``/user-files/{image_id}``.
        number: Counted from 1.
        duration: Seconds that it took.
        status: HTTP status of the answer, or None where there was none.
        fault: What happened instead of an answer, or None.
        request_id: The ``X-Request-ID`` that was sent, or None.
        delay: Seconds until the next attempt, or None when there is none.
    """

    operation: str
    method: str
    path: str
    number: int
    duration: float
    status: int | None
    fault: str | None
    request_id: str | None
    delay: float | None


class Span(Protocol):
    """The trace of one call."""

    def attempt(self, url: str) -> dict[str, str]:
        """An attempt begins: the headers that carry the trace on."""
        ...

    def attempted(self, outcome: Reply | Fault) -> None:
        """The attempt is over."""
        ...

    def end(self, error: BaseException | None) -> None:
        """The call is over, for a stream: when its last byte is read. May be called again."""
        ...

    def drop(self) -> None:
        """The call was forgotten, and the collector found it.

        The span ends now, and is exported later: an exporter must not run inside the collector,
        which may have come in while that very exporter held its lock.
        """
        ...


class Tracing(Protocol):
    """The traces of a client."""

    def start(self, call: Call) -> Span:
        """Begin the span of a call."""
        ...

    def settle(self) -> None:
        """Export the spans that were dropped."""
        ...


class Observer:
    """Tells the log, the hook and the spans of a client what happens.

    Args:
        hook: The `on_attempt` of the settings.
        log: Whether the logger may be used.
        tracing: The traces, where tracing is on.
    """

    def __init__(
        self,
        hook: Callable[[Attempt], Any] | None,
        *,
        log: bool,
        tracing: Tracing | None,
    ) -> None:
        self._hook = hook
        self._log = log
        self.tracing = tracing

    def wanted(self) -> bool:
        """Whether anybody watches attempts."""
        return self._hook is not None or (self._log and logger.isEnabledFor(logging.DEBUG))

    def attempted(
        self,
        call: Call,
        number: int,
        outcome: Reply | Fault,
        duration: float,
        delay: float | None,
    ) -> None:
        """Report one attempt. What the hook raises goes to the caller."""
        template = call.operation.template.removeprefix(PREFIX)
        status = outcome.status if isinstance(outcome, Reply) else None
        fault = outcome.text if isinstance(outcome, Fault) else None
        attempt = Attempt(
            call.operation.name,
            call.operation.method,
            template,
            number,
            duration,
            status,
            fault,
            call.request_id,
            delay,
        )
        if self._log and logger.isEnabledFor(logging.DEBUG):
            logger.debug(
                "%s %s attempt %d: %s in %.0f ms%s, request id %s",
                attempt.method,
                attempt.path,
                number,
                status if status is not None else fault,
                duration * 1000,
                f", again in {delay:.2f} s" if delay is not None else "",
                attempt.request_id,
            )
        if self._hook is not None:
            with marking():
                self._hook(attempt)


def observer(config: ClientConfig) -> Observer:
    """The observer of a client's settings."""
    _configure_log()
    tracing: Tracing | None = None
    if config.enable_tracing:
        from aion._engine.tracing import OtelTracing

        tracing = OtelTracing(config)
    return Observer(config.on_attempt, log=config.enable_logging, tracing=tracing)


def _configure_log() -> None:
    """Let ``AIONVISION_LOG=debug`` show the log on stderr, without touching other loggers."""
    level = os.environ.get(ENV_LOG, "").strip().upper()
    if level not in ("DEBUG", "INFO", "WARNING") or logger.handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(level)
