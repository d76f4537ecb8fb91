"""A pool of exactly one connection, in the place of the HTTP library's own.

A connection is used for one request at a time, so there is nothing to assign, to queue or to lock.
The library's pool does all of that twice a request, which is a fifth of the processor time of a
call. It still makes the connections: direct ones, and those through proxies.
"""

from __future__ import annotations

from typing import Any

import httpcore

from aion._http import private_names


class AsyncSinglePool:
    """Holds one connection, and makes it again when it cannot be reused.

    Args:
        transport: What sends its requests here from now on.
        backend: What opens the sockets.
    """

    def __init__(self, transport: Any, backend: httpcore.AsyncNetworkBackend) -> None:
        self._library_pool = private_names.connection_pool(transport)
        private_names.install_backend(self._library_pool, backend)
        private_names.replace_connection_pool(transport, self)
        self._connection: Any = None

    def usable(self) -> bool:
        """Whether there is a connection that can take another request.

        One over which more came than was asked for cannot: the rest would be mistaken for the
        response to the next request.
        """
        connection = self._connection
        return (
            connection is not None
            and connection.is_idle()
            and not connection.has_expired()
            and not private_names.has_unread_data(connection)
        )

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request, as the pools of the library do."""
        connection = self._connection
        if not self.usable():
            if connection is not None:
                await connection.aclose()
            connection = self._connection = private_names.create_connection(
                self._library_pool, request.url.origin
            )
        response: httpcore.Response = await connection.handle_async_request(request)
        return response
