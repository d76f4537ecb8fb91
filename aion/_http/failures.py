"""Converts failures of the HTTP library into plain data."""

from __future__ import annotations

import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx

from aion._http.wire import Fault

if TYPE_CHECKING:
    from aion._http.routing import Route
    from aion._http.sockets.connect_limits import ConnectLimits


def fault_of(error: Exception, limits: ConnectLimits, way: Route) -> Fault | None:
    """Return the fault for an error of an exchange; None if it is not one of the library."""
    text = str(error) or type(error).__name__
    unmade = limits.until is not None
    through = " through the proxy" if way.proxy else ""
    match error:
        case httpx.ProxyError():
            return Fault("proxy", f"the proxy refused: {_refusal(text)}", sent=False)
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return Fault("timeout", "no connection in time", sent=False, bound=limits.passed)
        case httpx.ConnectError() if _is_of_tls(error):
            return Fault("tls", f"no secure connection{through}: {text}", sent=False)
        case httpx.ConnectError():
            return Fault("connect", f"no connection{through}: {text}", sent=False)
        case httpx.TimeoutException() if unmade:
            return Fault("timeout", "no connection in time", sent=False, bound=limits.passed)
        case httpx.TimeoutException():
            return Fault("timeout", "the service fell silent", sent=True)
        case httpx.UnsupportedProtocol() | httpx.LocalProtocolError() | httpx.InvalidURL():
            return Fault("connect", f"the request cannot be sent: {text}", sent=False)
        case httpx.HTTPError() if unmade:
            return Fault("connect", f"the proxy broke the connection: {text}", sent=False)
        case httpx.HTTPError():
            return Fault("broken", f"the connection broke: {text}", sent=True)
        case _ if unmade:
            # The server is not a proxy of this kind, or a host name is invalid. The message may
            # come from any library, and quote secrets.
            return Fault("connect", f"no connection{through}: {type(error).__name__}", sent=False)
        case _:
            return None


def is_collected(error: BaseException | None) -> bool:
    """Return whether a coroutine was collected: without a loop, the library cannot clean up."""
    while error is not None:
        if isinstance(error, GeneratorExit):
            return True
        error = error.__context__
    return False


def _refusal(text: str) -> str:
    """Describe the refusal of a proxy by its status: its own text may quote the credentials."""
    status = text.partition(" ")[0]
    try:
        return f"{status} {HTTPStatus(int(status)).phrase}"
    except ValueError:
        return status if status.isdigit() else text


def _is_of_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__
    return False
