"""Health, metrics and the database, as far as a sandbox has them: its own parts, measured now."""

from __future__ import annotations

from typing import Any

from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response


@operation("health_check_api_v2_health__get", kind="minimal", public=True)
async def health(call: Call) -> Response:
    """Report that the sandbox is up."""
    return Response({"status": "healthy", "timestamp": call.state.clock.stamp()})


@operation("detailed_health_check", kind="minimal")
async def detailed_health(call: Call) -> Response:
    """Report the health of the sandbox's parts."""
    parts = {"database": _database(call), "objects": {"status": "healthy"}}
    return Response(
        {"status": "healthy", "timestamp": call.state.clock.stamp(), "components": parts}
    )


@operation("email_health_check", kind="minimal")
async def email_health(call: Call) -> Response:
    """Report that mail is disabled."""
    del call
    return Response({"status": "disabled", "detail": "[sandbox] no mail is sent"})


@operation("outbox_status", kind="minimal")
async def outbox(call: Call) -> Response:
    """Report an empty outbox: no message leaves a sandbox."""
    del call
    return Response({"status": "healthy", "pending": 0, "failed": 0})


@operation("system_metrics", kind="minimal")
async def metrics(call: Call) -> Response:
    """Count the stored objects."""
    return Response({"timestamp": call.state.clock.stamp(), "counts": _counts(call)})


@operation("redis_pool_health", kind="minimal")
async def redis_pool(call: Call) -> Response:
    """Report that Redis is disabled: jobs are stored in the database."""
    del call
    return Response({"status": "disabled", "detail": "[sandbox] Redis is not used"})


@operation("get_database_health", kind="minimal")
async def database_health(call: Call) -> Response:
    """Report the health of the database."""
    return Response({**_database(call), "timestamp": call.state.clock.stamp()})


@operation("get_pool_statistics", kind="minimal")
async def pool_statistics(call: Call) -> Response:
    """Report the pool: one connection, always in use."""
    del call
    return Response({"pool_size": 1, "checked_out": 1, "checked_in": 0, "overflow": 0})


@operation("get_metrics_metrics_get", kind="minimal", public=True)
async def exposition(call: Call) -> Response:
    """Count the stored objects in the text format of Prometheus."""
    lines: list[str] = []
    for name, count in _counts(call).items():
        lines += [f"# TYPE aion_sandbox_{name} gauge", f"aion_sandbox_{name} {count}"]
    text = "\n".join(lines) + "\n"
    return Response(raw=text.encode(), headers={"content-type": "text/plain; version=0.0.4"})


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
