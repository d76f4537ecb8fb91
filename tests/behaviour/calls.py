"""One way to write a test for both clients, without hiding the calls that it makes.

    def test_something(calls: Calls, sandbox: Sandbox) -> None:
        client = calls.client(sandbox)
        assert calls(client.uploads.check_quota()).can_proceed

The blocking client has made its call when `calls(...)` sees it; that of the other is made there,
always on the same event loop.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterable, Coroutine, Iterable
from typing import Any, TypeVar, cast

from aion import AionVision, SyncAionVision
from aion.config import ClientConfig
from aion.testing import Sandbox

T = TypeVar("T")
Client = AionVision | SyncAionVision


class Calls:
    """Makes clients of one kind and runs their calls."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._runner = asyncio.Runner()
        # Made now, so that its file descriptors exist before a test counts them.
        self._runner.get_loop()
        self._clients: list[Client] = []

    def client(self, sandbox: Sandbox, **settings: Any) -> Client:
        """A client of the sandbox; it is closed when the test ends."""
        settings = {"retry_delay": 0.0, **settings}
        return self._kept(
            sandbox.client(**settings) if self.kind == "async" else sandbox.sync_client(**settings)
        )

    def client_of(self, base_url: str, key: str, **settings: Any) -> Client:
        """A client of any server."""
        settings = {"retry_delay": 0.0, "base_url": base_url, **settings}
        made = AionVision if self.kind == "async" else SyncAionVision
        return self._kept(made(key, **settings))

    def configured(self, sandbox: Sandbox, **settings: Any) -> Client:
        """A client of the sandbox with settings that only `ClientConfig` takes."""
        settings = {"retry_delay": 0.0, "polling_interval": 0.05, **settings}
        config = ClientConfig(sandbox.api_key, base_url=sandbox.base_url, **settings)
        made = AionVision if self.kind == "async" else SyncAionVision
        return self._kept(made.from_config(config))

    def __call__(self, outcome: Coroutine[Any, Any, T] | T) -> T:
        """Return the result of a call."""
        if inspect.iscoroutine(outcome):
            return self._runner.run(cast("Coroutine[Any, Any, T]", outcome))
        return cast("T", outcome)

    def items(self, found: AsyncIterable[T] | Iterable[T]) -> list[T]:
        """Return all items of an iterator."""
        if isinstance(found, Iterable):
            return list(found)

        async def walk() -> list[T]:
            return [item async for item in found]

        return self._runner.run(walk())

    def close(self) -> None:
        """Close the clients and the event loop."""
        for client in self._clients:
            self(client.close())
        self._runner.close()

    def _kept(self, client: Client) -> Client:
        self._clients.append(client)
        return client
