"""Signed object URLs: each opens one object for a limited time, without a key."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final
from urllib.parse import quote, urlencode

from aion.sandbox.store.clock import Clock

OBJECTS_PREFIX: Final = "/_objects/"
"""Path under which objects are served; not part of the API."""

LIFETIME: Final = 3600
"""Seconds for which a signed URL is valid."""

EXPIRED: Final = "the URL has expired; ask the API for a new one"
"""Message for an expired URL."""


class BadSignature(Exception):
    """The URL was not signed by this sandbox, was altered, or has expired; the text says which."""


@dataclass(frozen=True, slots=True)
class UploadTerms:
    """What may be uploaded to a signed URL."""

    content_type: str
    max_bytes: int


class Signer:
    """Makes and checks signed paths, with a key derived from the API key."""

    def __init__(self, api_key: str, clock: Clock) -> None:
        self._secret = hmac.digest(api_key.encode(), b"aion-sandbox-objects", "sha256")
        self._clock = clock

    def sign(self, key: str, filename: str | None = None) -> str:
        """Return path and query that open an object; with a filename, as a download."""
        expires = int(self._clock.now()) + LIFETIME
        signature = self._signature(key, str(expires), filename or "")
        query = f"expires={expires}&signature={signature}"
        if filename is not None:
            query += "&" + urlencode({"filename": filename}, errors="replace")
        return f"{OBJECTS_PREFIX}{quote(key)}?{query}"

    def sign_upload(
        self, method: str, key: str, terms: UploadTerms, seconds: float
    ) -> tuple[str, dict[str, str]]:
        """Return the path to which an object may be sent, and the signed fields.

        For PUT the fields are the query; for POST they go into the form, before the file.
        """
        fields = {
            "expires": str(int(self._clock.now() + seconds)),
            "content_type": terms.content_type,
            "max_bytes": str(terms.max_bytes),
        }
        signed = (method, key, *fields.values())
        return OBJECTS_PREFIX + quote(key), {**fields, "signature": self._signature(*signed)}

    def check(self, key: str, query: Mapping[str, list[str]]) -> str | None:
        """Verify the query of a signed URL; returns the filename of a download, or None.

        Raises:
            BadSignature: the object must not be sent.
        """
        filename = query["filename"][0] if "filename" in query else None
        expires = query.get("expires", [""])[0]
        given = query.get("signature", [""])[0]
        self._check(expires, given, (key, expires, filename or ""))
        return filename

    def check_upload(self, method: str, key: str, fields: Mapping[str, str]) -> UploadTerms:
        """Verify the fields of an upload; returns what may be uploaded.

        Raises:
            BadSignature: the bytes must not be stored.
        """
        expires, content_type, most = (
            fields.get(name, "") for name in ("expires", "content_type", "max_bytes")
        )
        signed = (method, key, expires, content_type, most)
        self._check(expires, fields.get("signature", ""), signed)
        return UploadTerms(content_type, int(most))

    def _check(self, expires: str, given: str, signed: tuple[str, ...]) -> None:
        if not (expires.isascii() and expires.isdecimal() and len(expires) < 16):
            raise BadSignature("the URL has no valid expiry")
        expected = self._signature(*signed).encode()
        if not hmac.compare_digest(expected, given.encode(errors="replace")):
            raise BadSignature("the signature does not match the URL")
        if self._clock.now() >= int(expires):
            raise BadSignature(EXPIRED)

    def _signature(self, *signed: str) -> str:
        text = "\n".join(signed).encode(errors="replace")
        # A page of files has hundreds of signatures; this takes a quarter of the time of HMAC.
        return blake2b(text, key=self._secret, digest_size=32).hexdigest()
