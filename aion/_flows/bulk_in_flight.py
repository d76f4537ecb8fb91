"""Keeps as many requests of a batch in flight as the service can handle at the moment."""

from __future__ import annotations

from collections import deque

from attrs import evolve

from aion._http.wire import Fault, Reply
from aion._runtime import aio as rt
from aion.exceptions import AionvisionError
from aion.uploads._concurrency import Window
from aion.uploads._plan import RequestBatch
from aion_api import File
from aion_api.api import user_files
from aion_api.models.user_files import StreamBatchUploadBody, StreamBatchUploadResponse

_REFUSED = frozenset({429, 503})
"""Statuses with which an overloaded service refuses a request."""

Outcome = StreamBatchUploadResponse | AionvisionError


class InFlight:
    """Sends several requests of a batch at a time.

    Args:
        engine: Sends the requests.
        form: The fields of each request, without its files.
        most: Most requests in flight that the service allows.
    """

    def __init__(self, engine: rt.Engine, form: StreamBatchUploadBody, most: int) -> None:
        self._engine = engine
        self._form = form
        self._window = Window(most)
        self._calls = rt.CallGroup(self._post)
        # Appended by the thread that sends a request; read by the caller alone.
        self._refusals: deque[int] = deque()

    @property
    def busy(self) -> int:
        """Number of requests in flight."""
        return self._calls.busy

    @property
    def has_room(self) -> bool:
        """Whether another request may be sent now."""
        return self._calls.busy < self._window.size

    def start(self, batch: RequestBatch) -> None:
        """Send a request."""
        self._calls.start((batch, self._window.epoch))

    async def ended(self) -> tuple[RequestBatch, Outcome]:
        """Wait for the next request to end; return it with its response or error."""
        (batch, epoch), outcome = await self._calls.ended()
        # A refusal counts even if a later attempt succeeded.
        while self._refusals:
            self._window.refused(self._refusals.popleft())
        if not isinstance(outcome, AionvisionError):
            self._window.succeeded(epoch)
        return batch, outcome

    async def close(self) -> None:
        """Abandon all requests in flight."""
        await self._calls.close()

    async def _post(self, task: tuple[RequestBatch, int]) -> Outcome:
        batch, epoch = task

        def repeated(outcome: Reply | Fault) -> None:
            if isinstance(outcome, Reply) and outcome.status in _REFUSED:
                self._refusals.append(epoch)

        files = [
            File(one.upload.content, one.upload.filename, one.upload.content_type)
            for one in batch.items
        ]
        body = evolve(self._form, files=files)
        if batch.guarded:
            body = evolve(body, skip_duplicates=True)
        try:
            request = user_files.stream_batch_upload(body=body)
            return await self._engine.call(request, on_repeat=repeated)
        except AionvisionError as error:
            return error


__all__ = ["InFlight", "Outcome"]
