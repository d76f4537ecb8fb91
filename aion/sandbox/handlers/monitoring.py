"""Health, metrics and the database, as far as a sandbox has them: its own parts, measured now."""

from __future__ import annotations

from typing import Any

from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Answer, Call


@operation("health_check_api_v2_health__get", kind="minimal", public=True)
async def health(call: Call) -> Answer:
    """Say that the sandbox is up."""
    return Answer({"status": "healthy", "timestamp": call.state.clock.stamp()})


@operation("detailed_health_check", kind="minimal")
async def detailed_health(call: Call) -> Answer:
    """The parts that there are."""
    parts = {"database": _database(call), "objects": {"status": "healthy"}}
    return Answer({"status": "healthy", "timestamp": call.state.clock.stamp(), "components": parts})


@operation("email_health_check", kind="minimal")
async def email_health(call: Call) -> Answer:
    """There is no mail."""
    del call
    return Answer({"status": "disabled", "detail": "[sandbox] nobody is mailed"})


@operation("outbox_status", kind="minimal")
async def outbox(call: Call) -> Answer:
    """There is nothing to send: no message leaves a sandbox."""
    del call
    return Answer({"status": "healthy", "pending": 0, "failed": 0})


@operation("system_metrics", kind="minimal")
async def metrics(call: Call) -> Answer:
    """Counts of what is stored."""
    return Answer({"timestamp": call.state.clock.stamp(), "counts": _counts(call)})


@operation("redis_pool_health", kind="minimal")
async def redis_pool(call: Call) -> Answer:
    """There is no Redis: jobs are stored in the database."""
    del call
    return Answer({"status": "disabled", "detail": "[sandbox] there is no Redis"})


@operation("get_database_health", kind="minimal")
async def database_health(call: Call) -> Answer:
    """Ask the database."""
    return Answer({**_database(call), "timestamp": call.state.clock.stamp()})


@operation("get_pool_statistics", kind="minimal")
async def pool_statistics(call: Call) -> Answer:
    """One connection, always in use."""
    del call
    return Answer({"pool_size": 1, "checked_out": 1, "checked_in": 0, "overflow": 0})


@operation("get_metrics_metrics_get", kind="minimal", public=True)
async def exposition(call: Call) -> Answer:
    """The same counts in the text format of Prometheus."""
    lines: list[str] = []
    for name, count in _counts(call).items():
        lines += [f"# TYPE aion_sandbox_{name} gauge", f"aion_sandbox_{name} {count}"]
    text = "\n".join(lines) + "\n"
    return Answer(raw=text.encode(), headers={"content-type": "text/plain; version=0.0.4"})


def _database(call: Call) -> dict[str, Any]:
    version = call.state.database.row("SELECT sqlite_version()")
    return {"status": "healthy", "engine": "sqlite", "version": version[0] if version else None}


def _counts(call: Call) -> dict[str, int]:
    count = call.state.database.count
    return {
        "files": count("SELECT count(*) FROM files WHERE deleted_at IS NULL"),
        "jobs": count("SELECT count(*) FROM jobs"),
        "records": count("SELECT count(*) FROM records"),
    }
