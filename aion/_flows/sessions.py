"""What an upload session knows of its files."""

from __future__ import annotations

from aion._rt import aio as rt
from aion_api.api import upload_sessions
from aion_api.models.upload_sessions import UploadSessionResultItem

PAGE = 500
"""Results in one page."""


async def results_of(
    engine: rt.Engine, session_id: str, timeout: float
) -> list[UploadSessionResultItem]:
    """The results of all files of a session that have ended."""
    rows: list[UploadSessionResultItem] = []
    more = True
    while more:
        request = upload_sessions.get_session_results(
            session_id, include_failed=True, offset=len(rows), limit=PAGE
        )
        page = await engine.call(request, timeout=timeout)
        rows += page.results
        more = page.has_more and bool(page.results)
    return rows
