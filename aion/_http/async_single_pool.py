"""A pool of exactly one connection, which replaces that of the HTTP library.

A connection is used for one request at a time, so nothing has to be assigned, queued or locked.
The library's pool does that twice for each request, which takes a fifth of the processor time of a
call. It still creates the connections: direct ones, and those through proxies.
"""

from __future__ import annotations

from typing import Any

import httpcore

from aion._http import private_names


class AsyncSinglePool:
    """Holds one connection, and replaces it when it cannot be reused.

    Args:
        transport: The transport that will send its requests through this pool.
        backend: Opens the sockets.
    """

    def __init__(self, transport: Any, backend: httpcore.AsyncNetworkBackend) -> None:
        self._library_pool = private_names.connection_pool(transport)
        private_names.install_backend(self._library_pool, backend)
        private_names.replace_connection_pool(transport, self)
        self._connection: Any = None

    def usable(self) -> bool:
        """Return whether the connection can send another request.

        A connection with unread data cannot: the data would be mistaken for the response to
        the next request.
        """
        connection = self._connection
        return (
            connection is not None
            and connection.is_idle()
            and not connection.has_expired()
            and not private_names.has_unread_data(connection)
        )

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request; the interface is that of the library's pools."""
        connection = self._connection
        if not self.usable():
            if connection is not None:
                await connection.aclose()
            connection = self._connection = private_names.create_connection(
                self._library_pool, request.url.origin
            )
        response: httpcore.Response = await connection.handle_async_request(request)
        return response
