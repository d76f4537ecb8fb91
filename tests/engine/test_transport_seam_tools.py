"""Mocks and instrumentation of the HTTP library see the calls of both clients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import respx
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pytest_httpx import HTTPXMock

from aion.exceptions import AionvisionTimeoutError, ResourceNotFoundError
from aion.testing import Sandbox
from tests.behaviour.calls import Calls

KEY = "aion_fake_key_for_tests_0000000000"
BASE = "https://api.aionvision.tech/api/v2"
FILE = "5b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a10"
DETAILS = {
    "id": FILE, "object_key": "k", "size_bytes": 1, "content_type": "image/png", "hash": "h",
}  # fmt: skip
URL = f"{BASE}/user-files/{FILE}"
EVENTS = b'event: token\ndata: {"content": "Hello"}\n\nevent: complete\ndata: {}\n\n'


@pytest.fixture(params=["async", "sync"])
def calls(request: pytest.FixtureRequest) -> Iterator[Calls]:
    """Calls through the asynchronous and through the blocking client."""
    made = Calls(request.param)
    yield made
    made.close()


# respx


@respx.mock
def test_respx_answers_a_call(calls: Calls) -> None:
    route = respx.get(URL).mock(return_value=httpx.Response(200, json=DETAILS))
    assert calls(calls.client_of(BASE, KEY).files.get(FILE)).id == FILE
    assert route.calls.last.request.headers["authorization"] == f"Bearer {KEY}"


@respx.mock
def test_respx_sees_every_attempt(calls: Calls) -> None:
    answers = [httpx.Response(503), httpx.Response(200, json=DETAILS)]
    route = respx.get(URL).mock(side_effect=answers)
    calls(calls.client_of(BASE, KEY).files.get(FILE))
    assert route.call_count == 2


@respx.mock
def test_respx_sees_the_body_of_a_call(calls: Calls) -> None:
    route = respx.post(f"{BASE}/folders", json={"name": "Harbor"})
    route.mock(return_value=httpx.Response(404))
    with pytest.raises(ResourceNotFoundError):
        calls(calls.client_of(BASE, KEY).folders.create("Harbor"))
    assert route.called


# pytest-httpx


def test_pytest_httpx_answers_a_call(calls: Calls, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(url=URL, json=DETAILS, match_headers={"Authorization": f"Bearer {KEY}"})
    assert calls(calls.client_of(BASE, KEY).files.get(FILE)).id == FILE


def test_pytest_httpx_answers_a_stream(calls: Calls, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(
        url=f"{BASE}/chat/sessions/{FILE}/messages/stream",
        content=EVENTS,
        headers={"content-type": "text/event-stream"},
    )
    tokens = calls.items(calls.client_of(BASE, KEY).chats.send_stream("Hi", session_id=FILE))
    assert tokens[0].content == "Hello"


def test_pytest_httpx_makes_a_call_fail(calls: Calls, httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_exception(httpx.ReadTimeout("too slow"), url=URL)
    with pytest.raises(AionvisionTimeoutError):
        calls(calls.client_of(BASE, KEY, max_retries=0).files.get(FILE))


# OpenTelemetry's own instrumentation of the library, beside the spans of this package


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """The spans that the instrumentation writes."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    instrumentor: Any = HTTPXClientInstrumentor()
    instrumentor.instrument(tracer_provider=provider)
    yield exporter
    instrumentor.uninstrument()
    provider.shutdown()


def test_opentelemetry_writes_a_span_for_a_call(calls: Calls, spans: InMemorySpanExporter) -> None:
    with Sandbox() as sandbox:
        calls(calls.client(sandbox).files.list())
    (span,) = spans.get_finished_spans()
    assert dict(span.attributes or {})["http.status_code"] == 200


def test_opentelemetry_carries_the_trace_to_the_service(
    calls: Calls, spans: InMemorySpanExporter
) -> None:
    with Sandbox() as sandbox:
        calls(calls.client(sandbox).files.list())
        headers = sandbox.requests[-1].headers
    (span,) = spans.get_finished_spans()
    context = span.get_span_context()
    assert context is not None
    assert headers["traceparent"].split("-")[1] == f"{context.trace_id:032x}"
