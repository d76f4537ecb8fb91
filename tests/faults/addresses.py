"""Provides names with addresses chosen by a test, and addresses that never respond."""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

Entry = tuple[Any, ...]


def entry(port: int, host: str = "127.0.0.1") -> Entry:
    """Return the entry of a resolver for one address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    address = (host, port, 0, 0) if ":" in host else (host, port)
    return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address)


class Resolver:
    """Replaces the resolver of the system.

    Attributes:
        names: The addresses of names; an exception is raised.
        asked: The requested names, with their threads.
        open: Set when it responds; until then it hangs.
    """

    def __init__(self) -> None:
        self.names: dict[str, list[Entry] | Exception] = {}
        self.asked: list[tuple[str, str]] = []
        self.open = threading.Event()
        self.open.set()
        self._real = socket.getaddrinfo

    def __call__(self, host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        if host not in self.names:
            return self._real(host, port, *args, **options)
        self.asked.append((host, threading.current_thread().name))
        self.open.wait(30)
        found = self.names[host]
        if isinstance(found, Exception):
            raise found
        return found


@contextmanager
def hole() -> Generator[int]:
    """Return the port of a listener whose queue is full: it does not respond to connections."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filling = stack.enter_context(socket.socket())
            filling.setblocking(False)
            filling.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@contextmanager
def dead_first_address(port: int) -> Generator[None]:
    """Let localhost have two addresses, of which the second is alive, at `port`."""
    resolver = Resolver()
    with hole() as dead, mock.patch.object(socket, "getaddrinfo", resolver):
        resolver.names["localhost"] = [entry(dead), entry(port)]
        yield
