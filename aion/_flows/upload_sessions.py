"""Reads the outcomes of files from their upload sessions."""

from __future__ import annotations

from collections.abc import Sequence

from aion._flows.polling import within
from aion._runtime import aio as rt
from aion.exceptions import AionvisionError, ResourceNotFoundError
from aion.uploads._matching import Sent, SessionSnapshot
from aion_api.api import upload_sessions
from aion_api.models.upload_sessions import UploadSessionResultItem

PAGE = 500
"""Most results in one page."""
_ENDS = frozenset({"completed", "failed", "expired", "cancelled"})
_AT_ONCE = 8


async def poll_session(engine: rt.Engine, sent: Sent, end: float) -> SessionSnapshot:
    """Get the progress of a session, and its results if there are new ones.

    Raises:
        AionvisionTimeoutError: The deadline `end` passed, on the monotonic clock.
    """
    request = upload_sessions.get_session_status(sent.session_id)
    response = await engine.call(request, timeout=within(engine, end))
    ended = response.completed_files + response.failed_files + response.skipped_files
    is_last = response.status.value in _ENDS
    rows = None
    if is_last or ended > sent.ended:
        rows = await results_of(engine, sent.session_id, end)
    return SessionSnapshot(str(response.status), ended, rows, is_last)


async def results_of(
    engine: rt.Engine, session_id: str, end: float
) -> list[UploadSessionResultItem]:
    """Return the results of all finished files of a session; raise as `poll_session`."""
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
    """Return the sessions that have expired at the service."""

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
