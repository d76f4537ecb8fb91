"""Asks upload sessions what became of their files."""

from __future__ import annotations

from collections.abc import Sequence

from aion._flows.polling import within
from aion._runtime import aio as rt
from aion.exceptions import AionvisionError, ResourceNotFoundError
from aion.uploads._matching import Sent, SessionSnapshot
from aion_api.api import upload_sessions
from aion_api.models.upload_sessions import UploadSessionResultItem

PAGE = 500
"""Results in one page."""
_ENDS = frozenset({"completed", "failed", "expired", "cancelled"})
_AT_ONCE = 8


async def poll_session(engine: rt.Engine, sent: Sent, end: float) -> SessionSnapshot:
    """Get the progress of a session, and its results when there are new ones.

    Raises:
        AionvisionTimeoutError: It took until `end`, on the monotonic clock.
    """
    request = upload_sessions.get_session_status(sent.session_id)
    answer = await engine.call(request, timeout=within(engine, end))
    ended = answer.completed_files + answer.failed_files + answer.skipped_files
    is_last = answer.status.value in _ENDS
    rows = None
    if is_last or ended > sent.seen:
        rows = await results_of(engine, sent.session_id, end)
    return SessionSnapshot(str(answer.status), ended, rows, is_last)


async def results_of(
    engine: rt.Engine, session_id: str, end: float
) -> list[UploadSessionResultItem]:
    """Return the results of all files of a session that have ended; raises as `poll_session`."""
    rows: list[UploadSessionResultItem] = []
    more = True
    while more:
        request = upload_sessions.get_session_results(
            session_id, include_failed=True, offset=len(rows), limit=PAGE
        )
        page = await engine.call(request, timeout=within(engine, end))
        rows += page.results
        more = page.has_more and bool(page.results)
    return rows


async def forgotten(engine: rt.Engine, sessions: Sequence[Sent]) -> list[Sent]:
    """Return the sessions that the service does not know any more."""

    async def is_forgotten(sent: Sent) -> bool:
        try:
            await engine.call(upload_sessions.get_session_status(sent.session_id))
        except ResourceNotFoundError:
            return True
        except AionvisionError:
            # The poll loop will hit the same error and report it.
            return False
        return False

    gone = await rt.every(is_forgotten, sessions, at_once=_AT_ONCE)
    return [sent for sent, lost in zip(sessions, gone, strict=True) if lost]
