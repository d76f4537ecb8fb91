"""Normalizes host names to the one form in which they are resolved, compared and sent.

An internationalized name, an address in brackets and a name in capitals would otherwise reach the
resolver, the `Host` header, TLS and a proxy each in a form of its own.
"""

from __future__ import annotations

import re
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

if TYPE_CHECKING:
    from aion._http.wire import Origin

Address = IPv4Address | IPv6Address
LONGEST_NAME = 253
LONGEST_LABEL = 63
_SHOWN = 80
"""Most characters of a wrong name that a message quotes."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
# Characters that could end a host name in a URL or a header.
_IMPOSSIBLE = re.compile(r"[\x00-\x20\x7f\"#%/:<>?@\[\\\]^`{|}]")


class HostError(ValueError):
    """Raised for text that is not a host name; the message quotes it with the reason.

    Attributes:
        reason: The message without the name, which may be a secret.
    """

    def __init__(self, name: str, reason: str) -> None:
        shown = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}..."
        super().__init__(f"{shown!r} is not a host name: {reason}")
        self.reason = reason


def ascii_host(name: str) -> str:
    """Return a host name in lower-case ASCII; an address (IPv6 without brackets) unchanged.

    Internationalized names are encoded as browsers do (IDNA 2008 with UTS 46).

    Raises:
        HostError: It is not a host name.
    """
    if ":" in name:
        try:
            return str(ip_address(unquote(name)))
        except ValueError:
            pass
        raise HostError(name, "it has a colon, but is not an IPv6 address")
    host = name.lower() if name.isascii() else _encoded(name)
    labels = host.removesuffix(".").split(".")
    if labels == [""]:
        raise HostError(name, "it is empty")
    if _IMPOSSIBLE.search(host):
        raise HostError(name, "it holds a character that host names do not have")
    if "" in labels:
        raise HostError(name, "two dots follow each other or it begins with one")
    if any(len(label) > LONGEST_LABEL for label in labels):
        raise HostError(name, f"a part of it is longer than {LONGEST_LABEL} characters")
    if len(host) > LONGEST_NAME:
        raise HostError(name, f"it is longer than {LONGEST_NAME} characters")
    return host


def address_of(host: str) -> Address | None:
    """Parse an IP address, with or without brackets; return None for other text.

    An IPv4 address in the form of IPv6 (``::ffff:127.0.0.1``) is returned as IPv4.
    """
    try:
        found = ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine: localhost, a name below it, or a loopback address."""
    name = host.lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    found = address_of(name)
    return found is not None and found.is_loopback


def located(url: str) -> tuple[Origin, str, str]:
    """Parse an absolute URL.

    Returns:
        Its origin, its authority (as for a `Host` header), and the URL with that authority. A user
        name and password are left out.

    Raises:
        ValueError: It is not a URL, or its host or port cannot be one.
    """
    parts, port = _split(url)
    name = parts.hostname or ""
    if "[" in parts.netloc and address_of(name) is None:
        raise HostError(name, "it is in brackets, but is not an IPv6 address")
    if "\\" in parts.netloc:
        # Some parsers read it as the slash that ends a host.
        raise HostError(name, "a backslash stands beside it")
    host = ascii_host(name)
    authority = bracketed(host) if port is None else f"{bracketed(host)}:{port}"
    origin = (parts.scheme, host, port or _DEFAULT_PORTS.get(parts.scheme, 80))
    if parts.netloc == authority:
        # Unchanged, because it may be signed.
        return origin, authority, url
    return origin, authority, parts._replace(netloc=authority).geturl()


def _split(url: str) -> tuple[SplitResult, int | None]:
    """Return the parts of a URL and its port. Errors do not quote it: it may hold a password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("it is not a URL") from None
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError("its port is not a number from 1 to 65535")
    return parts, port


def bracketed(host: str) -> str:
    """Return a host as it is written before a port."""
    return f"[{host}]" if ":" in host else host


def place(host: str, port: int) -> str:
    """Return a host and port for a message."""
    return f"{bracketed(host)}:{port}"


def _encoded(name: str) -> str:
    try:
        # The HTTP library depends on it, and encodes host names with it.
        import idna
    except ImportError:  # pragma: no cover - a future httpx
        encode = partial(str.encode, encoding="idna")
    else:
        encode = partial(idna.encode, uts46=True)
    try:
        return encode(name).decode("ascii")
    except UnicodeError:
        pass
    raise HostError(name, "it cannot be encoded as an internationalized name")
