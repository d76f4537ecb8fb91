"""The runtime of `aion.client`. `aion._blocking_client` has the same names.

It is separate from `aio` because the blocking client opens an asynchronous one. Code that does so
imports both clients, which no lower module may do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from typing import Self as AsyncClient

from aion._runtime.aio import Engine, Transport

if TYPE_CHECKING:
    from aion.config import ClientConfig

Client = TypeVar("Client")


def async_client(client: Client, config: ClientConfig) -> Client:
    """Return the asynchronous client that belongs to a client: itself."""
    del config
    return client


__all__ = ["AsyncClient", "Engine", "Transport", "async_client"]
