"""What `aion.sync.client` needs of its world: the names of `aion._runtime.aio_client`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, TypeAlias

from aion._runtime.blocking import Engine, Transport

if TYPE_CHECKING:
    from aion.client import AionVision
    from aion.config import ClientConfig

AsyncClient: TypeAlias = "AionVision"
"""The client whose methods are coroutines."""


def async_client(client: object, config: ClientConfig) -> AsyncClient:
    """Return the asynchronous client that belongs to a client: a new one with its settings.

    It has its own connections and is closed on its own.
    """
    del client
    from aion.client import AionVision

    return AionVision.from_config(dataclasses.replace(config, transport=None))


__all__ = ["AsyncClient", "Engine", "Transport", "async_client"]
