"""Schedules connection attempts to the addresses of a host (RFC 8305), and collects failures.

Pure: no name is resolved and no socket opened. Addresses of the two families alternate, so that an
unreachable family costs one delay, and not one for each of its addresses.
"""

from __future__ import annotations

import os
import re
import socket
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from aion._http.hosts import address_of, place

NEXT_AFTER = 0.25
"""Seconds after which the next address is tried as well, in parallel with the others."""

_MOST_SHOWN = 6
"""Most addresses that a message lists for one reason."""
# Text that may be an address; the system parses it without a resolver.
_LITERAL = re.compile(r"[0-9][0-9.xa-fA-F]*$|[0-9a-fA-F]*:")


class Address(NamedTuple):
    """One address as `socket.getaddrinfo` returns it, without the canonical name."""

    family: int
    kind: int
    protocol: int
    sockaddr: tuple[Any, ...]


def interleaved(addresses: Iterable[Address]) -> list[Address]:
    """Return distinct addresses in order, but with alternating families."""
    families: dict[int, deque[Address]] = {}
    for address in dict.fromkeys(addresses):
        families.setdefault(address.family, deque()).append(address)
    found: list[Address] = []
    while families:
        for family, queue in list(families.items()):
            found.append(queue.popleft())
            if not queue:
                del families[family]
    return found


class Schedule:
    """Decides when the next address is due. Times are in seconds, on any clock."""

    def __init__(self, addresses: Iterable[Address]) -> None:
        self._left = deque(interleaved(addresses))
        self._due: float | None = None

    def __bool__(self) -> bool:
        return bool(self._left)

    def take(self, now: float) -> Address | None:
        """Return the next address, if it is due."""
        if not self._left or (self._due is not None and now < self._due):
            return None
        self._due = now + NEXT_AFTER
        return self._left.popleft()

    def failed(self) -> None:
        """Record that an attempt failed: the next address is due at once."""
        self._due = None

    def wait(self, now: float) -> float | None:
        """Return the seconds until the next address is due; None if there is none."""
        if not self._left:
            return None
        return 0.0 if self._due is None else max(0.0, self._due - now)


class Failures:
    """Collects why the addresses of a host failed."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._reasons: dict[str, list[str]] = {}

    def add(self, address: Address, error: OSError) -> None:
        """Record a reason."""
        places = self._reasons.setdefault(reason_of(error), [])
        host, port = address.sockaddr[:2]
        if (where := place(host, port)) not in places:
            places.append(where)

    def error(self) -> ConnectionError:
        """Create one error that lists each reason once, with its addresses."""
        if not self._reasons:
            return ConnectionError(f"{self._host} has no address")
        reasons = (f"{reason} ({_listed(places)})" for reason, places in self._reasons.items())
        name = "" if address_of(self._host) else f"{self._host}: "
        return ConnectionError(name + "; ".join(reasons))


def _listed(places: list[str]) -> str:
    more = f" and {len(places) - _MOST_SHOWN} more" if len(places) > _MOST_SHOWN else ""
    return ", ".join(places[:_MOST_SHOWN]) + more


def reason_of(error: OSError) -> str:
    """Return the message of a system error, without its number."""
    if os.name == "posix" and type(error) is not socket.gaierror and error.errno:
        # Event loops replace it by another text, with the address.
        return os.strerror(error.errno)
    return error.strerror or str(error) or type(error).__name__


def literal(host: str, port: int) -> list[Address] | None:
    """Parse a host that is an address, without a resolver; return None for a name."""
    if not _LITERAL.match(host):
        return None
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    try:
        return listed(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags))
    except socket.gaierror:
        return None


def listed(found: Sequence[tuple[Any, ...]]) -> list[Address]:
    """Convert a result of `socket.getaddrinfo` into addresses."""
    return [
        Address(int(family), int(kind), protocol, address)
        for family, kind, protocol, _, address in found
    ]
