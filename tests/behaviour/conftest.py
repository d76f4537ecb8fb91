"""One sandbox for all tests, emptied for each, and both kinds of client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aion.testing import Limits, Sandbox
from tests.behaviour.bulk import CHUNK
from tests.behaviour.calls import Calls


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    """A sandbox whose background work hardly takes time."""
    with Sandbox(pace=0.005) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    """The empty sandbox; all its responses have to follow the contract."""
    running.reset()
    yield running
    assert running.violations == []


@pytest.fixture(scope="session")
def running_small() -> Iterator[Sandbox]:
    """A sandbox that takes few files in one request, two requests at a time."""
    limits = Limits(max_batch_files=CHUNK, max_concurrent_uploads=2)
    with Sandbox(pace=0.005, limits=limits) as sandbox:
        yield sandbox


@pytest.fixture
def small(running_small: Sandbox) -> Iterator[Sandbox]:
    """The same sandbox, empty; all its responses have to follow the contract."""
    running_small.reset()
    yield running_small
    assert running_small.violations == []


@pytest.fixture(params=["async", "sync"])
def calls(request: pytest.FixtureRequest) -> Iterator[Calls]:
    """Calls through the asynchronous and through the blocking client."""
    made = Calls(request.param)
    yield made
    made.close()
