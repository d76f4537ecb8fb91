"""The way to an origin: directly or through a proxy, and how it is secured."""

from __future__ import annotations

import functools
import os
import ssl
import urllib.request
from dataclasses import dataclass

from aion._transport.wire import Origin


@dataclass(frozen=True, slots=True)
class Route:
    """Where a connection leads.

    Attributes:
        origin: Scheme, host and port.
        proxy: URL of the proxy on the way, or None.
    """

    origin: Origin
    proxy: str | None

    @property
    def needs_tls(self) -> bool:
        """Whether anything on the way is encrypted."""
        return self.origin[0] == "https" or (self.proxy or "").startswith("https")

    def tls(self) -> ssl.SSLContext:
        """The TLS settings for it.

        One context for all connections, made on first use from ``SSL_CERT_FILE`` and
        ``SSL_CERT_DIR``, else from the certificates that come with `certifi`. For plain HTTP: one
        that trusts nobody, and costs nothing to make.
        """
        if not self.needs_tls:
            return _no_trust()
        return _trust(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))

    def __repr__(self) -> str:
        # A proxy URL may hold a password.
        scheme, host, port = self.origin
        return f"Route({scheme}://{host}:{port}{', through a proxy' if self.proxy else ''})"


def route(origin: Origin, proxy_url: str | None) -> Route:
    """The way to an origin: the configured proxy, else that of the environment, else direct."""
    scheme, host, port = origin
    if proxy_url:
        return Route(origin, proxy_url)
    if urllib.request.proxy_bypass(f"{host}:{port}") or urllib.request.proxy_bypass(host):
        return Route(origin, None)
    found = urllib.request.getproxies()
    proxy = found.get(scheme) or found.get("all")
    if proxy and "://" not in proxy:
        proxy = f"http://{proxy}"
    return Route(origin, proxy)


@functools.lru_cache(maxsize=4)
def _trust(cert_file: str | None, cert_dir: str | None) -> ssl.SSLContext:
    if cert_file or cert_dir:
        return ssl.create_default_context(cafile=cert_file, capath=cert_dir)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


@functools.lru_cache(maxsize=1)
def _no_trust() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
