"""Contender anthropic: models, files, messages."""

from __future__ import annotations

from typing import Any

from benchmarks.contenders.tasks import AsyncTasks, Contender, SyncTasks

ASK: dict[str, Any] = {
    "model": "m",
    "max_tokens": 1000,
    "messages": [{"role": "user", "content": "What is there?"}],
    "stream": True,
}


def blocking(anthropic: Any, url: str) -> SyncTasks:
    """A sync client."""
    client = anthropic.Anthropic(api_key="fake", base_url=f"{url}/anthropic")
    return SyncTasks(
        get=lambda: client.beta.files.retrieve_metadata("file-1"),
        page=lambda: client.beta.files.list(limit=100),
        stream=lambda: sum(1 for _ in client.messages.create(**ASK)),
        upload=lambda path: client.beta.files.upload(file=path),
        close=client.close,
    )


def coroutines(anthropic: Any, url: str) -> AsyncTasks:
    """An async client."""
    client = anthropic.AsyncAnthropic(api_key="fake", base_url=f"{url}/anthropic")

    async def page() -> object:
        return await client.beta.files.list(limit=100)

    async def stream() -> int:
        count = 0
        async for _ in await client.messages.create(**ASK):
            count += 1
        return count

    return AsyncTasks(
        get=lambda: client.beta.files.retrieve_metadata("file-1"),
        page=page,
        stream=stream,
        upload=lambda path: client.beta.files.upload(file=path),
        close=client.close,
    )


CONTENDER = Contender("anthropic", "anthropic", blocking, coroutines)
