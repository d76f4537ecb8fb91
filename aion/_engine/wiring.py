"""Turns a described request into bytes to send: base URL, default headers, request ids."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from aion._hints import Hint, hint
from aion._http.content import EMPTY, Content, encode
from aion._http.hosts import located
from aion._http.wire import Wire
from aion._secrets import SecretBytes, SecretText
from aion.exceptions import ValidationError
from aion_api import PREFIX, Operation, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aion.config import ClientConfig


class Wiring:
    """Adds the parts of a request that all calls of one client share.

    Attributes:
        origin: Scheme, host and port of the API.
        advice: What the error for a response that is not from the API adds: the base URL to use if
            the one that is used lacks the prefix. A gateway may serve the API without it, so such a
            URL is accepted.
    """

    def __init__(self, config: ClientConfig) -> None:
        self.origin, self._host, base = located(config.base_url)
        self._prefixed = base.endswith(PREFIX)
        # Paths of the contract begin with the prefix, except those of the service itself.
        self._root = base.removesuffix(PREFIX) if self._prefixed else base
        self.advice = "" if self._prefixed else _advice(config.base_url)
        common = [
            (b"Host", self._host.encode("ascii")),
            *(
                (name.encode("ascii"), _header_value(name, value))
                for name, value in config.default_headers.items()
                if name != "Accept"
            ),
        ]
        compressed = (b"Accept-Encoding", b"gzip")
        # A body that is read piece by piece is not decompressed.
        uncompressed = (b"Accept-Encoding", b"identity")
        self._headers = [*common, (b"Accept", b"application/json"), compressed]
        self._headers_by_kind = {
            "bytes": [*common, (b"Accept", b"*/*"), uncompressed],
            "events": [*common, (b"Accept", b"text/event-stream"), uncompressed],
            "text": [*common, (b"Accept", b"text/*"), compressed],
        }
        self._own_names = {name.lower() for name, _ in self._headers}

    def wire(self, request: Request[Any]) -> Wire:
        """Return the HTTP request of a described request.

        Raises:
            ValidationError: The body cannot be encoded.
        """
        path = request.path if self._prefixed else request.path.removeprefix(PREFIX)
        url = self._root + path
        if request.query:
            url += "?" + "&".join(f"{_plus(k)}={_plus(v)}" for k, v in request.query)
        headers = self._headers_by_kind.get(request.operation.kind, self._headers).copy()
        if request.headers:
            for name, value in request.headers.items():
                key = name.encode("ascii")
                if key.lower() in self._own_names:
                    headers = [pair for pair in headers if pair[0].lower() != key.lower()]
                headers.append((key, _header_value(name, value)))
        content: Content = EMPTY
        if request.body is not None:
            content = encode(request.body)
            headers.append((b"Content-Type", content.content_type.encode("ascii")))
        if request.body is not None or request.operation.method not in ("GET", "DELETE", "HEAD"):
            headers.append((b"Content-Length", str(content.length).encode("ascii")))
        return Wire(request.operation.method, self.origin, url, headers, content)

    def foreign(self, method: str, url: str, headers: Mapping[str, str], content: Content) -> Wire:
        """Return a request to a presigned URL, without credentials or headers of the client.

        Raises:
            ValueError: The URL is invalid, or its host or port is.
        """
        origin, host, url = located(url)
        pairs = [
            (b"Host", host.encode("ascii")),
            (b"Accept", b"*/*"),
            *((k.encode("ascii"), v.encode("latin-1")) for k, v in headers.items()),
        ]
        if content.length or method in ("PUT", "POST"):
            pairs.append((b"Content-Length", str(content.length).encode("ascii")))
        return Wire(method, origin, url, pairs, content)


def object_operation(method: str) -> Operation[bytes]:
    """Return the operation of reading or writing a stored object at a presigned URL.

    All of them are safe to repeat: a presigned URL names one object.
    """
    return Operation(
        f"object_{method.lower()}",
        f"objects.{method.lower()}",
        method,
        "<presigned URL>",
        kind="bytes",
        decode=bytes,
        repeatable=True,
    )


def _advice(base_url: str) -> str:
    """Return what to say of a response that is not from the API, for a URL without its prefix."""
    better = re.sub(r"(/api)?(/v\d+)?$", PREFIX, base_url, count=1)
    return f"; the base URL {base_url!r} is without {PREFIX}: {hint(Hint.TRY_URL, url=better)}"


def _header_value(name: str, value: str) -> bytes:
    data = value.encode("latin-1", "replace")
    is_secret = isinstance(value, SecretText) or name.lower() in ("authorization", "cookie")
    return SecretBytes(data) if is_secret else data


def new_request_id() -> str:
    """Return a new value for ``X-Request-ID``."""
    return os.urandom(16).hex()


def _plus(text: str) -> str:
    try:
        return quote_plus(text, safe="")
    except UnicodeEncodeError as error:
        raise ValidationError(f"an argument cannot be sent in a URL: {error}") from None
