"""Parses the URL of a proxy, whose user name and password may contain any character.

The reason for refusing a URL quotes no part of it: any part may belong to a password that was not
percent-encoded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from aion._http.hosts import HostError, address_of, ascii_host, place
from aion._secrets import SecretText

SCHEMES = ("http", "https", "socks5", "socks5h")
_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_QUOTES = ('"', "'")
_LONGEST_PORT = 5


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy.

    Attributes:
        scheme: ``http``, ``https``, ``socks5`` or ``socks5h``.
        host: Its name in ASCII or its address, without brackets.
        port: Its port.
        user: The user name, decoded, or None.
        password: The password, decoded; empty by default.
    """

    scheme: str
    host: str
    port: int
    user: SecretText | None = field(default=None, repr=False)
    password: SecretText = field(default=SecretText(), repr=False)

    @property
    def address(self) -> str:
        """Its URL without user name and password."""
        return f"{self.scheme}://{place(self.host, self.port)}"

    @property
    def url(self) -> SecretText:
        """Its URL, user name and password percent-encoded."""
        if self.user is None:
            return SecretText(self.address)
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return SecretText(f"{self.scheme}://{login}@{place(self.host, self.port)}")


def parse_proxy(url: str, *, scheme: str | None = None) -> Proxy:
    """Parse the URL of a proxy. Surrounding white space is ignored.

    Args:
        url: Its URL. A user name and password without ``/``, ``?`` and ``#`` may be plain;
            others have to be percent-encoded.
        scheme: The default scheme of a URL; None refuses a URL without one.

    Raises:
        ValueError: The URL cannot be used; the message has the reason, without secrets.
    """
    text = SecretText(url.strip())
    if text[:1] in _QUOTES or text[-1:] in _QUOTES:
        raise ValueError("it has quotes around it: remove them")
    if re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", text):
        raise ValueError("it holds a control character or a broken one")
    kind, rest = _scheme(text, scheme)
    end = rest.rfind("@")
    if re.search("[/?#]", rest[: max(0, end)]):
        raise ValueError(
            "its user name or password has to be percent-encoded"
            " (/ is %2F, ? is %3F, # is %23, @ is %40, % is %25)"
        )
    target = re.split("[/?#]", rest[end + 1 :], maxsplit=1)[0]
    host, port = _host_and_port(target, _PORTS[kind])
    if end < 0:
        return Proxy(kind, host, port)
    colon = rest.find(":", 0, end)
    user, password = (rest[:end], rest[:0]) if colon < 0 else (rest[:colon], rest[colon + 1 : end])
    decoded = SecretText(unquote(password))
    if not user and not decoded:
        return Proxy(kind, host, port)
    return Proxy(kind, host, port, SecretText(unquote(user)), decoded)


def _scheme(text: SecretText, default: str | None) -> tuple[str, SecretText]:
    """Split a URL into its scheme and the rest."""
    end = text.find("://")
    if end < 0 or "@" in text[:end]:
        if default is None:
            raise ValueError("it has no scheme: it has to be like http://proxy.example:8080")
        return default, text
    kind = str(text[:end]).lower()
    if kind in SCHEMES:
        return kind, text[end + 3 :]
    if kind in ("socks", "socks4", "socks4a"):
        raise ValueError(f"{kind}:// is not supported: use socks5:// or socks5h://")
    raise ValueError(f"its scheme is not one of {', '.join(SCHEMES)}")


def _host_and_port(text: str, default: int) -> tuple[str, int]:
    if text.startswith("["):
        inner, closing, rest = text[1:].partition("]")
        if not closing or address_of(unquote(inner)) is None or rest[:1] not in ("", ":"):
            raise ValueError("its host is not an IPv6 address in brackets")
        return _host(inner), _port(rest[1:], default)
    name, _, digits = text.partition(":")
    if ":" in digits:
        raise ValueError("its host has several colons: an IPv6 address stands in brackets")
    number = _port(digits, default)
    if not name:
        raise ValueError("it has no host: it has to be like http://proxy.example:8080")
    return _host(name), number


def _host(name: str) -> str:
    try:
        return ascii_host(name)
    except HostError as error:
        reason = error.reason
    # Without "@", the name may be that of a user.
    raise ValueError(f"its host is not a host name: {reason}")


def _port(digits: str, default: int) -> int:
    if not digits:
        return default
    plain = digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_PORT
    if not plain or not 1 <= int(digits) <= 65535:
        raise ValueError("its port is not a number from 1 to 65535")
    return int(digits)


__all__ = ["SCHEMES", "Proxy", "parse_proxy"]
