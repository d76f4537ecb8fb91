"""Lists the contenders: aion, the plain floor, and the peers."""

from __future__ import annotations

from benchmarks.contenders import (
    _aiohttp,
    _aion,
    _anthropic,
    _floor,
    _githubkit,
    _huggingface,
    _openai,
    _stripe,
)
from benchmarks.contenders.tasks import AsyncTasks, Contender, SyncTasks

CONTENDERS: tuple[Contender, ...] = (
    _aion.PLAIN,
    _aion.WITH_ORJSON,
    _floor.CONTENDER,
    _openai.CONTENDER,
    _anthropic.CONTENDER,
    _githubkit.CONTENDER,
    _stripe.CONTENDER,
    _huggingface.CONTENDER,
    _aiohttp.CONTENDER,
)
SDKS = frozenset({"openai", "anthropic", "githubkit", "stripe", "huggingface_hub"})

__all__ = ["CONTENDERS", "SDKS", "AsyncTasks", "Contender", "SyncTasks"]
