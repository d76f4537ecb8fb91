"""Wraps every private name of `httpx`, `httpcore` and `asyncio` that the package uses.

A release of these libraries may rename undocumented names. A test proves that no other module uses
such names; each has a function here, and `require` reports those that an installed version lacks
before they are used.
"""

from __future__ import annotations

import ssl
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, NamedTuple

from aion.exceptions import DependencyError

if TYPE_CHECKING:
    import asyncio

    import httpcore
    import httpx

DECLARED = {"httpx": "httpx>=0.26,<0.29", "httpcore": "httpcore>=1.0.9,<2"}
"""The versions that are known to have the names, as `pyproject.toml` declares them."""


def connection_pool(transport: Any) -> Any:
    """Return the connection pool of an `httpx` transport, which has no argument for one."""
    return transport._pool


def replace_connection_pool(transport: Any, pool: object) -> None:
    """Let an `httpx` transport send its requests to another connection pool."""
    transport._pool = pool


def install_backend(pool: Any, backend: object) -> None:
    """Let a connection pool open its sockets with `backend`, which `httpx` cannot pass to it."""
    pool._network_backend = backend


def create_connection(pool: Any, origin: httpcore.Origin) -> Any:
    """Create a connection as a pool does: a direct one, or one through its proxy."""
    return pool.create_connection(origin)


def has_unread_data(connection: Any) -> bool:
    """Return whether an HTTP/1.1 connection received more than the last response.

    `httpcore` checks the socket alone, though the rest may have been read from it already.
    """
    while (inner := getattr(connection, "_connection", None)) is not None:
        connection = inner
    state = getattr(connection, "_h11_state", None)
    return state is not None and bool(state.trailing_data[0])


def url_parts(url: httpx.URL) -> Any:
    """Return the parsed parts of a URL, a named tuple."""
    return url._uri_reference  # pyright: ignore[reportPrivateUsage]  # that is what this is for


def url_of_parts(parts: Any) -> httpx.URL:
    """Create a URL from parsed parts; `httpx` can only parse text."""
    import httpx

    url: Any = httpx.URL.__new__(httpx.URL)
    url._uri_reference = parts
    made: httpx.URL = url
    return made


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the running event loop, or None: the public function raises, at a higher cost."""
    library = _asyncio()
    loop: asyncio.AbstractEventLoop | None = library._get_running_loop()
    return loop


def hide_task(task: Any) -> None:
    """Remove a task from `asyncio.all_tasks`, so that the end of a program does not cancel it.

    Closing its event loop before it is done does not report it either.
    """
    _asyncio()._unregister_task(task)
    # As `asyncio.gather` does.
    task._log_destroy_pending = False


def _asyncio() -> Any:
    """Import the module, which programs with threads alone need not load."""
    import asyncio

    return asyncio


class _Use(NamedTuple):
    """Nested names that an object must have."""

    owner: str
    make: Callable[[], object]
    names: tuple[str, ...]


def _http_uses() -> Iterator[_Use]:
    """Yield the names in the HTTP libraries, for both clients."""
    import httpcore
    import httpx

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    origin = httpcore.Origin(b"http", b"localhost", 80)
    for prefix, stream in (("", httpcore.NetworkStream), ("Async", httpcore.AsyncNetworkStream)):
        transport = _of(httpx, f"{prefix}HTTPTransport", verify=context)
        yield _Use(f"httpx.{prefix}HTTPTransport", transport, ("_pool", "_network_backend"))
        yield _Use(f"httpx.{prefix}HTTPTransport", transport, ("_pool", "create_connection"))
        connection = _of(httpcore, f"{prefix}HTTPConnection", origin)
        yield _Use(f"httpcore.{prefix}HTTPConnection", connection, ("_connection",))
        http11 = _of(httpcore, f"{prefix}HTTP11Connection", origin, stream())
        yield _Use(f"httpcore.{prefix}HTTP11Connection", http11, ("_h11_state", "trailing_data"))
    url = _of(httpx, "URL", "http://localhost/")
    yield _Use("httpx.URL", url, ("_uri_reference", "_replace"))


def _asyncio_uses() -> Iterator[_Use]:
    """Yield the names in the standard library, for the asynchronous client."""
    library = _asyncio()
    yield _Use("asyncio", _asyncio, ("_get_running_loop",))
    yield _Use("asyncio", _asyncio, ("_unregister_task",))
    yield _Use("asyncio.Task", lambda: library.Task, ("_log_destroy_pending",))


def _of(library: Any, name: str, *args: object, **settings: object) -> Callable[[], object]:
    return lambda: getattr(library, name)(*args, **settings)


HTTP = _http_uses
"""The names in `httpx` and `httpcore` that `require` checks."""
ASYNCIO = _asyncio_uses
"""The names in `asyncio` that `require` checks."""


def require(uses: Callable[[], Iterable[_Use]]) -> None:
    """Check that the installed versions have the names in `HTTP` or in `ASYNCIO`.

    Raises:
        DependencyError: Some are missing; the message lists them, the installed versions, and the
            versions to install.
    """
    if missing := list(dict.fromkeys(filter(None, map(_missing, uses())))):
        raise DependencyError(
            f"aion cannot use {_installed()}: missing {', '.join(missing)}; other versions have it",
            install=_supported(),
        )


def _missing(use: _Use) -> str | None:
    """Return the first missing name of a use in full; None if all exist."""
    found, path = None, use.owner
    try:
        found = use.make()
        for name in use.names:
            path = f"{path}.{name}"
            found = getattr(found, name)
    except (AttributeError, TypeError):
        return path
    return None


def _installed() -> str:
    found = [f"Python {sys.version_info.major}.{sys.version_info.minor}"]
    for library in DECLARED:
        try:
            found.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            # A program bundled into one file may have the library without its metadata.
            found.append(library)
    return ", ".join(found)


def _supported() -> str:
    return " ".join(f'"{requirement}"' for requirement in DECLARED.values())
