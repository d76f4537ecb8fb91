"""P12: a chat stream that is cut, at any byte, never passes as a success."""

from __future__ import annotations

import pytest

from aion.exceptions import SSEStreamError
from tests.behaviour.calls import Calls
from tests.faults.scripts import STREAM
from tests.faults.server import Connection, FaultServer

KEY = "aion_fake_key_for_tests_0000000000"
SESSION = "5b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a10"


def test_P12_a_stream_cut_at_any_byte_is_an_error_and_is_sent_once(calls: Calls) -> None:
    lengths = iter(range(len(STREAM) - 1))

    def cut(connection: Connection) -> None:
        connection.read_request()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
        connection.send(head + STREAM[: next(lengths)])

    with FaultServer(cut) as server:
        client = calls.client_of(server.url + "/api/v2", KEY, timeout=5)
        for _ in range(len(STREAM) - 1):
            with pytest.raises(SSEStreamError):
                calls.items(client.chats.send_stream("hello", session_id=SESSION))
        assert len(server.seen) == len(STREAM) - 1
