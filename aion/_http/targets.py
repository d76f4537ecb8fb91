"""Checks the URLs and headers in a response that are to be requested next.

A response may come from a storage service or a proxy, so it is not trusted: only an HTTP URL with a
valid host and port, and headers of one line each, are used. Anything else raises `Unusable`, which
becomes an error of the call with the code ``INVALID_RESPONSE``.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import quote, urljoin, urlsplit

from aion._http import hosts
from aion.exceptions import ServerError
from aion_api._model import is_object

LONGEST = 64 * 1024
"""Most characters of a URL: the HTTP library does not send longer ones."""
_SHOWN = 100
_FORBIDDEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters, which would end a line, and surrogates, which cannot be encoded."""
_NOTHING = re.compile(r"#|//(?:[/?#]|\Z)|\Z")
"""A fragment alone, an empty host, and empty text."""
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x20-\x7e\xa0-\xff\t]*")
_OURS = frozenset({"connection", "content-length", "host", "transfer-encoding"})
"""Headers that the client itself sets for each request."""
_BASE = "https://service/"
_ASCII = "".join(map(chr, range(128)))


class Unusable(ValueError):
    """Raised for a target in a response that cannot be requested, with the reason."""


def joined(base: str, url: object) -> str:
    """Complete a URL in a response.

    Args:
        base: The URL that it may be relative to.
        url: The value in the response, of any type.

    Raises:
        Unusable: It cannot be requested.
    """
    if not isinstance(url, str):
        raise Unusable(f"the response has {type(url).__name__} as a URL")
    text = url.strip(" ")
    if _NOTHING.match(text):
        raise _unusable(text, "it names nothing")
    if len(text) > LONGEST:
        raise _unusable(text, f"it has {len(text):,} characters")
    if _FORBIDDEN.search(text):
        raise _unusable(text, "it has characters that no URL can have")
    try:
        whole = urljoin(base, text)
        if urlsplit(whole).scheme in ("http", "https"):
            hosts.located(whole)
            return whole
        reason = "it is not an HTTP URL"
    except hosts.HostError as error:
        reason = f"its host cannot exist: {error.reason}"
    except ValueError as error:
        reason = str(error)
    raise _unusable(text, reason)


def absolute(base: str, url: object) -> str:
    """Complete a URL to request, without the user name and password before the host.

    Args:
        base: The URL that it may be relative to.
        url: The value in the response, of any type.

    Raises:
        Unusable: It cannot be requested.
    """
    return hosts.located(joined(base, url))[2]


def reference(url: object) -> str:
    """Check a URL in a response that is returned unchanged, relative or not.

    Raises:
        Unusable: It cannot be requested, whatever it is relative to.
    """
    joined(_BASE, url)
    return cast("str", url)


def located(header: str) -> str:
    """Convert a `Location` header to a URL: some servers do not escape non-ASCII characters."""
    return header if header.isascii() else quote(header.encode("latin-1"), safe=_ASCII)


def headers(value: Any) -> dict[str, str]:
    """Return the headers to send according to a response, except those set for each request.

    Raises:
        Unusable: They cannot be sent. The message holds no value.
    """
    found = sendable(value).items()
    return {name: text for name, text in found if name.lower() not in _OURS}


def sendable(value: Any) -> dict[str, str]:
    """Return all headers to send according to a response.

    Raises:
        Unusable: They cannot be sent. The message holds no value.
    """
    if value is None:
        return {}
    if not is_object(value):
        raise Unusable(f"the response has {type(value).__name__} as headers")
    found: dict[str, str] = {}
    for name, text in value.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise Unusable(f"the response sets the header {shown(str(name))}, which cannot exist")
        if not isinstance(text, str) or not _VALUE.fullmatch(text):
            raise Unusable(f"the response sets a value of {name} that no header can have")
        found[name] = text.strip()
    return found


def verb(method: object) -> str:
    """Return the method to use according to a response.

    Raises:
        Unusable: It is not a method.
    """
    if not isinstance(method, str) or not _NAME.fullmatch(method):
        raise Unusable(f"the response sets the method {method!r:.20}, which cannot exist")
    return method


@contextmanager
def usable(method: str) -> Generator[None]:
    """Convert `Unusable` into the error of a call of a presigned URL.

    Raises:
        ServerError: A target is unusable; code ``INVALID_RESPONSE``.
    """
    try:
        yield
    except ValueError as error:
        # Encoding a non-ASCII host may show that it is invalid.
        reason = str(error) if isinstance(error, Unusable) else f"the response has a URL: {error}"
    else:
        return
    failure = ServerError(reason)
    failure.code = "INVALID_RESPONSE"
    raise failure.at(method=method, path="<presigned URL>")


def _unusable(url: str, reason: str) -> Unusable:
    return Unusable(f"the response has a URL that cannot be requested ({reason}): {shown(url)}")


def shown(url: str) -> str:
    """Return a short URL for a message, without credentials."""
    # The query of a presigned URL is a credential, and so is the part before an @.
    head = re.split("[?#]", url, maxsplit=1)[0]
    scheme, mark, rest = head.rpartition("//")
    text = f"{scheme}{mark}{rest.rpartition('@')[2]}"
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
