"""A server whose event streams are written by a test, byte by byte."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    b"Transfer-Encoding: chunked\r\nX-Request-ID: r1\r\n\r\n"
)
END = b"0\r\n\r\n"
HOLD = b""
"""At the end of a response: keep the connection open, and send nothing more."""


def chunk(data: bytes) -> bytes:
    """A part of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def refusal(status: str, body: bytes = b"{}") -> bytes:
    """Return a complete error response, after which the server closes the connection."""
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nRetry-After: 0\r\nConnection: close\r\n\r\n"
    ).encode() + body


@dataclass
class Scripted:
    """What the server does, and what it has seen."""

    answers: list[Sequence[bytes]]
    base_url: str = ""
    requests: list[bytes] = field(default_factory=list[bytes])


@contextlib.contextmanager
def scripted(*answers: Sequence[bytes]) -> Generator[Scripted]:
    """Run a server that sends these responses, one for each request, and closes after each.

    After a response that ends with `HOLD` the connection stays open.
    """
    script = Scripted(list(answers))
    held: list[socket.socket] = []

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):
                script.requests.append(_request(connection))
                answer = script.answers.pop(0) if script.answers else ()
                for part in answer:
                    connection.sendall(part)
                if answer and answer[-1] == HOLD:
                    held.append(connection)
                    continue
                # Without it, unread bytes would turn the end into a reset.
                connection.shutdown(socket.SHUT_WR)
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        script.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v2"
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield script
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            thread.join()
            for connection in held:
                connection.close()


def _request(connection: socket.socket) -> bytes:
    """One request with its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
