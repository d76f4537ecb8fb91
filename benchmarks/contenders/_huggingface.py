"""Contender huggingface_hub: models, chat completions. Sync only; uploads use xet."""

from __future__ import annotations

from typing import Any

from benchmarks.contenders.tasks import Contender, SyncTasks

ASK = [{"role": "user", "content": "What is there?"}]


def blocking(hub: Any, url: str) -> SyncTasks:
    """A sync client."""
    api = hub.HfApi(endpoint=f"{url}/hf", token="hf_fake")
    chat = hub.InferenceClient(base_url=f"{url}/openai", api_key="hf_fake")
    return SyncTasks(
        get=lambda: api.model_info("someone/something"),
        page=lambda: list(api.list_models(limit=100)),
        stream=lambda: sum(1 for _ in chat.chat_completion(ASK, stream=True, max_tokens=1000)),
    )


CONTENDER = Contender("huggingface_hub", "huggingface_hub", blocking)
