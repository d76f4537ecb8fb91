"""Contender stripe: customers, files. It has no streams."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.contenders.tasks import AsyncTasks, Contender, SyncTasks


def _client(stripe: Any, url: str, http_client: Any) -> Any:
    return stripe.StripeClient(
        "sk_test_fake",
        base_addresses={"api": f"{url}/stripe", "files": f"{url}/stripe"},
        http_client=http_client,
    )


def blocking(stripe: Any, url: str) -> SyncTasks:
    """A sync client."""
    client = _client(stripe, url, None)

    def upload(path: Path) -> object:
        with path.open("rb") as handle:
            return client.v1.files.create({"purpose": "dispute_evidence", "file": handle})

    return SyncTasks(
        get=lambda: client.v1.customers.retrieve("cus_1"),
        page=lambda: client.v1.customers.list({"limit": 100}),
        upload=upload,
    )


def coroutines(stripe: Any, url: str) -> AsyncTasks:
    """An async client."""
    client = _client(stripe, url, stripe.HTTPXClient())
    return AsyncTasks(
        get=lambda: client.v1.customers.retrieve_async("cus_1"),
        page=lambda: client.v1.customers.list_async({"limit": 100}),
    )


CONTENDER = Contender("stripe", "stripe", blocking, coroutines)
