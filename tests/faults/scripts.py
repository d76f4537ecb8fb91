"""The faults: what a bad server, a bad proxy or a bad line does. One function each."""

from __future__ import annotations

import base64
import gzip
import json
import time
import zlib
from collections.abc import Callable

from tests.faults.server import Connection, Script

FILE = {
    "id": "5b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a10",
    "object_key": "k",
    "size_bytes": 1,
    "content_type": "image/png",
    "hash": "h",
}
FOLDER = {
    "id": "5b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a11",
    "name": "n",
    "depth": 0,
    "file_count": 0,
    "subfolder_count": 0,
    "created_at": "2026-03-01T10:00:00Z",
    "updated_at": "2026-03-01T10:00:00Z",
}
STORED = {
    "session_id": "5b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a12",
    "total_files": 1,
    "accepted_files": 1,
    "rejected_files": 0,
    "status": "completed",
    "status_url": "/x",
    "websocket_channel": "c",
}
STREAM = (
    b'event: connection\ndata: {"type":"connection","status":"connected"}\n\n'
    b'event: token\nid: 1\ndata: {"type":"token","content":"one","token_index":0}\n\n'
    b'event: complete\ndata: {"type":"complete","content":"one"}\n\n'
)


def good_body(target: str) -> tuple[bytes, str]:
    """The body and content type that the operation at `target` expects."""
    if target.endswith("/messages/stream"):
        return STREAM, "text/event-stream"
    if "object" in target:
        return b"bytes of an object", "application/octet-stream"
    if "stream-batch" in target:
        return json.dumps(STORED).encode(), "application/json"
    return json.dumps(FOLDER if "folders" in target else FILE).encode(), "application/json"


def good(connection: Connection) -> None:
    """Respond to everything correctly."""
    while True:
        body, kind = good_body(connection.read_request().target)
        connection.answer(body, kind=kind)


def no_answer(connection: Connection) -> None:
    """Read the request and stay silent."""
    connection.read_request()
    connection.wait_until_gone()


def drip(connection: Connection) -> None:
    """Send the response one byte at a time, each well within any read timeout."""
    body, kind = good_body(connection.read_request().target)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    for byte in head.encode() + body:
        connection.send(bytes([byte]))
        time.sleep(0.02)
        if connection.server.stopping.is_set():
            return


def reset_before(connection: Connection) -> None:
    """Reset the connection as soon as it is made."""
    connection.reset()


def reset_unanswered(connection: Connection) -> None:
    """Read the request, then reset."""
    connection.read_request()
    connection.reset()


def reset_in_head(connection: Connection) -> None:
    """Reset in the middle of the response headers."""
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Ty")
    connection.reset()


def reset_in_body(connection: Connection) -> None:
    """Reset in the middle of the response body."""
    body, kind = good_body(connection.read_request().target)
    connection.answer(body[: len(body) // 2], kind=kind, length=len(body))
    connection.reset()


def one_byte_short(connection: Connection) -> None:
    """Close one byte before the announced end."""
    body, kind = good_body(connection.read_request().target)
    connection.answer(body[:-1], kind=kind, length=len(body))


def wrong_length(connection: Connection) -> None:
    """Announce a length that is not a number."""
    body, kind = good_body(connection.read_request().target)
    connection.answer(body, kind=kind, length="a few")


def gzip_garbage(connection: Connection) -> None:
    """Claim to be compressed, and not be."""
    body, kind = good_body(connection.read_request().target)
    packed = gzip.compress(body)[:-9] + b"garbage"
    connection.answer(packed, kind=kind, extra="Content-Encoding: gzip\r\n")


def packed(pack: Callable[[bytes], bytes], encoding: str = "gzip") -> Script:
    """Respond to everything correctly, but compressed, and with this header."""

    def script(connection: Connection) -> None:
        while True:
            body, kind = good_body(connection.read_request().target)
            header = f"Content-Encoding: {encoding}\r\n"
            connection.answer(pack(body), kind=kind, extra=header)

    return script


def _in_two_members(body: bytes) -> bytes:
    return gzip.compress(body[:9]) + gzip.compress(body[9:])


def _cut_short(body: bytes) -> bytes:
    return gzip.compress(body)[:-9]


def _twice(body: bytes) -> bytes:
    return gzip.compress(gzip.compress(body))


def html_502(connection: Connection) -> None:
    """Respond like a load balancer without a server behind it."""
    while True:
        connection.read_request()
        page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
        connection.answer(page, status="502 Bad Gateway", kind="text/html")


def empty_200(connection: Connection) -> None:
    """Succeed with an empty body."""
    while True:
        connection.read_request()
        connection.answer(b"")


def invalid_utf8(connection: Connection) -> None:
    """Succeed with bytes that are not text."""
    while True:
        connection.read_request()
        connection.answer(b'{"id": "\xff\xfe"}')


def deep_json(connection: Connection) -> None:
    """Succeed with 10,000 nested lists."""
    while True:
        connection.read_request()
        connection.answer(b"[" * 10_000 + b"]" * 10_000)


def huge_error(connection: Connection) -> None:
    """Fail with a body of 300 MB."""
    connection.read_request()
    size = 300 * 1024 * 1024
    connection.send(
        f"HTTP/1.1 500 Oh no\r\nContent-Type: text/plain\r\nContent-Length: {size}\r\n\r\n".encode()
    )
    piece = b"x" * 1024 * 1024
    for _ in range(300):
        connection.send(piece)


def redirect_loop(connection: Connection) -> None:
    """Redirect to itself, for ever."""
    while True:
        target = connection.read_request().target
        connection.answer(b"", status="302 Found", extra=f"Location: {target}\r\n")


def redirect_to(url: Callable[[], str]) -> Script:
    """Redirect to another server."""

    def script(connection: Connection) -> None:
        while True:
            connection.read_request()
            connection.answer(b"", status="307 Over there", extra=f"Location: {url()}\r\n")

    return script


def closes_when_idle(connection: Connection) -> None:
    """Respond to one request correctly, announce nothing, and close the connection."""
    body, kind = good_body(connection.read_request().target)
    connection.answer(body, kind=kind)


def garbage(connection: Connection) -> None:
    """Respond in another protocol."""
    connection.read_request()
    connection.send(b"SSH-2.0-OpenSSH_9.2\r\n")


def not_tls(connection: Connection) -> None:
    """Respond to a TLS handshake in plain text."""
    connection.send(b"HTTP/1.1 400 This is plain HTTP\r\nContent-Length: 0\r\n\r\n")
    connection.wait_until_gone()


def proxy_refuses(connection: Connection) -> None:
    """A proxy that requires a password."""
    while True:
        connection.read_request()
        connection.answer(b"", status="407 Proxy Authentication Required")


def proxy_quotes(connection: Connection) -> None:
    """A proxy that requires another password, and quotes the received one."""
    while True:
        login = connection.read_request().headers.get("proxy-authorization", "")
        told = base64.b64decode(login.removeprefix("Basic ")).decode("utf-8", "replace")
        reason = told.encode("ascii", "replace").decode()
        connection.answer(told.encode(), status=f"407 Not {reason}")


FAULTS: dict[str, Script] = {
    "no answer": no_answer,
    "drips one byte at a time": drip,
    "reset on connect": reset_before,
    "reset instead of an answer": reset_unanswered,
    "reset in the headers": reset_in_head,
    "reset in the body": reset_in_body,
    "one byte short": one_byte_short,
    "length is no number": wrong_length,
    "gzip garbage": gzip_garbage,
    "gzip in two members": packed(_in_two_members),
    "gzip cut short": packed(_cut_short),
    "gzip inside gzip": packed(_twice, "gzip, gzip"),
    "encoding that was not asked for": packed(zlib.compress, "br"),
    "HTML 502": html_502,
    "empty 200": empty_200,
    "invalid UTF-8": invalid_utf8,
    "10,000-deep JSON": deep_json,
    "300 MB error body": huge_error,
    "redirect loop": redirect_loop,
    "another protocol": garbage,
    "keep-alive expired": closes_when_idle,
}
"""The faults of a server that need nothing else."""
