"""Configures the HTTP library for one connection of either client.

Only this module, `async_connection` and its twin, the modules that they use, and `sockets` use that
library. A connection sends a `Wire` and returns a `Reply` or a `Fault`, never a type or an
exception of the library. Requests go through `httpx.HTTPTransport.handle_request` and its
asynchronous twin, the level at which recorders, mocks and instrumentation hook in.
"""

from __future__ import annotations

import base64
import contextlib
from typing import TYPE_CHECKING

import httpx

from aion._http import private_names
from aion._http.places import KEEP_ALIVE
from aion._http.routing import Route, proxy_of
from aion._http.sockets.connect_limits import ConnectLimits
from aion._secrets import SecretBytes
from aion.exceptions import DependencyError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Generator

    from aion._http.proxies import Proxy

private_names.require(private_names.HTTP)

ONE = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEP_ALIVE)
"""The limits of a transport with one connection."""


@contextlib.contextmanager
def socks_extra() -> Generator[None]:
    """Name the extra to install for SOCKS proxies if it is missing.

    Raises:
        DependencyError: The extra is not installed.
    """
    try:
        yield
    except ImportError as error:
        if "socks" not in str(error).lower():
            # Python is shutting down and cannot import any more.
            raise
        missing = True
    else:
        missing = False
    if missing:
        raise DependencyError("a SOCKS proxy needs socksio", install='"aionvision[socks]"')


def connect_limits(way: Route) -> ConnectLimits:
    """Return the limits for connecting on a route."""
    scheme = (way.proxy or "").partition(":")[0]
    handshakes = (scheme == "https") + (way.origin[0] == "https")
    return ConnectLimits(
        way.connect_timeout,
        handshakes=handshakes,
        asks_proxy=scheme.startswith("socks") and not handshakes,
    )


def library_proxy(way: Route) -> httpx.Proxy | None:
    """Return the proxy of a route for the library, with credentials outside the URL."""
    proxy = proxy_of(way)
    if proxy is None:
        return None
    if proxy.user is None:
        return httpx.Proxy(proxy.address, ssl_context=_proxy_tls(way, proxy))
    if proxy.scheme.startswith("socks"):
        return httpx.Proxy(proxy.address, auth=(proxy.user, proxy.password))
    login = base64.b64encode(proxy.user.encode() + b":" + proxy.password.encode())
    return httpx.Proxy(
        proxy.address,
        ssl_context=_proxy_tls(way, proxy),
        headers=[(b"Proxy-Authorization", SecretBytes(b"Basic " + login))],
    )


def _proxy_tls(way: Route, proxy: Proxy) -> ssl.SSLContext | None:
    return way.tls() if proxy.scheme == "https" else None
