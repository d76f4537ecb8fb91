"""What can be seen of calls from outside: ids, the log, the hook, spans."""

from __future__ import annotations

import asyncio
import gc
import logging
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextvars import copy_context
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from aion._engine.async_engine import AsyncEngine
from aion._engine.sync_engine import SyncEngine
from aion._engine.tracing import configure_tracing, is_tracing_available, set_correlation_id
from aion.config import ClientConfig
from aion.exceptions import AionvisionError
from aion.transport import Attempt
from aion_api.api import chat, user_files
from aion_api.models.chat import SendMessageRequest
from tests.faults import scripts
from tests.faults.server import Connection, FaultServer, Script

KEY = "aion_fake_key_canary_0123456789"
FILE = "5b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a10"


def config(server: FaultServer, **settings: Any) -> ClientConfig:
    return ClientConfig(KEY, base_url=f"{server.url}/api/v2", retry_delay=0.0, **settings)


def engine(server: FaultServer, **settings: Any) -> SyncEngine:
    return SyncEngine(config(server, **settings))


def fails_once(connection: Connection) -> None:
    """Respond with 503 to the first request of the server, and with success afterwards."""
    while True:
        target = connection.read_request().target
        if len(connection.server.seen) == 1:
            connection.answer(b"{}", status="503 Later", extra="Retry-After: 0\r\n")
        else:
            body, kind = scripts.good_body(target)
            connection.answer(body, kind=kind)


@pytest.fixture(params=[scripts.good, fails_once])
def server(request: pytest.FixtureRequest) -> Iterator[FaultServer]:
    script: Script = request.param
    with FaultServer(script) as running:
        yield running


def test_every_attempt_has_a_request_id_of_its_own() -> None:
    with FaultServer(fails_once) as server:
        engine(server).call(user_files.get_user_file(FILE))

        ids = [seen.headers["x-request-id"] for seen in server.seen]
        assert len(ids) == len(set(ids)) == 2
        assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in ids)


def test_request_ids_can_be_switched_off() -> None:
    with FaultServer(scripts.good) as server:
        engine(server, send_request_id=False).call(user_files.get_user_file(FILE))

        assert "x-request-id" not in server.seen[0].headers


def test_a_correlation_id_is_sent_with_all_calls_of_its_context() -> None:
    with FaultServer(scripts.good) as server:
        client = engine(server)

        def flow() -> None:
            set_correlation_id("order-4711")
            client.call(user_files.get_user_file(FILE))
            client.call(user_files.get_user_file(FILE))

        copy_context().run(flow)
        client.call(user_files.get_user_file(FILE))

        sent = [seen.headers.get("x-correlation-id") for seen in server.seen]
        assert sent == ["order-4711", "order-4711", None]


def test_a_correlation_id_that_would_break_the_header_is_refused() -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        set_correlation_id("a\r\nX-Evil: 1")


def test_the_hook_sees_each_attempt() -> None:
    found: list[Attempt] = []
    with FaultServer(fails_once) as server:
        engine(server, on_attempt=found.append).call(user_files.get_user_file(FILE))

        assert [(a.number, a.status, a.delay) for a in found] == [(1, 503, 0), (2, 200, None)]
        assert [a.request_id for a in found] == [s.headers["x-request-id"] for s in server.seen]
        assert {(a.method, a.path) for a in found} == {("GET", "/user-files/{image_id}")}


def test_the_hook_sees_what_happened_instead_of_a_response() -> None:
    found: list[Attempt] = []
    with FaultServer(scripts.reset_unanswered) as server, pytest.raises(AionvisionError):
        engine(server, on_attempt=found.append, max_retries=0).call(user_files.get_user_file(FILE))

    assert [a.status for a in found] == [None]
    assert "broke" in (found[0].fault or "")


def test_what_the_hook_raises_goes_to_the_caller() -> None:
    def hook(_: Attempt) -> None:
        raise LookupError("mine")

    with FaultServer(scripts.good) as server, pytest.raises(LookupError, match="mine"):
        engine(server, on_attempt=hook).call(user_files.get_user_file(FILE))


@pytest.mark.parametrize("client", ["async", "sync"])
def test_P11_a_stream_whose_hook_raises_leaves_no_busy_connection(client: str) -> None:
    raised = iter([LookupError("mine")])

    def hook(_: Attempt) -> None:
        for error in raised:
            raise error

    request = user_files.get_user_file(FILE)
    settings: dict[str, Any] = {"on_attempt": hook, "max_connections": 1, "timeout": 1}
    with FaultServer(scripts.good) as server:
        if client == "sync":
            blocking = engine(server, **settings)
            with pytest.raises(LookupError):
                blocking.open(request)
            assert blocking.call(request).id == FILE
            return

        async def main() -> str:
            one = AsyncEngine(config(server, **settings))
            with pytest.raises(LookupError):
                await one.open(request)
            return (await one.call(request)).id

        assert asyncio.run(main()) == FILE


def test_the_log_has_one_debug_line_an_attempt(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="aion")
    with FaultServer(fails_once) as server:
        engine(server).call(user_files.get_user_file(FILE))

    lines = [record.getMessage() for record in caplog.records if record.name == "aion"]
    assert len(lines) == 2
    assert "GET /user-files/{image_id} attempt 1: 503" in lines[0]


def test_a_thousand_good_calls_at_info_add_no_record(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with FaultServer(scripts.good) as server:
        client = engine(server)
        for _ in range(1000):
            client.call(user_files.get_user_file(FILE))

    assert caplog.records == []


def test_the_environment_switches_the_log_on() -> None:
    program = """
import sys
sys.path.insert(0, {root!r})
from tests.faults import scripts
from tests.faults.server import FaultServer
from tests.engine.test_observability import engine, FILE
from aion_api.api import user_files
with FaultServer(scripts.good) as server:
    engine(server).call(user_files.get_user_file(FILE))
"""
    done = subprocess.run(
        [sys.executable, "-c", program.format(root=sys.path[0])],
        env={"AIONVISION_LOG": "debug", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert "aion DEBUG GET /user-files/{image_id} attempt 1: 200" in done.stderr
    assert KEY not in done.stderr


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    assert configure_tracing(tracer_provider=provider)
    yield exporter
    configure_tracing()


def attributes(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})


def test_a_call_is_one_span_with_a_child_for_each_attempt(spans: InMemorySpanExporter) -> None:
    with FaultServer(fails_once) as server:
        engine(server, enable_tracing=True).call(user_files.get_user_file(FILE))

        first, second, call = spans.get_finished_spans()
        assert call.name == "aion user_files.get_user_file"
        assert call.context is not None
        parents = {span.parent.span_id for span in (first, second) if span.parent}
        assert parents == {call.context.span_id}
        assert attributes(first)["http.response.status_code"] == 503
        assert attributes(first)["error.type"] == "503"
        assert attributes(second)["http.request.resend_count"] == 1
        assert attributes(second)["server.port"] == server.port


def test_the_trace_continues_in_the_headers(spans: InMemorySpanExporter) -> None:
    with FaultServer(scripts.good) as server:
        engine(server, enable_tracing=True).call(user_files.get_user_file(FILE))

        attempt, _ = spans.get_finished_spans()
        assert attempt.context is not None
        assert f"{attempt.context.trace_id:032x}" in server.seen[0].headers["traceparent"]


def test_the_trace_stays_here_when_told_so(spans: InMemorySpanExporter) -> None:
    with FaultServer(scripts.good) as server:
        quiet = engine(server, enable_tracing=True, propagate_trace_context=False)
        quiet.call(user_files.get_user_file(FILE))

        assert "traceparent" not in server.seen[0].headers


def test_a_failed_call_says_so_in_its_span(spans: InMemorySpanExporter) -> None:
    with FaultServer(scripts.html_502) as server, pytest.raises(AionvisionError):
        engine(server, enable_tracing=True, max_retries=0).call(user_files.get_user_file(FILE))

    *_, call = spans.get_finished_spans()
    assert attributes(call)["error.type"] == "ServerError"


def test_the_span_of_a_stream_ends_with_the_stream(spans: InMemorySpanExporter) -> None:
    with FaultServer(scripts.good) as server:
        client = engine(server, enable_tracing=True)
        answer = client.open(chat.send_message_stream(FILE, body=SendMessageRequest(message="a")))
        names = [span.name for span in spans.get_finished_spans()]
        assert "aion chat.send_message_stream" not in names

        while answer.piece() is not None:
            pass
        names = [span.name for span in spans.get_finished_spans()]
        assert "aion chat.send_message_stream" in names


CHAT = "aion chat.send_message_stream"


def test_the_span_of_a_stream_that_the_collector_found_is_exported_by_the_next_call(
    spans: InMemorySpanExporter,
) -> None:
    def names() -> list[str]:
        return [span.name for span in spans.get_finished_spans()]

    with FaultServer(scripts.good) as server:
        client = engine(server, enable_tracing=True)
        body = SendMessageRequest(message="a")
        holder: list[object] = [client.open(chat.send_message_stream(FILE, body=body))]
        holder.append(holder)
        del holder
        gc.collect()
        assert CHAT not in names()

        client.call(user_files.get_user_file(FILE))
        assert names().count(CHAT) == 1


def test_the_span_of_a_stream_that_was_forgotten_is_exported_when_the_client_closes(
    spans: InMemorySpanExporter,
) -> None:
    with FaultServer(scripts.good) as server:
        client = engine(server, enable_tracing=True)
        client.open(chat.send_message_stream(FILE, body=SendMessageRequest(message="a")))
        client.close()

        assert CHAT in [span.name for span in spans.get_finished_spans()]


def test_the_span_of_a_coroutine_that_was_forgotten_is_exported_later(
    spans: InMemorySpanExporter,
) -> None:
    with FaultServer(scripts.no_answer) as server:
        client = AsyncEngine(config(server, enable_tracing=True))
        loop = asyncio.new_event_loop()
        call = client.call(user_files.get_user_file(FILE))
        loop.call_later(0.2, loop.stop)
        task = loop.create_task(call)
        loop.run_forever()
        assert server.seen
        # A loop is dropped with a call in it: the garbage collector ends the call.
        task._log_destroy_pending = False  # type: ignore[attr-defined]
        loop.close()
        del call, task, loop
        gc.collect()
        assert spans.get_finished_spans() == ()

        asyncio.run(client.close())
        assert len(spans.get_finished_spans()) == 2


@pytest.mark.timeout(20)
def test_a_stream_may_be_collected_while_an_exporter_holds_its_lock() -> None:
    lock = threading.Lock()
    holders: list[list[object]] = []
    # Each export collects garbage: only that of this test, not of all tests before it.
    gc.collect()
    gc.freeze()

    class Locking(InMemorySpanExporter):
        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            with lock:
                holders.clear()
                gc.collect()
                return super().export(spans)

    exporter = Locking()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    assert configure_tracing(tracer_provider=provider)
    try:
        with FaultServer(scripts.good) as server:
            client = engine(server, enable_tracing=True)
            body = SendMessageRequest(message="a")
            for _ in range(3):
                holders.append([client.open(chat.send_message_stream(FILE, body=body))])
                holders[-1].append(holders[-1])
            client.call(user_files.get_user_file(FILE))
            client.close()
            names = [span.name for span in exporter.get_finished_spans()]
            assert names.count(CHAT) == 3
    finally:
        gc.unfreeze()
        configure_tracing()


def test_P16_no_span_holds_a_query_or_the_key(spans: InMemorySpanExporter) -> None:
    with FaultServer(scripts.good) as server:
        client = engine(server, enable_tracing=True)
        client.read_object(f"{server.url}/object?signature=canary-signature")

        text = "".join(span.to_json() for span in spans.get_finished_spans())
        assert "canary" not in text


def test_tracing_is_available_here() -> None:
    assert is_tracing_available()
