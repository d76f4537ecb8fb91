"""What the tests of connections share."""

from __future__ import annotations

import socket
from collections.abc import Generator

import pytest

from tests.faults.addresses import Resolver


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Generator[Resolver]:
    """A resolver with the names of a test; at the end it releases lookups that hang."""
    made = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", made)
    # No lookup of another test is joined.
    monkeypatch.setattr("aion._http.sockets.resolver._under_way", {})
    yield made
    made.open.set()
