"""Polls the upload sessions of a batch until the id of every stored file is known."""

from __future__ import annotations

from aion._flows.bulk_reporter import BatchReporter
from aion._flows.upload_sessions import poll_session
from aion._runtime import aio as rt
from aion.types.common import DescriptionStatus
from aion.types.upload import UploadResult
from aion.uploads._matching import Sent, SessionSnapshot
from aion_api.models.upload_sessions import UploadSessionResultItem


class SessionFollower:
    """Polls the upload sessions of one batch.

    Args:
        engine: Sends the requests.
        reporter: Receives the outcomes, and holds the open sessions.

    Attributes:
        at_once: How many sessions are polled at a time.
    """

    def __init__(self, engine: rt.Engine, reporter: BatchReporter) -> None:
        self._engine = engine
        self._reporter = reporter
        self.at_once = 1

    @property
    def done(self) -> bool:
        """Whether no session is open."""
        return not self._reporter.sessions

    async def poll(self, end: float) -> None:
        """Poll every open session once.

        Args:
            end: Deadline of the last call, on the monotonic clock.

        Raises:
            AionvisionError: Polling a session failed.
        """

        async def poll(sent: Sent) -> SessionSnapshot:
            return await poll_session(self._engine, sent, end)

        async def take(sent: Sent, snapshot: SessionSnapshot) -> None:
            if snapshot.rows is not None:
                sent.ended = snapshot.ended
                await self._read(sent.match(snapshot.rows, whole=snapshot.is_last))
            if snapshot.is_last:
                self._reporter.record.doubtful(sent.items)
                for item in sent.items:
                    reason = f"the upload session is {snapshot.status} and does not name it"
                    self._reporter.unknown(item.index, reason)
                sent.items = []

        sessions = self._reporter.sessions
        await rt.each(poll, sessions, at_once=self.at_once, then=take)
        sessions[:] = [sent for sent in sessions if sent.items]

    async def _read(self, rows: dict[int, UploadSessionResultItem]) -> None:
        stored: list[tuple[int, UploadResult]] = []
        for index, row in rows.items():
            reason = row.error_message or "the service gave no reason"
            if not row.image_id:
                self._reporter.refused(index, reason)
                continue
            result = UploadResult(
                row.image_id,
                row.filename,
                row.object_key,
                thumbnail_url=row.thumbnail_url,
                created_at=row.created_at,
            )
            if row.status.value == DescriptionStatus.FAILED.value:
                result = result.with_failure(reason)
            elif row.status.value != DescriptionStatus.SKIPPED.value:
                # A skipped file is an older one in the library.
                result = self._reporter.new(result)
            stored.append((index, result))
        await self._reporter.stored(stored)


__all__ = ["SessionFollower"]
