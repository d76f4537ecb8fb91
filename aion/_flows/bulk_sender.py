"""Sends the files of a batch in several concurrent requests.

A file that cannot be read does not stop the others. When the service stops accepting files, no more
are sent, and the requests in flight are awaited. After a lost response, the stored files are
determined first, and only the others are resent.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterator
from itertools import islice

from aion._clock import monotonic
from aion._engine.transient import is_ambiguous, pause_reason
from aion._flows.bulk_in_flight import InFlight, Outcome
from aion._flows.bulk_reporter import BatchReporter
from aion._flows.bulk_response import read_response
from aion._flows.bulk_takeover import Takeover
from aion._pauses import BROKEN
from aion._runtime import aio as rt
from aion.exceptions import AionvisionError, CircuitBreakerError, UploadError
from aion.uploads._batch_files import BatchFiles
from aion.uploads._plan import Item, Pace, RequestBatch, chunks, isolate
from aion.uploads._retry import pause_before
from aion_api.models.user_files import StreamBatchUploadBody


class BatchSender:
    """Sends the files of one batch.

    Args:
        engine: Sends the requests.
        form: The fields of each request, without its files.
        files: The files of the batch.
        reporter: Receives the outcomes.
        takeover: Determines the outcome of requests without a response.

    Attributes:
        plain: Indexes of the files to send.
        guarded: Files to send with a duplicate check, because they may be stored already.
        session_id: The last upload session that accepted files.
    """

    def __init__(
        self,
        engine: rt.Engine,
        form: StreamBatchUploadBody,
        files: BatchFiles,
        reporter: BatchReporter,
        takeover: Takeover,
    ) -> None:
        self._engine = engine
        self._form = form
        self._files = files
        self._reporter = reporter
        self._takeover = takeover
        self.plain = array("L")
        self.guarded: list[Item] = []
        self.session_id: str | None = None
        self._broken: AionvisionError | None = None
        # While the circuit breaker is open: when it lets a probe request through, and the number of
        # probes that failed.
        self._closed_until: float | None = None
        self._rests = 0

    async def send(self, pace: Pace) -> AionvisionError | None:
        """Send all files.

        Args:
            pace: How the files are divided into requests.

        Returns:
            Why the service stopped accepting files; None when all are sent.
        """
        left = self._requests(pace)
        queue = deque(islice(left, 1))
        in_flight = InFlight(self._engine, self._form, pace.requests)
        try:
            while in_flight.busy or (queue and self._broken is None):
                if not in_flight.busy:
                    await self._rest()
                while queue and in_flight.has_room and self._may_send():
                    batch = queue.popleft()
                    queue.extend(islice(left, 0 if queue else 1))
                    self._takeover.sending(batch.items)
                    await self._reporter.sending(batch)
                    in_flight.start(batch)
                queue.extendleft(reversed(await self._land(*await in_flight.ended())))
                await self._reporter.step()
        finally:
            await in_flight.close()
        return self._broken

    def _requests(self, pace: Pace) -> Iterator[RequestBatch]:
        """Yield the requests to send, each created when it is due."""
        guarded, plain = self.guarded, self.plain
        self.guarded, self.plain = [], array("L")
        for chunk in chunks(guarded, pace):
            yield RequestBatch(chunk, guarded=True)
        for chunk in chunks(self._files.at(plain), pace):
            yield RequestBatch(chunk)

    async def _land(self, batch: RequestBatch, outcome: Outcome) -> list[RequestBatch]:
        """Process the outcome of a request; return the requests to send because of it."""
        if not isinstance(outcome, AionvisionError):
            self._closed_until, self._rests = None, 0
            self.session_id = outcome.session_id
            self._takeover.arrived(batch.items)
            await read_response(self._reporter, batch.items, outcome)
            return []
        if isinstance(outcome, UploadError):
            return self._without_unreadable(batch, outcome)
        ambiguous = is_ambiguous(outcome)
        if ambiguous:
            self._takeover.unclear.update(item.index for item in batch.items)
        elif not batch.guarded:
            self._reporter.record.unsent(batch.items)
        # A circuit breaker concerns all requests, so its failed probes count for all.
        is_closed = isinstance(outcome, CircuitBreakerError)
        tries = self._rests if is_closed else batch.tries
        pause = pause_before(outcome, tries, self._engine.config)
        if self._broken is not None or pause is None:
            self._broken = self._broken or outcome
            return []
        if is_closed:
            self._closed_until = max(self._closed_until or 0.0, monotonic() + pause)
            # This does not count as a retry, but `on_progress` is not called a second time.
            return [RequestBatch(batch.items, max(batch.tries, 1), batch.guarded)]
        await rt.pause(pause, pause_reason(outcome))
        tries = batch.tries + 1
        if not ambiguous:
            return [RequestBatch(batch.items, tries, batch.guarded)]
        try:
            guarded, plain = await self._takeover.take_over(batch.items)
        except AionvisionError:
            # The first error is raised.
            self._broken = outcome
            return []
        resent = [RequestBatch(guarded, tries, guarded=True), RequestBatch(plain, tries)]
        return [one for one in resent if one.items]

    def _may_send(self) -> bool:
        return self._broken is None and self._closed_until is None

    async def _rest(self) -> None:
        """Wait until an open circuit breaker lets a probe request through.

        Nothing is in flight by now: the outcome of a request would report it earlier.
        """
        if self._closed_until is not None:
            self._rests += 1
            await rt.pause(max(self._closed_until - monotonic(), 0.0), BROKEN)
            self._closed_until = None

    def _without_unreadable(self, batch: RequestBatch, error: UploadError) -> list[RequestBatch]:
        """Return the other files of a request that failed because one file vanished or changed.

        The request was not completed, so none of its files is stored.
        """
        items = batch.items
        suspects = [one for one in items if one.upload.filename == error.filename]
        if len(items) == 1 or len(suspects) == 1:
            bad = (suspects or items)[0]
            self._reporter.refused(bad.index, error.message, retryable=True)
            self._reporter.arrived([bad])
            parts = [[one for one in items if one is not bad]]
        else:
            parts = isolate(items, error.filename)
        tries = max(batch.tries, 1)
        return [RequestBatch(part, tries, batch.guarded) for part in parts if part]


__all__ = ["BatchSender"]
