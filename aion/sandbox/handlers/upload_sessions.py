"""Upload sessions: list, status, results, cancel."""

from __future__ import annotations

from aion.sandbox.contract.errors import ApiError
from aion.sandbox.handlers._views import session_counts, session_result, session_status
from aion.sandbox.handlers.registry import operation
from aion.sandbox.images.description_job import DESCRIBE
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.upload_sessions import CANCELLABLE, Session


@operation("list_sessions_api_v2_uploads_sessions_get")
async def list_sessions(call: Call) -> Response:
    """List sessions, newest first, filtered by status and method."""
    offset, limit = call.query["offset"], call.query["limit"]
    sessions, total = call.state.sessions.page(
        call.query["status"], call.query["upload_method"], limit, offset
    )
    return Response(
        {
            "sessions": [
                {**session_counts(one), "upload_method": one.upload_method} for one in sessions
            ],
            "total_count": total,
            "offset": offset,
            "limit": limit,
            "has_more": offset + limit < total,
        }
    )


@operation("get_session_status_api_v2_uploads_sessions__session_id__status_get")
async def get_status(call: Call) -> Response:
    """Return the status of a session and its files."""
    return Response(session_status(_session(call)))


@operation("get_session_results_api_v2_uploads_sessions__session_id__results_get")
async def get_results(call: Call) -> Response:
    """List the finished files of a session, in the order of the request."""
    session = _session(call)
    rows = [session_result(call, session, item) for item in session.items]
    finished = [
        row
        for row in rows
        if row is not None and (call.query["include_failed"] or row["status"] != "failed")
    ]
    offset, limit = call.query["offset"], call.query["limit"]
    return Response(
        {
            "session_id": session.id,
            "results": finished[offset : offset + limit],
            "total_count": len(finished),
            "offset": offset,
            "limit": limit,
            "has_more": offset + limit < len(finished),
            "summary": {
                "total_files": len(session.items),
                "completed": session.counts["completed"],
                "failed": session.counts["failed"],
                "skipped": session.counts["skipped"],
            },
        }
    )


@operation("cancel_session_api_v2_uploads_sessions__session_id__cancel_post")
async def cancel(call: Call) -> Response:
    """Cancel the unfinished descriptions; finished files keep their results."""
    session = _session(call)
    if session.status not in CANCELLABLE:
        raise ApiError(
            400, f"session is {session.status}; only pending or processing ones can be cancelled"
        )
    state = call.state
    now = state.clock.stamp()
    with state.database.transaction():
        state.sessions.cancel(session, now)
        for item in session.items:
            if item.file is not None and item.outcome(session) == "pending":
                state.files.update(item.file.n, description_status="skipped", changed_at=now)
                state.jobs.cancel(DESCRIBE, item.file.id)
    return Response(session_status(_session(call)))


def _session(call: Call) -> Session:
    session = call.state.sessions.get(call.path["session_id"])
    if session is None:
        raise ApiError(404, f"no upload session {call.path['session_id']}")
    return session
