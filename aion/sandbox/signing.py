"""Signed object URLs: they open one object, for a while, to whoever has them."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode

from .clock import Clock

OBJECTS_PREFIX: Final = "/_objects/"
"""Path under which objects are served; not part of the API."""

LIFETIME: Final = 3600
"""Seconds for which a signed URL is good."""


class BadSignature(Exception):
    """The URL was not made by this sandbox, was altered, or is too old; says which."""


class Signer:
    """Makes and checks signed paths, with a key derived from the API key."""

    def __init__(self, api_key: str, clock: Clock) -> None:
        self._secret = hmac.new(api_key.encode(), b"aion-sandbox-objects", "sha256").digest()
        self._clock = clock

    def sign(self, key: str, filename: str | None = None) -> str:
        """Path and query that open an object; a filename makes it a download of that name."""
        expires = int(self._clock.now()) + LIFETIME
        signature = self._signature(key, expires, filename)
        query = f"expires={expires}&signature={signature}"
        if filename is not None:
            query += "&" + urlencode({"filename": filename}, errors="replace")
        return f"{OBJECTS_PREFIX}{quote(key)}?{query}"

    def check(self, key: str, query: Mapping[str, list[str]]) -> str | None:
        """Check what came back; the filename of a download, or None.

        Raises:
            BadSignature: the object must not be handed out.
        """
        expires = query.get("expires", [""])[0]
        filename = query["filename"][0] if "filename" in query else None
        given = query.get("signature", [""])[0]
        if not (expires.isascii() and expires.isdecimal() and len(expires) < 16):
            raise BadSignature("the URL has no valid expiry")
        if not hmac.compare_digest(
            self._signature(key, int(expires), filename).encode(), given.encode(errors="replace")
        ):
            raise BadSignature("the signature does not match the URL")
        if self._clock.now() >= int(expires):
            raise BadSignature("the URL has expired; ask the API for a new one")
        return filename

    def _signature(self, key: str, expires: int, filename: str | None) -> str:
        signed = f"{key}\n{expires}\n{filename or ''}".encode(errors="replace")
        return hmac.digest(self._secret, signed, "sha256").hex()
