"""Compressed responses give the same results as uncompressed ones, for every call."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aion.exceptions import (
    AionvisionConnectionError,
    AionvisionError,
    QuotaExceededError,
    ServerError,
    SSEStreamError,
)
from tests.behaviour.calls import Calls
from tests.behaviour.streams import chunk, scripted
from tests.behaviour.test_resume_downloads import NEW, OLD, Store, download
from tests.faults.scripts import STREAM
from tests.faults.server import Connection, FaultServer, Script

KEY = "aion_packed_" + "0123456789abcdefABCDEF"
ID = "11111111-1111-4111-8111-111111111111"
PAGE: dict[str, object] = {
    "files": [],
    "total_count": 0,
    "limit": 20,
    "offset": 0,
    "has_more": False,
}
OBJECT = bytes(range(256)) * 700


def members(data: bytes) -> bytes:
    """Gzip in three members, one of them empty, and a block filled with zeros."""
    parts = (data[:50], b"", data[50:])
    return b"".join(map(gzip.compress, parts)) + bytes(30)


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": members,
    "X-Gzip": gzip.compress,
    "deflate": zlib.compress,
    "gzip, deflate": lambda data: zlib.compress(members(data)),
    "gzip\r\nContent-Encoding: identity, gzip": lambda data: gzip.compress(gzip.compress(data)),
    "UTF-8": bytes,
    "": bytes,
}
CUT: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: members(data)[:-45],
    "deflate": lambda data: zlib.compress(data)[:60],
    "br": bytes,
    "gzip, zstd": gzip.compress,
}


def body_of(target: str) -> tuple[bytes, str]:
    """The responses of the service."""
    if "/messages/stream" in target:
        return STREAM, "text/event-stream"
    if "/user-files?" in target:
        return json.dumps(PAGE).encode(), "application/json"
    return OBJECT, "application/octet-stream"


def serving(pack: Callable[[bytes], bytes], encoding: str) -> Script:
    """Run a service that compresses all responses like this."""

    def script(connection: Connection) -> None:
        while True:
            target = connection.read_request().target
            if "/download" in target:
                away = "Location: /object?signature=x\r\n"
                connection.answer(b"", status="307 There", extra=away)
                continue
            body, kind = body_of(target)
            connection.answer(pack(body), kind=kind, extra=f"Content-Encoding: {encoding}\r\n")

    return script


def client_of(calls: Calls, server: FaultServer, **settings: Any) -> Any:
    settings = {"max_retries": 0, "timeout": 10.0, **settings}
    return calls.client_of(f"{server.url}/api/v2", KEY, **settings)


def results(calls: Calls, client: Any, folder: Path) -> dict[str, Callable[[], object]]:
    """Calls with every kind of response."""

    def saved() -> bytes:
        calls(client.files.download_to(ID, folder / "saved.bin"))
        return (folder / "saved.bin").read_bytes()

    return {
        "JSON": lambda: calls(client.files.list()).total_count,
        "text": lambda: calls(client.chats.export_session(ID)),
        "object": lambda: calls(client.files.download(ID)),
        "object on disk": saved,
        "bytes": lambda: calls(client.video_scenes.get_thumbnail(ID)),
        "events": lambda: calls(client.chats.send_stream("hello", session_id=ID).result()).content,
    }


EXPECTED: dict[str, object] = {
    "JSON": 0,
    "text": OBJECT,
    "object": OBJECT,
    "object on disk": OBJECT,
    "bytes": OBJECT,
    "events": "one",
}


@pytest.mark.parametrize("encoding", PACKED)
def test_every_kind_of_response_is_unpacked_whole(
    encoding: str, calls: Calls, tmp_path: Path
) -> None:
    with FaultServer(serving(PACKED[encoding], encoding)) as server:
        made = results(calls, client_of(calls, server), tmp_path)
        assert {name: call() for name, call in made.items()} == EXPECTED


@pytest.mark.parametrize("encoding", CUT)
def test_p15_a_response_that_cannot_be_unpacked_is_a_typed_error_and_never_a_result(
    encoding: str, calls: Calls, tmp_path: Path
) -> None:
    with FaultServer(serving(CUT[encoding], encoding)) as server:
        for call in results(calls, client_of(calls, server), tmp_path).values():
            with pytest.raises((ServerError, SSEStreamError), match="cannot be decompressed"):
                call()
    assert list(tmp_path.iterdir()) == []


def test_the_error_names_the_encoding_that_was_not_asked_for(calls: Calls) -> None:
    with FaultServer(serving(bytes, "br")) as server, pytest.raises(ServerError) as caught:
        calls(client_of(calls, server).files.list())
    assert "'br'" in str(caught.value)
    assert caught.value.code == "INVALID_RESPONSE"


def test_p12_a_stream_that_is_packed_gives_each_event_as_it_comes(calls: Calls) -> None:
    packer = zlib.compressobj(wbits=31)
    first, second = STREAM.split(b"event: complete")
    parts = [
        packer.compress(first) + packer.flush(zlib.Z_SYNC_FLUSH),
        packer.compress(b"event: complete" + second) + packer.flush(),
    ]
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
        b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with scripted([head, chunk(parts[0]), chunk(parts[1])]) as server:
        client = calls.client_of(server.base_url, KEY, max_retries=0)
        found = calls.items(client.chats.send_stream("hello", session_id=ID))
    assert [token.content for token in found][-2:] == ["one", "one"]


def test_p12_a_packed_stream_that_ends_early_keeps_what_came(calls: Calls) -> None:
    packer = zlib.compressobj(wbits=31)
    part = packer.compress(STREAM.split(b"event: complete")[0]) + packer.flush(zlib.Z_SYNC_FLUSH)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    with scripted([head, chunk(part), b"0\r\n\r\n"]) as server:
        client = calls.client_of(server.base_url, KEY, max_retries=0)
        with pytest.raises(SSEStreamError, match="truncated") as caught:
            calls(client.chats.send_stream("hello", session_id=ID).result())
    assert caught.value.partial_content == "one"


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_a_response_without_a_body_may_have_such_a_header(encoding: str, calls: Calls) -> None:
    head = f"HTTP/1.1 204 No Content\r\nContent-Encoding: {encoding}\r\n\r\n".encode()
    with scripted([head]) as server:
        client = calls.client_of(server.base_url, KEY, max_retries=0)
        assert calls(client.documents.delete(ID)) is None


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_a_redirect_whose_body_cannot_be_unpacked_is_followed(encoding: str, calls: Calls) -> None:
    def script(connection: Connection) -> None:
        while True:
            target = connection.read_request().target
            if "moved" in target:
                connection.answer(json.dumps(PAGE).encode())
            else:
                extra = f"Location: /api/v2/moved\r\nContent-Encoding: {encoding}\r\n"
                connection.answer(b"Moved", status="307 There", extra=extra)
                connection.close()
                return

    with FaultServer(script) as server:
        assert calls(client_of(calls, server).files.list()).total_count == 0


QUOTA = json.dumps({"error": {"code": "QUOTA_EXCEEDED", "message": "used up"}}).encode()


def refusing(body: bytes, encoding: str) -> Script:
    def script(connection: Connection) -> None:
        connection.read_request()
        extra = f"Content-Encoding: {encoding}\r\n"
        connection.answer(body, status="413 Too much", extra=extra)

    return script


def test_p15_a_packed_error_is_read(calls: Calls) -> None:
    with (
        FaultServer(refusing(members(QUOTA), "gzip")) as server,
        pytest.raises(QuotaExceededError, match="used up"),
    ):
        calls(client_of(calls, server).files.list())


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate"])
def test_p15_an_error_that_cannot_be_unpacked_is_that_of_its_status(
    encoding: str, calls: Calls
) -> None:
    with (
        FaultServer(refusing(b"\xff\xff not packed", encoding)) as server,
        pytest.raises(AionvisionError, match="413 and a body that cannot be read") as caught,
    ):
        calls(client_of(calls, server).files.list())
    assert caught.value.status_code == 413


BOMB = gzip.compress(bytes(96 << 20))


def peak_of(call: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_an_error_that_is_a_bomb_is_read_up_to_what_is_worth_it(calls: Calls) -> None:
    def call() -> None:
        with pytest.raises(AionvisionError):
            calls(client.files.list())

    with FaultServer(refusing(BOMB, "gzip")) as server:
        client = client_of(calls, server)
        assert peak_of(call) < 16 << 20


def test_p21_a_bomb_that_is_saved_takes_no_memory(calls: Calls, tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    with FaultServer(serving(lambda _: BOMB, "gzip")) as server:
        client = client_of(calls, server)
        peak = peak_of(lambda: calls(client.files.download_to(ID, path)))
    assert path.stat().st_size == 96 << 20
    assert peak < 16 << 20


class Packing(Store):
    """A store that packs what it serves, ranges of the packed bytes included."""

    head = "gzip"

    def answer(self, handler: Any) -> None:
        send = handler.send_response

        def packed(status: int) -> None:
            send(status)
            handler.send_header("Content-Encoding", self.head)

        handler.send_response = packed
        super().answer(handler)


NOISE = bytes(OLD[place * 7919 % len(OLD)] ^ place * 31 % 251 for place in range(200_000))


def test_a_packed_download_that_breaks_is_restarted(calls: Calls, tmp_path: Path) -> None:
    store = Packing(data=gzip.compress(NOISE), cut=[90_000])
    path = tmp_path / "kept.bin"
    download(calls, store, path)
    assert path.read_bytes() == NOISE
    assert store.asked == [None, None]


def test_a_packed_part_is_not_joined_to_what_came_unpacked(calls: Calls, tmp_path: Path) -> None:
    class Turning(Packing):
        def answer(self, handler: Any) -> None:
            if handler.headers.get("range"):
                super().answer(handler)
            else:
                Store.answer(self, handler)

    store = Turning(cut=[100_000])
    path = tmp_path / "kept.bin"
    download(calls, store, path)
    assert path.read_bytes() == OLD
    assert store.asked == [None, "bytes=100000-", None]


def test_a_packed_download_that_always_breaks_leaves_nothing(calls: Calls, tmp_path: Path) -> None:
    store = Packing(data=gzip.compress(NOISE), cut=[90_000] * 9)
    path = tmp_path / "kept.bin"
    path.write_bytes(NEW)
    with pytest.raises(AionvisionConnectionError):
        download(calls, store, path, max_retries=2)
    assert path.read_bytes() == NEW
    assert list(tmp_path.iterdir()) == [path]
