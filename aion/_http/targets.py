"""What an answer says to call next: its URLs, and the headers to send along. Checked here, once.

An answer may come from a storage service or a proxy as well, so none of it is trusted: what is
sent is an HTTP URL with a host and a port that exist, and headers that are one line each. Whatever
else comes is `Unusable`, and for a call an error of the answer: code ``INVALID_RESPONSE``.
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
"""Characters that a URL may have: the HTTP library sends no longer one."""
_SHOWN = 100
_FORBIDDEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""Controls would end a line, and surrogates are no characters: nothing can encode them."""
_NOTHING = re.compile(r"#|//(?:[/?#]|\Z)|\Z")
"""A fragment alone, a host that is left empty, and no text at all."""
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x20-\x7e\xa0-\xff\t]*")
_OURS = frozenset({"connection", "content-length", "host", "transfer-encoding"})
"""Headers that say how a request is sent, which is known here alone."""
_BASE = "https://service/"
_ASCII = "".join(map(chr, range(128)))


class Unusable(ValueError):
    """What an answer says to call, and why it cannot be."""


def joined(base: str, url: object) -> str:
    """The URL that an answer names, with all that it leaves out.

    Args:
        base: What it may be relative to.
        url: As it came, of whatever type.

    Raises:
        Unusable: It cannot be called.
    """
    if not isinstance(url, str):
        raise Unusable(f"the answer names {type(url).__name__} as a URL")
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
    """The same to be called from here: a name and a password before the host are sent nowhere.

    Args:
        base: What it may be relative to.
        url: As it came, of whatever type.

    Raises:
        Unusable: It cannot be called.
    """
    return hosts.located(joined(base, url))[2]


def reference(url: object) -> str:
    """A URL of an answer that is handed on as it came, relative or not.

    Raises:
        Unusable: It cannot be called, whatever it is relative to.
    """
    joined(_BASE, url)
    return cast("str", url)


def located(header: str) -> str:
    """A `Location` header as a URL: some servers do not escape what is not ASCII."""
    return header if header.isascii() else quote(header.encode("latin-1"), safe=_ASCII)


def headers(value: Any) -> dict[str, str]:
    """The headers that an answer asks to send, without those that are made for each request.

    Raises:
        Unusable: They cannot be sent. The message holds no value.
    """
    found = sendable(value).items()
    return {name: text for name, text in found if name.lower() not in _OURS}


def sendable(value: Any) -> dict[str, str]:
    """The headers that an answer asks to send, all of them.

    Raises:
        Unusable: They cannot be sent. The message holds no value.
    """
    if value is None:
        return {}
    if not is_object(value):
        raise Unusable(f"the answer names {type(value).__name__} as headers")
    found: dict[str, str] = {}
    for name, text in value.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise Unusable(f"the answer asks for the header {shown(str(name))}, which cannot exist")
        if not isinstance(text, str) or not _VALUE.fullmatch(text):
            raise Unusable(f"the answer asks for a value of {name} that no header can have")
        found[name] = text.strip()
    return found


def verb(method: object) -> str:
    """The method that an answer says to call by.

    Raises:
        Unusable: It is none.
    """
    if not isinstance(method, str) or not _NAME.fullmatch(method):
        raise Unusable(f"the answer asks for the method {method!r:.20}, which cannot exist")
    return method


@contextmanager
def usable(method: str) -> Generator[None]:
    """Turn what is `Unusable` into the error of a call of a presigned URL.

    Raises:
        ServerError: Something is; code ``INVALID_RESPONSE``.
    """
    try:
        yield
    except ValueError as error:
        # A host that is not ASCII may turn out to be none when it is encoded.
        reason = str(error) if isinstance(error, Unusable) else f"the answer names a URL: {error}"
    else:
        return
    failure = ServerError(reason)
    failure.code = "INVALID_RESPONSE"
    raise failure.at(method=method, path="<presigned URL>")


def _unusable(url: str, reason: str) -> Unusable:
    return Unusable(f"the answer names a URL that cannot be called ({reason}): {shown(url)}")


def shown(url: str) -> str:
    """A URL for people, shortened, without what in it is a credential."""
    # The query of a presigned URL is a credential, and so is what stands before an @.
    head = re.split("[?#]", url, maxsplit=1)[0]
    scheme, mark, rest = head.rpartition("//")
    text = f"{scheme}{mark}{rest.rpartition('@')[2]}"
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")
