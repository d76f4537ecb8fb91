"""Chooses the route to an origin, directly or through a proxy, and its TLS settings."""

from __future__ import annotations

import os
import ssl
import urllib.request
from dataclasses import dataclass, field

from aion._http import tls_settings
from aion._http.hosts import is_loopback, place
from aion._http.no_proxy import is_exempt
from aion._http.proxies import Proxy, parse_proxy
from aion._http.wire import Origin
from aion._secrets import SecretText, concealed_values
from aion.exceptions import AionvisionConnectionError

_CONNECT_TIMEOUT = 10.0
_GIVEN = "proxy_url"
_SYSTEM = "the proxy of the system settings"


@dataclass(frozen=True, slots=True)
class Route:
    """The route of a connection.

    Attributes:
        origin: Scheme, host and port.
        proxy: URL of the proxy, user name and password percent-encoded, or None.
        connect_timeout: Seconds for connecting: name resolution, proxy and TLS included.
    """

    origin: Origin
    proxy: str | None
    connect_timeout: float = field(default=_CONNECT_TIMEOUT, kw_only=True)

    @property
    def needs_tls(self) -> bool:
        """Whether the origin or the proxy uses TLS."""
        return self.origin[0] == "https" or (self.proxy or "").startswith("https")

    def tls(self) -> ssl.SSLContext:
        """The TLS settings of the route.

        One context for all connections, created on first use from ``SSL_CERT_FILE`` and
        ``SSL_CERT_DIR``, else from the certificates of `certifi`. For plain HTTP: a cheap one
        that trusts no certificate.

        Raises:
            AionvisionConnectionError: The value of a variable cannot be used; code ``TLS_ERROR``.
        """
        return tls_settings.trust() if self.needs_tls else tls_settings.no_trust()

    def __repr__(self) -> str:
        # A proxy URL may hold a password.
        scheme, host, port = self.origin
        return f"Route({scheme}://{place(host, port)}{', through a proxy' if self.proxy else ''})"


def proxy_of(way: Route) -> Proxy | None:
    """Return the proxy of a route, with user name and password separated, or None.

    Raises:
        AionvisionConnectionError: The proxy cannot be used; code ``PROXY_ERROR``.
    """
    return _parsed(_GIVEN, SecretText(way.proxy)) if way.proxy else None


def route(
    origin: Origin, proxy_url: str | None, connect_timeout: float = _CONNECT_TIMEOUT
) -> Route:
    """Choose the route to an origin: the configured proxy, one of the environment, or direct.

    A proxy of the environment is not used for this machine.

    Raises:
        AionvisionConnectionError: The proxy cannot be used; code ``PROXY_ERROR``.
    """
    scheme, host, port = origin
    if proxy_url:
        proxy: Proxy | None = _parsed(_GIVEN, SecretText(proxy_url))
    elif is_loopback(host):
        proxy = None
    else:
        proxy = _of_environment(scheme, host, port)
    return Route(origin, proxy.url if proxy else None, connect_timeout=connect_timeout)


def _of_environment(scheme: str, host: str, port: int) -> Proxy | None:
    # Not as plain text: a traceback may show it.
    found = concealed_values(urllib.request.getproxies_environment())
    if found:
        exempt = is_exempt(host, port, found.get("no", ""))
    else:
        found = concealed_values(urllib.request.getproxies())
        exempt = bool(found) and bool(
            urllib.request.proxy_bypass(f"{host}:{port}") or urllib.request.proxy_bypass(host)
        )
    kind = next((kind for kind in (scheme, "all") if found.get(kind, "").strip()), None)
    if exempt or kind is None:
        return None
    return _parsed(_variable(kind, found[kind]), found[kind], scheme="http")


def _variable(kind: str, value: str) -> str:
    """Return the name of the variable that contains a proxy."""
    names = (
        name
        for name in sorted(os.environ, reverse=True)
        if name.lower() == f"{kind}_proxy" and os.environ[name] == value
    )
    return next(names, _SYSTEM)


def _parsed(source: str, url: SecretText, *, scheme: str | None = None) -> Proxy:
    try:
        return parse_proxy(url, scheme=scheme)
    except ValueError as error:
        reason = str(error)
    # Outside the handler, whose error has parts of the URL in its traceback.
    problem = AionvisionConnectionError(f"{source} cannot be used: {reason}")
    problem.code = "PROXY_ERROR"
    raise problem
