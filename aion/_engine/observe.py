"""Reports calls to the log, the hook and the spans of a client.

A call that is not observed costs nothing. Reports contain methods, path templates, statuses and
ids; never bodies, keys or queries.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aion._callbacks import calling_back
from aion._engine.spans import Tracing
from aion._http.wire import Fault, Reply
from aion.transport import Attempt
from aion_api import PREFIX

if TYPE_CHECKING:
    from aion._engine.call import Call
    from aion.config import ClientConfig

logger = logging.getLogger("aion")
ENV_LOG = "AIONVISION_LOG"


class Observer:
    """Reports attempts to the log, the hook and the spans of a client.

    Args:
        hook: The `on_attempt` of the settings.
        log: Whether to use the logger.
        tracing: The traces, if tracing is enabled.
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

    def active(self) -> bool:
        """Return whether attempts are observed."""
        return self._hook is not None or (self._log and logger.isEnabledFor(logging.DEBUG))

    def attempted(
        self,
        call: Call,
        number: int,
        outcome: Reply | Fault,
        duration: float,
        delay: float | None,
    ) -> None:
        """Report one attempt. An error that the hook raises reaches the caller."""
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
                f", retry in {delay:.2f} s" if delay is not None else "",
                attempt.request_id,
            )
        if self._hook is not None:
            with calling_back():
                self._hook(attempt)


def observer(config: ClientConfig) -> Observer:
    """Return the observer for the settings of a client."""
    _configure_log()
    tracing: Tracing | None = None
    if config.enable_tracing:
        from aion._engine.tracing import OtelTracing

        tracing = OtelTracing(config)
    return Observer(config.on_attempt, log=config.enable_logging, tracing=tracing)


def _configure_log() -> None:
    """Write the log to stderr if ``AIONVISION_LOG=debug``, without affecting other loggers."""
    level = os.environ.get(ENV_LOG, "").strip().upper()
    if level not in ("DEBUG", "INFO", "WARNING") or logger.handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(level)
