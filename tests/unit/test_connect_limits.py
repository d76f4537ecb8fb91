"""When a connection is made, and what bounds it until then."""

from __future__ import annotations

import time

import pytest

from aion._http.sockets.connect_limits import ConnectLimits


def test_without_tls_a_connection_is_made_when_its_socket_is_connected() -> None:
    limits = ConnectLimits(5)
    limits.begin(None)
    assert limits.until is not None
    limits.connected()
    assert limits.until is None


@pytest.mark.parametrize("handshakes", [1, 2])
def test_with_tls_it_is_made_after_the_last_handshake(handshakes: int) -> None:
    limits = ConnectLimits(5, handshakes=handshakes)
    limits.begin(None)
    limits.connected()
    for _ in range(handshakes):
        assert limits.until is not None
        limits.secured()
    assert limits.until is None


def test_messages_to_a_socks_proxy_belong_to_the_limits_and_a_request_does_not() -> None:
    limits = ConnectLimits(5, asks_proxy=True)
    limits.begin(None)
    limits.connected()
    limits.writing(b"\x05\x01\x00")
    limits.writing(b"\x01\x04user")
    assert limits.until is not None
    limits.writing(b"GET / HTTP/1.1\r\n")
    assert limits.until is None


def test_the_next_connection_is_made_from_the_beginning() -> None:
    limits = ConnectLimits(5, handshakes=1)
    for _ in range(2):
        limits.begin(None)
        limits.connected()
        assert limits.until is not None
        limits.secured()
        assert limits.until is None


@pytest.mark.parametrize(("silence", "most"), [(None, 5), (60, 5), (2, 2)])
def test_the_shorter_of_bound_and_silence_counts(silence: float | None, most: float) -> None:
    limits = ConnectLimits(5)
    limits.begin(silence)
    left = limits.within(None)
    assert left is not None
    assert most - 1 < left <= most


def test_an_operation_gets_no_more_than_what_is_left() -> None:
    limits = ConnectLimits(5)
    limits.begin(None)
    assert limits.within(0.5) == 0.5
    limits.until = time.monotonic() - 1
    with pytest.raises(TimeoutError):
        limits.within(0.5)


def test_the_bound_is_told_only_where_it_was_the_one_that_passed() -> None:
    limits = ConnectLimits(5)
    limits.begin(None)
    assert limits.passed is None
    limits.until = time.monotonic() - 1
    assert limits.passed == 5
    limits.begin(2)
    limits.until = time.monotonic() - 1
    assert limits.passed is None
