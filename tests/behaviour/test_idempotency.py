"""P8: a call that carries a key is repeated, and every attempt carries the same one."""

from __future__ import annotations

import json

from aion import SyncAionVision
from tests.faults.server import Connection, FaultServer

KEY = "aion_fake_key_for_tests_0000000000"
PRESIGNED: dict[str, object] = {
    "upload_url": "http://127.0.0.1:9/o",
    "upload_method": "PUT",
    "upload_headers": {},
    "object_key": "k",
    "expires_at": "2026-03-01T10:00:00Z",
    "max_size_bytes": 1,
}


def lost_once(connection: Connection) -> None:
    """Read the first request and break the connection; respond to the second."""
    while True:
        connection.read_request()
        if len(connection.server.seen) == 1:
            connection.reset()
            return
        connection.answer(json.dumps(PRESIGNED).encode())


def test_P8_a_presign_whose_response_was_lost_is_asked_again_with_the_same_key() -> None:
    with FaultServer(lost_once) as server:
        client = SyncAionVision(KEY, base_url=f"{server.url}/api/v2", retry_delay=0.01)
        client.uploads.request_presigned_url("a.jpg", "image/jpeg", 1)

        first, second = server.seen
        # The key is part of the body.
        assert first.body_hash == second.body_hash


def test_P8_two_calls_have_keys_of_their_own() -> None:
    with FaultServer(lost_once) as server:
        client = SyncAionVision(KEY, base_url=f"{server.url}/api/v2", retry_delay=0.01)
        client.uploads.request_presigned_url("a.jpg", "image/jpeg", 1)
        client.uploads.request_presigned_url("a.jpg", "image/jpeg", 1)

        assert len({seen.body_hash for seen in server.seen}) == 2


def test_P8_the_same_holds_for_documents() -> None:
    with FaultServer(lost_once) as server:
        client = SyncAionVision(KEY, base_url=f"{server.url}/api/v2", retry_delay=0.01)
        client.documents.request_upload("a.pdf", "application/pdf", 1)

        assert len({seen.body_hash for seen in server.seen}) == 1
        assert len(server.seen) == 2
