"""Contender githubkit: licenses, users. It has no streams, and another kind of uploads."""

from __future__ import annotations

from typing import Any

from benchmarks.contenders.tasks import AsyncTasks, Contender, SyncTasks


def _client(githubkit: Any, url: str) -> Any:
    # HTTP cache and waits for rate limits are off, because the others have neither.
    return githubkit.GitHub("fake", base_url=f"{url}/github/", http_cache=False, auto_retry=False)


def blocking(githubkit: Any, url: str) -> SyncTasks:
    """A sync client."""
    client = _client(githubkit, url)
    client.__enter__()
    return SyncTasks(
        get=lambda: client.rest.licenses.get("mit").parsed_data,
        page=lambda: client.rest.users.list(per_page=100).parsed_data,
        close=lambda: client.__exit__(None, None, None),
    )


def coroutines(githubkit: Any, url: str) -> AsyncTasks:
    """An async client."""
    client = _client(githubkit, url)

    async def get() -> object:
        return (await client.rest.licenses.async_get("mit")).parsed_data

    async def page() -> object:
        return (await client.rest.users.async_list(per_page=100)).parsed_data

    async def close() -> None:
        await client.__aexit__(None, None, None)

    return AsyncTasks(begin=client.__aenter__, get=get, page=page, close=close)


CONTENDER = Contender("githubkit", "githubkit", blocking, coroutines)
