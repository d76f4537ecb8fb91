"""Correlation ids, which need no extra, and OpenTelemetry spans (extra ``tracing``).

Each call is one span, each attempt a child of it, with the attributes of OpenTelemetry's HTTP
semantic conventions. Query strings, bodies and keys are never recorded.
"""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aion._engine.spans import Span
from aion._engine.spans import correlation_id as current_id
from aion._http.wire import Fault, Reply
from aion.exceptions import ConfigurationError, DependencyError
from aion_api import PREFIX, Operation

if TYPE_CHECKING:
    from opentelemetry.trace import Span as OtelSpan
    from opentelemetry.trace import Tracer, TracerProvider

    from aion.config import ClientConfig

_provider: TracerProvider | None = None


def is_tracing_available() -> bool:
    """Return whether OpenTelemetry is installed."""
    return find_spec("opentelemetry") is not None and find_spec("opentelemetry.trace") is not None


def configure_tracing(
    *,
    service_name: str = "aionvision-sdk",
    service_version: str | None = None,
    endpoint: str | None = None,
    tracer_provider: TracerProvider | None = None,
) -> bool:
    """Configure where the spans of clients with ``enable_tracing`` are sent.

    Args:
        service_name: The ``service.name`` of the spans.
        service_version: Their ``service.version``.
        endpoint: An OTLP/HTTP endpoint to send them to; needs the OTLP exporter.
        tracer_provider: A provider to use as it is; the other arguments are ignored then.

    Returns:
        False if OpenTelemetry is not installed; nothing is configured then.

    Raises:
        DependencyError: `endpoint` is passed, but the exporter is not installed.
    """
    if not is_tracing_available():
        return False
    global _provider
    if tracer_provider is None and endpoint is not None:
        tracer_provider = _exporting_provider(service_name, service_version, endpoint)
    _provider = tracer_provider
    return True


def set_correlation_id(correlation_id: str) -> None:
    """Send this ``X-Correlation-ID`` with all calls of the current task or thread from now on.

    Raises:
        ConfigurationError: It is not printable ASCII text.
    """
    if not correlation_id.isascii() or not correlation_id.isprintable():
        raise ConfigurationError(
            f"a correlation id has to be printable ASCII text; got {correlation_id!r}"
        )
    current_id.set(correlation_id or None)


class OtelTracing:
    """Makes the spans of one client.

    Raises:
        DependencyError: OpenTelemetry is not installed.
    """

    def __init__(self, config: ClientConfig) -> None:
        if not is_tracing_available():
            raise _missing()
        self._name = config.tracing_service_name
        self._dropped: deque[tuple[_CallSpan, int]] = deque()

    def start(self, operation: Operation[Any]) -> Span:
        """Begin the span of a call of an operation."""
        from opentelemetry import trace

        self.settle()
        # Looked up for each call: the provider may be configured after the client was made.
        tracer = trace.get_tracer(self._name, tracer_provider=_provider)
        return _CallSpan(tracer, operation, self._dropped)

    def settle(self) -> None:
        """Export the spans that were dropped."""
        while self._dropped:
            with suppress(IndexError):
                span, moment = self._dropped.popleft()
                span.end(None, moment)


def _missing() -> DependencyError:
    return DependencyError("tracing needs OpenTelemetry", install='"aionvision[tracing]"')


def _exporting_provider(name: str, version: str | None, endpoint: str) -> TracerProvider:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider as SdkProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise _missing() from error
    resource = {"service.name": name}
    if version:
        resource["service.version"] = version
    provider = SdkProvider(resource=Resource.create(resource))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return provider


class _CallSpan:
    """The span of a call, and that of its current attempt."""

    def __init__(
        self,
        tracer: Tracer,
        operation: Operation[Any],
        dropped: deque[tuple[_CallSpan, int]],
    ) -> None:
        from opentelemetry import trace

        self._dropped = dropped
        self._trace = trace
        self._tracer = tracer
        self._method = operation.method
        self._template = operation.template.removeprefix(PREFIX)
        self._span = tracer.start_span(
            f"aion {operation.name}",
            attributes={
                "aion.operation": operation.name,
                "http.request.method": self._method,
                "url.template": self._template,
            },
        )
        self._attempt: OtelSpan | None = None
        self._attempts = 0
        self._ended = False

    def attempt(self, url: str) -> dict[str, str]:
        """Begin the span of an attempt; return the headers that propagate the trace."""
        from opentelemetry import propagate

        parts = urlsplit(url)
        attributes: dict[str, Any] = {
            "http.request.method": self._method,
            "url.template": self._template,
            "url.full": f"{parts.scheme}://{parts.netloc}{parts.path}",
            "server.address": parts.hostname or "",
            "server.port": parts.port or (443 if parts.scheme == "https" else 80),
        }
        if self._attempts:
            attributes["http.request.resend_count"] = self._attempts
        self._attempts += 1
        self._attempt = self._tracer.start_span(
            f"{self._method} {self._template}",
            context=self._trace.set_span_in_context(self._span),
            kind=self._trace.SpanKind.CLIENT,
            attributes=attributes,
        )
        headers: dict[str, str] = {}
        propagate.inject(headers, context=self._trace.set_span_in_context(self._attempt))
        return headers

    def attempted(self, outcome: Reply | Fault) -> None:
        """End the span of the attempt."""
        span, self._attempt = self._attempt, None
        if span is None:
            return
        if isinstance(outcome, Reply):
            span.set_attribute("http.response.status_code", outcome.status)
            failed = str(outcome.status) if outcome.status >= 400 else None
        else:
            failed = outcome.kind
        if failed is not None:
            span.set_attribute("error.type", failed)
            span.set_status(self._trace.StatusCode.ERROR)
        span.end()

    def drop(self) -> None:
        """Queue the span of a garbage-collected call for a later export."""
        if not self._ended:
            self._dropped.append((self, time.time_ns()))

    def end(self, error: BaseException | None, at: int | None = None) -> None:
        """End the span of the call; a stream ends with its last byte. Later calls do nothing.

        Args:
            error: The error that ended the call, or None.
            at: The time of the end in nanoseconds since 1970; None for now.
        """
        if self._ended:
            return
        self._ended = True
        if self._attempt is not None:
            # Cancelled during the attempt.
            self._attempt.end(at)
        if error is not None:
            self._span.set_attribute("error.type", type(error).__name__)
            self._span.set_status(self._trace.StatusCode.ERROR)
        self._span.end(at)
