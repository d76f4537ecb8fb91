"""Fetches the page of a link, from two places only: the built-in pages, and this machine.

Any other address, also of a redirect, is a failure with the reason. A sandbox that listens to
other machines does not fetch from this one either, since its services are not for them.
"""

from __future__ import annotations

import http.client
import ipaddress
import time
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

from aion.sandbox.links.built_in_pages import HOST, Page, built_in

_MAX_BYTES: Final = 256 * 1024
_SECONDS: Final = 3.0
_REDIRECTS: Final = 3


class CrawlFailed(Exception):
    """The page could not be fetched; the text is the reason that the API reports."""


def fetch(url: str, *, local: bool) -> tuple[str, Page]:
    """Return the page of an address, and the address after redirects.

    Args:
        url: The address.
        local: Whether addresses of this machine are allowed.

    Raises:
        CrawlFailed: It cannot be fetched.
    """
    deadline = time.monotonic() + _SECONDS
    for _ in range(_REDIRECTS + 1):
        parts = _parts(url)
        if parts.hostname == HOST:
            return url, built_in(parts.path)
        address = loopback_address(parts.hostname or "")
        if address is None:
            raise CrawlFailed(
                f"the sandbox makes no outgoing calls: {parts.hostname} is neither"
                f" {HOST} nor this machine"
            )
        if not local:
            raise CrawlFailed(
                "this sandbox serves other machines, so it does not fetch from this one"
            )
        page, location = _get(parts, address, deadline)
        if location is None:
            return url, page
        url = urljoin(url, location)
    raise CrawlFailed(f"more than {_REDIRECTS} redirects")


def loopback_address(host: str) -> str | None:
    """Return the address of a host on this machine, or None for any other. Resolves no name."""
    if host == "localhost":
        return "127.0.0.1"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return str(address) if address.is_loopback else None


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise CrawlFailed(f"not a URL: {error}") from None
    if parts.scheme not in ("http", "https"):
        raise CrawlFailed(f"{parts.scheme}: is not the scheme of a web page")
    return parts


def _get(parts: SplitResult, address: str, deadline: float) -> tuple[Page, str | None]:
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(address, parts.port, timeout=_SECONDS)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", target, headers={"Host": parts.netloc.rpartition("@")[2]})
        answer = connection.getresponse()
        location = answer.getheader("Location") if 300 <= answer.status < 400 else None
        body = _body(answer, deadline)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CrawlFailed(f"{parts.netloc} could not be reached: {error}") from None
    finally:
        connection.close()
    return Page(answer.status, answer.getheader("Content-Type", ""), body), location


def _body(answer: http.client.HTTPResponse, deadline: float) -> bytes:
    """Return the first part of a body, as far as it arrives in time."""
    body = bytearray()
    while len(body) < _MAX_BYTES and time.monotonic() < deadline:
        piece = answer.read1(min(65_536, _MAX_BYTES - len(body)))
        if not piece:
            break
        body += piece
    return bytes(body)
