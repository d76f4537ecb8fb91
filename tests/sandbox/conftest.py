"""One sandbox for the module's tests, emptied for each; and a plain HTTP client of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from aion.testing import Sandbox

Json = dict[str, Any]


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """A strict sandbox on a stepped clock: nothing moves unless a test moves it."""
    with Sandbox(stepped=True, pace=1.0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    """The empty sandbox; all its responses have to follow the contract."""
    running.reset()
    yield running
    assert running.violations == []


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A client that carries the key."""
    with client_of(sandbox) as client:
        yield client


@pytest.fixture
def upload(api: httpx.Client) -> Callable[..., Json]:
    """Upload one file; returns the response."""

    def send(data: bytes, filename: str = "picture.jpg", **fields: str) -> Json:
        answer = api.post(
            "/user-files/upload/stream", files={"file": (filename, data)}, data=fields
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    return send


def client_of(sandbox: Sandbox) -> httpx.Client:
    """A client of any sandbox."""
    return httpx.Client(
        base_url=sandbox.base_url,
        headers={"Authorization": f"Bearer {sandbox.api_key}"},
        # Loading certificates takes longer than the rest of a test, and these tests use no TLS.
        verify=False,
        # A hundred sandboxes share two cores in one of the tests.
        timeout=60,
    )


def plain(method: str, url: str, **options: Any) -> httpx.Response:
    """One request without the key, on a connection of its own."""
    return httpx.request(method, url, verify=False, **options)


def batch(api: httpx.Client, files: list[tuple[str, bytes]], **fields: str) -> Json:
    """Upload many files in one request; returns the response."""
    answer = api.post(
        "/user-files/upload/stream-batch", files=[("files", one) for one in files], data=fields
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def eventually(probe: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until a condition is true, long enough for a busy machine."""
    deadline = time.monotonic() + seconds
    while not probe():
        assert time.monotonic() < deadline, "it did not become true in time"
        time.sleep(0.005)
