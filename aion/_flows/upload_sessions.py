"""What an upload session knows of its files."""

from __future__ import annotations

from collections.abc import Sequence

from aion._flows.polling import within
from aion._runtime import aio as rt
from aion.exceptions import AionvisionError, ResourceNotFoundError
from aion.uploads._matching import Look, Sent
from aion_api.api import upload_sessions
from aion_api.models.upload_sessions import UploadSessionResultItem

PAGE = 500
"""Results in one page."""
_ENDS = frozenset({"completed", "failed", "expired", "cancelled"})
_AT_ONCE = 8


async def look_at(engine: rt.Engine, sent: Sent, end: float) -> Look:
    """Ask a session how far it is, and for its results when there are new ones.

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
    return Look(str(answer.status), ended, rows, is_last)


async def results_of(
    engine: rt.Engine, session_id: str, end: float
) -> list[UploadSessionResultItem]:
    """The results of all files of a session that have ended; raises as `look_at`."""
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
    """Those of some sessions that the service does not know any more."""

    async def is_forgotten(sent: Sent) -> bool:
        try:
            await engine.call(upload_sessions.get_session_status(sent.session_id))
        except ResourceNotFoundError:
            return True
        except AionvisionError:
            # Whoever follows the session meets the same, and tells.
            return False
        return False

    gone = await rt.every(is_forgotten, sessions, at_once=_AT_ONCE)
    return [sent for sent, lost in zip(sessions, gone, strict=True) if lost]
