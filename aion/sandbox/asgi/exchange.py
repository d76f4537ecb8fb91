"""One HTTP exchange over ASGI: reads the request and sends the response.

Counts and hashes the body on the way, and puts the request id on every response.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from starlette.types import Message, Receive, Scope, Send

from aion.sandbox.contract.errors import ApiError
from aion.sandbox.runtime.call import Response
from aion.sandbox.store.request_log import SeenRequest, redact_headers, redact_query

_REQUEST_ID: Final = re.compile(r"[\x21-\x7e]{1,128}\Z")
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?\Z|\[[0-9A-Fa-f:.]+\](:\d{1,5})?\Z")
_MAX_JSON: Final = 16 * 1024 * 1024
_MAX_DRAIN: Final = 1024 * 1024 * 1024


class ClientDisconnected(Exception):
    """The client closed the connection early."""


class ConnectionCut(Exception):
    """Raised where a fault cuts the connection."""


class Exchange:
    """A request, and the sending of its response."""

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, url: str, date: Callable[[], str]
    ) -> None:
        """`date` returns the Date header of a response."""
        self._date = date
        self.scope = scope
        self.receive = receive
        self._send = send
        self._url = url
        self.method: str = scope["method"]
        self.raw_path: str = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        self.query: str = scope["query_string"].decode("latin-1")
        self.headers: list[tuple[bytes, bytes]] = scope["headers"]
        self.request_id = self._request_id()
        self.operation: str | None = None
        self.template: str | None = None
        self.status: int | None = None
        self.api_key_id: str | None = None
        self.added_headers: dict[str, str] = {}
        """Headers that are added to any response."""
        self.on_start: Callable[[], None] = lambda: None
        """Called once the status is known, before the client can see it."""
        self.body_size = 0
        self._hash: Any = None
        self._read = False

    def header(self, name: bytes) -> str | None:
        """Return a request header by its name in lower case."""
        for key, value in self.headers:
            if key == name:
                return value.decode("latin-1")
        return None

    def origin(self) -> str:
        """Return scheme and host by which the client reached the sandbox."""
        host = self.header(b"host") or ""
        return f"http://{host}" if _HOST.match(host) else self._url

    def ip_address(self) -> str | None:
        """Return the address of the client."""
        client = self.scope.get("client")
        return str(client[0]) if client else None

    def has_body(self) -> bool:
        """Return whether the client announced a body."""
        return (self.header(b"content-length") or "0") != "0" or (
            self.header(b"transfer-encoding") is not None
        )

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives; raises `ClientDisconnected` when it ends early."""
        while not self._read:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnected
            self._read = not message.get("more_body", False)
            piece = message.get("body", b"")
            if piece:
                self.body_size += len(piece)
                self._hash = self._hash or hashlib.sha256()
                self._hash.update(piece)
                yield piece

    async def body(self) -> bytes:
        """Return the whole body of a request that is not an upload."""
        parts: list[bytes] = []
        async for piece in self.pieces():
            parts.append(piece)
            if self.body_size > _MAX_JSON:
                raise ApiError(413, f"the body is larger than {_MAX_JSON} bytes")
        return b"".join(parts)

    async def drain(self) -> None:
        """Read the rest of the body: a client that still sends would not see the response."""
        if not self.has_body() or self.header(b"expect") is not None:
            return
        async for _ in self.pieces():
            if self.body_size > _MAX_DRAIN:
                return

    async def send(self, message: Message) -> None:
        """Send one ASGI message, with the request id and the added headers."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.on_start()
            added = {**self.added_headers, "date": self._date(), "x-request-id": self.request_id}
            raw = [(name.encode(), value.encode()) for name, value in added.items()]
            message = {**message, "headers": [*message.get("headers", ()), *raw]}
        await self._send(message)

    def shape(self, change: Callable[[Send], Send]) -> None:
        """Wrap the sending of the response, to delay or cut it."""
        self._send = change(self._send)

    async def answer(self, answer: Response) -> None:
        """Send a whole response that is not a stream."""
        payload, headers = answer.payload()
        raw = [
            (name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()
        ]
        if answer.status != 204:
            raw.append((b"content-length", str(len(payload)).encode()))
        await self.send({"type": "http.response.start", "status": answer.status, "headers": raw})
        body = b"" if self.method == "HEAD" else payload
        await self.send({"type": "http.response.body", "body": body})

    def seen(self) -> SeenRequest:
        """Return the entry for the request log."""
        return SeenRequest(
            method=self.method,
            path=self.raw_path,
            query=redact_query(self.query),
            operation=self.operation,
            status=self.status,
            body_size=self.body_size,
            body_sha256=self._hash.hexdigest() if self._hash is not None else None,
            headers=redact_headers(self.headers),
            request_id=self.request_id,
        )

    def _request_id(self) -> str:
        given = self.header(b"x-request-id")
        return given if given and _REQUEST_ID.match(given) else uuid.uuid4().hex
