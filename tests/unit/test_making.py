"""When a connection is made, and what bounds it until then."""

from __future__ import annotations

import time

import pytest

from aion._http.sockets.connect_limits import Making


def test_without_tls_a_connection_is_made_when_its_socket_is_connected() -> None:
    making = Making(5)
    making.begin(None)
    assert making.until is not None
    making.connected()
    assert making.until is None


@pytest.mark.parametrize("handshakes", [1, 2])
def test_with_tls_it_is_made_after_the_last_handshake(handshakes: int) -> None:
    making = Making(5, handshakes=handshakes)
    making.begin(None)
    making.connected()
    for _ in range(handshakes):
        assert making.until is not None
        making.secured()
    assert making.until is None


def test_messages_to_a_socks_proxy_belong_to_the_making_and_a_request_does_not() -> None:
    making = Making(5, asks_proxy=True)
    making.begin(None)
    making.connected()
    making.writing(b"\x05\x01\x00")
    making.writing(b"\x01\x04user")
    assert making.until is not None
    making.writing(b"GET / HTTP/1.1\r\n")
    assert making.until is None


def test_the_next_connection_is_made_from_the_beginning() -> None:
    making = Making(5, handshakes=1)
    for _ in range(2):
        making.begin(None)
        making.connected()
        assert making.until is not None
        making.secured()
        assert making.until is None


@pytest.mark.parametrize(("silence", "most"), [(None, 5), (60, 5), (2, 2)])
def test_the_shorter_of_bound_and_silence_counts(silence: float | None, most: float) -> None:
    making = Making(5)
    making.begin(silence)
    left = making.within(None)
    assert left is not None
    assert most - 1 < left <= most


def test_an_operation_gets_no_more_than_what_is_left() -> None:
    making = Making(5)
    making.begin(None)
    assert making.within(0.5) == 0.5
    making.until = time.monotonic() - 1
    with pytest.raises(TimeoutError):
        making.within(0.5)


def test_the_bound_is_reported_only_where_it_was_the_one_that_passed() -> None:
    making = Making(5)
    making.begin(None)
    assert making.passed is None
    making.until = time.monotonic() - 1
    assert making.passed == 5
    making.begin(2)
    making.until = time.monotonic() - 1
    assert making.passed is None
