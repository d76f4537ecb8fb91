"""A pool of exactly one connection, in the place of the HTTP library's own.

A channel has one connection and uses it for one request at a time, so there is nothing to assign,
to queue or to lock. The library's pool does all of that twice a request, which is a fifth of the
processor time of a call. It still makes the connections: direct ones, and those through proxies.
"""

from __future__ import annotations

from typing import Any

import httpcore

from aion._http import private_names


def put_below(transport: Any, backend: Any) -> Single:
    """Let a transport use one connection, whose sockets `backend` opens.

    Returns:
        What now holds the connection.
    """
    pool = private_names.connection_pool(transport)
    private_names.install_backend(pool, backend)
    blocking = isinstance(backend, httpcore.NetworkBackend)
    single = _SyncSingle(pool) if blocking else _AsyncSingle(pool)
    private_names.replace_connection_pool(transport, single)
    return single


def _usable(connection: Any) -> bool:
    """Whether a connection can take another request.

    Not one from which more came than was asked for: the rest would be taken for the answer to the
    next request. The library looks at the socket alone, and the rest may have been read already.
    """
    return not (
        not connection.is_idle()
        or connection.has_expired()
        or private_names.has_unread_data(connection)
    )


class Single:
    """What holds one connection, and makes it again when it cannot be used any more."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._connection: Any = None

    def usable(self) -> bool:
        """Whether there is a connection that can take another request."""
        return self._connection is not None and _usable(self._connection)


class _SyncSingle(Single):
    """A blocking connection."""

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        connection = self._connection
        if connection is None or not _usable(connection):
            if connection is not None:
                connection.close()
            connection = self._connection = private_names.create_connection(
                self._pool, request.url.origin
            )
        response: httpcore.Response = connection.handle_request(request)
        return response


class _AsyncSingle(Single):
    """The same for coroutines."""

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        connection = self._connection
        if connection is None or not _usable(connection):
            if connection is not None:
                await connection.aclose()
            connection = self._connection = private_names.create_connection(
                self._pool, request.url.origin
            )
        response: httpcore.Response = await connection.handle_async_request(request)
        return response
