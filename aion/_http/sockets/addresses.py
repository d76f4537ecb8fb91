"""Which of a host's addresses are tried, in which order and when (RFC 8305), and what failed.

Pure: it resolves nothing and opens nothing. Addresses of the two families alternate, so that a
family that leads nowhere costs one delay and not one for each of its addresses.
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
"""Seconds after which the next address is tried as well, while the others go on."""

_MOST_SHOWN = 6
"""Addresses that a message names for one reason."""
# What can be one; the system has the last word, and asks no resolver.
_LITERAL = re.compile(r"[0-9][0-9.xa-fA-F]*$|[0-9a-fA-F]*:")


class Address(NamedTuple):
    """One address as `socket.getaddrinfo` gives it, without the canonical name."""

    family: int
    kind: int
    protocol: int
    sockaddr: tuple[Any, ...]


def interleaved(addresses: Iterable[Address]) -> list[Address]:
    """Each address once; families alternate from that of the first, else the order is kept."""
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
    """When the next address is due. Times are in seconds, on any clock."""

    def __init__(self, addresses: Iterable[Address]) -> None:
        self._left = deque(interleaved(addresses))
        self._due: float | None = None

    def __bool__(self) -> bool:
        return bool(self._left)

    def take(self, now: float) -> Address | None:
        """The next address, if it is due."""
        if not self._left or (self._due is not None and now < self._due):
            return None
        self._due = now + NEXT_AFTER
        return self._left.popleft()

    def failed(self) -> None:
        """One failed: the next is due at once."""
        self._due = None

    def wait(self, now: float) -> float | None:
        """Seconds until the next address is due; None when there is none."""
        if not self._left:
            return None
        return 0.0 if self._due is None else max(0.0, self._due - now)


class Failures:
    """Why the addresses of a host failed."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._reasons: dict[str, list[str]] = {}

    def add(self, address: Address, error: OSError) -> None:
        """Note a reason."""
        places = self._reasons.setdefault(reason_of(error), [])
        host, port = address.sockaddr[:2]
        if (where := place(host, port)) not in places:
            places.append(where)

    def error(self) -> ConnectionError:
        """One error that names each reason once, with its addresses."""
        if not self._reasons:
            return ConnectionError(f"{self._host} has no address")
        reasons = (f"{reason} ({_listed(places)})" for reason, places in self._reasons.items())
        name = "" if address_of(self._host) else f"{self._host}: "
        return ConnectionError(name + "; ".join(reasons))


def _listed(places: list[str]) -> str:
    more = f" and {len(places) - _MOST_SHOWN} more" if len(places) > _MOST_SHOWN else ""
    return ", ".join(places[:_MOST_SHOWN]) + more


def reason_of(error: OSError) -> str:
    """What an error of the system says, without its number."""
    if os.name == "posix" and type(error) is not socket.gaierror and error.errno:
        # Event loops put another text, with the address, in its place.
        return os.strerror(error.errno)
    return error.strerror or str(error) or type(error).__name__


def literal(host: str, port: int) -> list[Address] | None:
    """The address that a host is, without a resolver; None for a name."""
    if not _LITERAL.match(host):
        return None
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    try:
        return listed(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags))
    except socket.gaierror:
        return None


def listed(found: Sequence[tuple[Any, ...]]) -> list[Address]:
    """The addresses of an answer of `socket.getaddrinfo`."""
    return [
        Address(int(family), int(kind), protocol, address)
        for family, kind, protocol, _, address in found
    ]
