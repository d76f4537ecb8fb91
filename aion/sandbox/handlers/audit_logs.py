"""The audit log, newest first."""

from __future__ import annotations

from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem
from aion.sandbox.handlers.registry import operation
from aion.sandbox.reports.periods import moment_of
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.clock import seconds_of
from aion.sandbox.store.records import Record

_CHOICES = {
    "severity": ("info", "warning", "error", "critical"),
    "result": ("success", "failure", "denied"),
}


@operation("get_audit_logs", role="admin")
async def get_audit_logs(call: Call) -> Response:
    """List one page of the entries that pass all filters; both dates are included."""
    query = call.query
    problems = [
        Problem(("query", name), f"must be one of {', '.join(allowed)}", "enum")
        for name, allowed in _CHOICES.items()
        if query[name] is not None and query[name] not in allowed
    ]
    if problems:
        raise InvalidRequest(problems)
    wanted = {
        name: query[name]
        for name in ("event_type", "user_id", *_CHOICES)
        if query[name] is not None
    }
    start, end = (
        moment_of(query[name]) if query[name] is not None else None
        for name in ("date_from", "date_to")
    )

    def fits(record: Record) -> bool:
        entry = record.body
        if any(entry[name] != value for name, value in wanted.items()):
            return False
        moment = seconds_of(entry["event_timestamp"])
        return (start is None or start <= moment) and (end is None or moment <= end)

    filtered = bool(wanted) or start is not None or end is not None
    entries, total = call.state.records.find(
        "audit",
        where=fits if filtered else None,
        newest_first=True,
        limit=query["limit"],
        offset=query["offset"],
    )
    return Response(
        {
            "entries": [record.body for record in entries],
            "total_count": total,
            "has_more": query["offset"] + len(entries) < total,
        }
    )


@operation("get_audit_log_api_v2_tenant_audit_logs__log_id__get", role="admin")
async def get_audit_log(call: Call) -> Response:
    """Return one entry."""
    found = call.state.records.get("audit", call.path["log_id"].lower())
    if found is None:
        raise ApiError(404, f"no audit log entry {call.path['log_id']}")
    return Response(found.body)
