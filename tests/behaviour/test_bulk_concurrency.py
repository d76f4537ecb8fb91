"""Concurrent requests of a bulk upload: how many, in which threads, and what they leave open."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aion import AionvisionError, RateLimitError
from aion._http.async_connection import AsyncConnection
from aion._http.bounded_connection import BoundedConnection
from aion.testing import Limits, Sandbox
from aion.transport import Route, Wire
from tests.behaviour.bulk import STREAM, folder, held, names
from tests.behaviour.calls import Calls, Client

AT_ONCE = 8
PAUSE = 0.02


class Traffic:
    """Notes how many uploads are in flight as each of them begins, and in which thread it runs."""

    def __init__(self) -> None:
        self.in_flight: list[int] = []
        self.threads: set[threading.Thread] = set()
        self._busy = 0
        self._lock = threading.Lock()

    def begin(self, wire: Wire) -> bool:
        if not wire.url.endswith("/upload/stream-batch"):
            return False
        with self._lock:
            self._busy += 1
            self.in_flight.append(self._busy)
            self.threads.add(threading.current_thread())
        return True

    def end(self) -> None:
        with self._lock:
            self._busy -= 1

    def blocking(self, route: Route) -> BoundedConnection:
        traffic = self

        class Counting(BoundedConnection):
            def exchange(self, wire: Wire, **limits: Any) -> Any:
                counted = traffic.begin(wire)
                try:
                    time.sleep(PAUSE * counted)
                    return super().exchange(wire, **limits)
                finally:
                    if counted:
                        traffic.end()

        return Counting(route)

    def coroutines(self, route: Route) -> AsyncConnection:
        traffic = self

        class Counting(AsyncConnection):
            async def exchange(self, wire: Wire, **limits: Any) -> Any:
                counted = traffic.begin(wire)
                try:
                    await asyncio.sleep(PAUSE * counted)
                    return await super().exchange(wire, **limits)
                finally:
                    if counted:
                        traffic.end()

        return Counting(route)

    def client(self, calls: Calls, sandbox: Sandbox, **settings: Any) -> Client:
        # One request may be refused by chance as often as half of them are.
        settings = {"max_retries": 10, **settings}
        transport = self.coroutines if calls.kind == "async" else self.blocking
        return calls.configured(sandbox, transport=transport, **settings)


@pytest.fixture(scope="module")
def running_wide() -> Iterator[Sandbox]:
    """A sandbox that takes one file in a request, eight requests at a time."""
    limits = Limits(max_batch_files=1, max_concurrent_uploads=AT_ONCE)
    with Sandbox(pace=0.005, limits=limits) as sandbox:
        yield sandbox


@pytest.fixture
def wide(running_wide: Sandbox) -> Iterator[Sandbox]:
    """The same sandbox, empty; all its responses have to follow the contract."""
    running_wide.reset()
    yield running_wide
    assert running_wide.violations == []


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder(tmp_path_factory.mktemp("photos"), 80)


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("aion-call")]


def test_as_many_requests_are_in_flight_as_the_service_allows(
    calls: Calls, wide: Sandbox, tmp_path: Path
) -> None:
    traffic = Traffic()
    results = calls(traffic.client(calls, wide).upload(folder(tmp_path, 20)))
    assert results.summary() == "20 succeeded"
    assert max(traffic.in_flight) == AT_ONCE
    assert threads() == []


@pytest.mark.parametrize("status", [429, 503])
def test_fewer_are_in_flight_when_the_service_is_short_and_more_again_afterwards(
    status: int, calls: Calls, wide: Sandbox, photos: Path
) -> None:
    wide.faults.fail(STREAM, status=status, retry_after=0, every=4, times=3)
    traffic = Traffic()
    results = calls(traffic.client(calls, wide).upload(photos))
    begun = traffic.in_flight
    assert results.summary() == "80 succeeded"
    assert held(calls, wide) == dict.fromkeys(names(80), 1)
    assert max(begun[:AT_ONCE]) == AT_ONCE
    assert min(max(begun[at : at + AT_ONCE]) for at in range(AT_ONCE, 50)) <= AT_ONCE // 2
    assert max(begun[-AT_ONCE:]) == AT_ONCE


def test_a_service_that_refuses_every_third_request_gets_every_file_once(
    calls: Calls, wide: Sandbox, photos: Path
) -> None:
    wide.faults.fail(STREAM, status=429, retry_after=0, every=3)
    traffic = Traffic()
    results = calls(traffic.client(calls, wide).upload(photos))
    assert results.summary() == "80 succeeded"
    assert held(calls, wide) == dict.fromkeys(names(80), 1)
    later = traffic.in_flight[AT_ONCE * 2 :]
    assert sum(later) / len(later) < AT_ONCE / 2


def test_a_request_that_is_refused_more_often_than_a_call_is_retried_does_not_end_the_batch(
    calls: Calls, wide: Sandbox, tmp_path: Path
) -> None:
    # One request alone: of two, chance decides which one is refused.
    wide.faults.fail(STREAM, status=429, retry_after=0, times=3)
    client = calls.client(wide, max_retries=1)
    results = calls(client.upload(folder(tmp_path, 1)))
    assert results.summary() == "1 succeeded"
    assert held(calls, wide) == dict.fromkeys(names(1), 1)


def test_a_service_that_takes_nothing_more_ends_the_batch_and_the_rest_is_reported(
    calls: Calls, wide: Sandbox, tmp_path: Path
) -> None:
    wide.faults.fail(STREAM, status=429, retry_after=0, times=None)
    client = calls.client(wide, max_retries=1)
    with pytest.raises(RateLimitError):
        calls(client.upload(folder(tmp_path, 2)))
    assert held(calls, wide) == {}


@pytest.mark.parametrize("end", ["drop", "cut"])
def test_p22_all_requests_that_break_at_once_open_the_circuit_and_do_not_end_the_batch(
    end: str, calls: Calls, wide: Sandbox, tmp_path: Path
) -> None:
    getattr(wide.faults, end)(STREAM, times=AT_ONCE)
    traffic = Traffic()
    told: list[int] = []
    client = traffic.client(calls, wide, max_retries=3, circuit_breaker_timeout=0.3)
    results = calls(
        client.upload(folder(tmp_path, 20), on_progress=lambda event: told.append(event.file_index))
    )
    assert results.summary() == "20 succeeded"
    assert held(calls, wide) == dict.fromkeys(names(20), 1)
    assert sorted(told) == list(range(20))


def test_requests_that_are_refused_until_the_circuit_opens_are_made_later(
    calls: Calls, wide: Sandbox, tmp_path: Path
) -> None:
    wide.faults.fail(STREAM, status=503, times=AT_ONCE)
    client = Traffic().client(calls, wide, max_retries=1, circuit_breaker_timeout=0.3)
    assert calls(client.upload(folder(tmp_path, 20))).summary() == "20 succeeded"
    assert held(calls, wide) == dict.fromkeys(names(20), 1)


def test_a_circuit_that_opens_repeatedly_ends_the_batch(
    calls: Calls, wide: Sandbox, tmp_path: Path
) -> None:
    wide.faults.fail(STREAM, status=503, times=None)
    client = Traffic().client(calls, wide, max_retries=2, circuit_breaker_timeout=0.1)
    with pytest.raises(AionvisionError):
        calls(client.upload(folder(tmp_path, 20)))
    assert held(calls, wide) == {}


def test_callbacks_are_called_in_the_callers_thread_one_at_a_time(
    calls: Calls, wide: Sandbox, tmp_path: Path
) -> None:
    told: set[threading.Thread] = set()

    def note(_: object) -> None:
        told.add(threading.current_thread())

    client = calls.client(wide)
    calls(
        client.upload(
            folder(tmp_path / "in", 20),
            journal=tmp_path / "journal",
            on_progress=note,
            on_file_complete=note,
            on_description_progress=note,
            progress=note,
        )
    )
    assert told == {threading.current_thread()}


def test_the_blocking_client_makes_a_thread_only_for_several_requests_at_a_time(
    wide: Sandbox, tmp_path: Path
) -> None:
    calls = Calls("sync")
    one, many = Traffic(), Traffic()
    calls(one.client(calls, wide).upload(folder(tmp_path / "one", 1)))
    calls(many.client(calls, wide).upload(folder(tmp_path / "many", 20)))
    calls.close()
    assert one.threads == {threading.current_thread()}
    assert len(many.threads - {threading.current_thread()}) > 1
    assert threads() == []
