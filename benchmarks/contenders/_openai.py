"""Contender openai: files, chat completions."""

from __future__ import annotations

from typing import Any

from benchmarks.contenders.tasks import AsyncTasks, Contender, SyncTasks

ASK: dict[str, Any] = {
    "model": "m",
    "messages": [{"role": "user", "content": "What is there?"}],
    "stream": True,
}


def blocking(openai: Any, url: str) -> SyncTasks:
    """A sync client."""
    client = openai.OpenAI(api_key="fake", base_url=f"{url}/openai")
    return SyncTasks(
        get=lambda: client.files.retrieve("file-1"),
        page=lambda: client.files.list(limit=100),
        stream=lambda: sum(1 for _ in client.chat.completions.create(**ASK)),
        upload=lambda path: client.files.create(file=path, purpose="user_data"),
        close=client.close,
    )


def coroutines(openai: Any, url: str) -> AsyncTasks:
    """An async client."""
    client = openai.AsyncOpenAI(api_key="fake", base_url=f"{url}/openai")

    async def page() -> object:
        return await client.files.list(limit=100)

    async def stream() -> int:
        count = 0
        async for _ in await client.chat.completions.create(**ASK):
            count += 1
        return count

    return AsyncTasks(
        get=lambda: client.files.retrieve("file-1"),
        page=page,
        stream=stream,
        upload=lambda path: client.files.create(file=path, purpose="user_data"),
        close=client.close,
    )


CONTENDER = Contender("openai", "openai", blocking, coroutines)
