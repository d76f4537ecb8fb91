"""A batch of images on its way: send its chunks, then follow it until its descriptions are there.

One bad file stops no other. When the service stops taking files, no more are sent, those on their
way are waited for, and the error tells what is stored. When an answer is lost, the service is
asked what it has, and only the rest is sent again. All that is known stands in the journal before
anybody is told of it.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice

from aion._clock import monotonic
from aion._flows.bulk_recovery import sort_out, versions
from aion._flows.bulk_sender import InFlight, Outcome
from aion._flows.polling import until, within
from aion._flows.upload_sessions import forgotten, look_at
from aion._http.content import Version
from aion._runtime import aio as rt
from aion._waiting.plan import PollPlan
from aion.exceptions import (
    AionvisionError,
    AionvisionTimeoutError,
    CircuitBreakerError,
    QuotaExceededError,
    UploadError,
)
from aion.types.callbacks import (
    DescriptionFailedEvent,
    DescriptionProgressEvent,
    FileCompleteEvent,
    UploadProgressEvent,
)
from aion.types.common import DescriptionStatus
from aion.types.upload import BatchUploadResults, UploadResult, stored_id
from aion.uploads._errors import late, partial
from aion.uploads._expand import Found
from aion.uploads._ledger import Ledger
from aion.uploads._matching import Look, Sent, accepted, match
from aion.uploads._meter import Meter
from aion.uploads._plan import Callbacks, Item, Pace, Parcel, apart, chunks
from aion.uploads._record import NoRecord, picked_up, restored
from aion.uploads._retry import is_ambiguous, pause_before
from aion.uploads.journal import State
from aion_api import evolve
from aion_api.api import user_files
from aion_api.models.upload_sessions import UploadSessionResultItem
from aion_api.models.user_files import (
    FileList,
    StreamBatchFileResult,
    StreamBatchUploadBody,
    StreamBatchUploadResponse,
)

PAGE = 100
"""Files in one look at descriptions."""


class BatchUpload:
    """One batch.

    Args:
        engine: Sends the requests.
        found: The files.
        form: The fields of each request, without its files.
        callbacks: What is told while it goes on.
        record: Where it is written down, and what is known from an earlier call.
    """

    def __init__(
        self,
        engine: rt.Engine,
        found: Sequence[Found],
        form: StreamBatchUploadBody,
        callbacks: Callbacks,
        record: NoRecord | None = None,
    ) -> None:
        self._engine = engine
        # Kept until all are sent, to sort out what becomes doubtful on the way.
        self._found = found
        self._form = form
        self._at_once = 1
        self._callbacks = callbacks
        self._ledger = Ledger(found)
        self._record = record or NoRecord()
        self._session_id: str | None = None
        self._since: datetime | None = None
        self._broken: AionvisionError | None = None
        # When the circuit of the requests lets somebody try, while it is open, and how often that
        # was waited for in vain.
        self._closed_until: float | None = None
        self._rests = 0
        self._versions: dict[int, Version] = {}
        self._guarded: list[Item] = []
        # Files that the service may have, or get yet, of a request whose answer was lost.
        self._unclear: set[int] = set()
        done = self._record.done()
        self._plain, self._doubtful, self._sessions = picked_up(self._items(), done)
        for index, row in sorted(done.items()):
            result = restored(row)
            if result is not None and result.is_stored:
                self._ledger.stored(index, result)
            elif result is not None:
                self._ledger.lost(index, row.reason or "no reason was kept", retryable=False)
        self._told = self._ledger.ended_count
        arrived = {index for index, row in done.items() if row.state is not State.SENDING}
        self._meter = Meter(self._items(), arrived)

    @property
    def size(self) -> int:
        """How many files are to be sent."""
        return len(self._plain) + len(self._guarded)

    @property
    def session_id(self) -> str | None:
        """The last upload session that took files."""
        return self._session_id

    async def recover(self) -> None:
        """Find out which files arrived that an earlier call was sending when it ended.

        Those of an upload session that is not known any more are in doubt, too.

        Raises:
            AionvisionError: The service cannot be asked.
        """
        for sent in await forgotten(self._engine, self._sessions):
            self._sessions.remove(sent)
            self._record.doubtful(sent.items)
            self._doubtful += sent.items
        if self._doubtful:
            guarded, plain = await self._sort_out(self._doubtful)
            self._guarded += guarded
            self._plain.extend(item.index for item in plain)
            self._doubtful = []

    async def send(self, pace: Pace, since: datetime | None) -> None:
        """Send all files.

        Args:
            pace: How they are cut into requests.
            since: When that began, on the clock of the service; None where it is not known.

        Raises:
            AionvisionError: The service took none of them.
            UploadError: It stopped taking them; `partial_results` tells of every file.
            QuotaExceededError: The allowance ran out on the way; `partial_results` as above.
        """
        self._at_once, self._since = pace.requests, since
        left = self._parcels(pace)
        queue = deque(islice(left, 1))
        in_flight = InFlight(self._engine, self._form, pace.requests)
        try:
            while in_flight.busy or (queue and self._broken is None):
                if not in_flight.busy:
                    await self._rest()
                while queue and in_flight.has_room and self._may_send():
                    parcel = queue.popleft()
                    queue.extend(islice(left, 0 if queue else 1))
                    await self._begin(parcel)
                    in_flight.start(parcel)
                queue.extendleft(reversed(await self._land(*await in_flight.ended())))
                await self._step()
        finally:
            await in_flight.close()
        if self._broken is not None:
            raise await self._stopped(self._broken) from self._broken.__cause__

    def _items(self) -> Iterator[Item]:
        """All files that can be sent."""
        return (Item(one.index, one.upload) for one in self._found if one.upload is not None)

    def _parcels(self, pace: Pace) -> Iterator[Parcel]:
        """What is to be sent; the files of a request are made out of the others when it is due."""
        guarded, plain = self._guarded, self._plain
        self._guarded, self._plain = [], array("L")
        for chunk in chunks(guarded, pace):
            yield Parcel(chunk, guarded=True)
        files = (self._found[index] for index in plain)
        items = (Item(one.index, one.upload) for one in files if one.upload is not None)
        for chunk in chunks(items, pace):
            yield Parcel(chunk)

    async def follow(self, plan: PollPlan, *, descriptions: bool) -> None:
        """Wait until the id of every stored image is known, and its description has ended.

        Args:
            plan: When to look, and until when.
            descriptions: Wait for descriptions, and not only for ids.

        Raises:
            AionvisionTimeoutError: The deadline passed; `last_result` holds all results so far.
            UploadError: The batch could not be looked at; `partial_results` as above.
        """

        async def look(left: float) -> bool:
            end = monotonic() + left
            await self._look_at_sessions(end)
            if descriptions:
                await self._look_at_descriptions(end)
            await self._step()
            return done()

        def done() -> bool:
            return not self._sessions and not (descriptions and self._ledger.waiting())

        # All are sent: what is left to do needs no files but those of open sessions.
        self._found = ()
        await self._step()
        if done():
            return
        try:
            await until(look, bool, plan, lambda _: self._late(plan))
        except AionvisionError as error:
            if isinstance(error, AionvisionTimeoutError) and error.last_result is not None:
                raise
            raise self._partial(error, "session_results") from error

    def report(self) -> BatchUploadResults:
        """What became of every file, in the order of the input, once all are sent or given up."""
        return self._ledger.report([item for sent in self._sessions for item in sent.items])

    async def _step(self) -> None:
        if self._callbacks.on_step is not None:
            await rt.notify(self._callbacks.on_step, self._meter.read(self._ledger))

    async def _begin(self, parcel: Parcel) -> None:
        self._versions.update(versions(parcel.items))
        self._record.sending(parcel.items)
        if self._callbacks.on_progress is None or parcel.tries:
            return
        for item in parcel.items:
            size = item.upload.size
            event = UploadProgressEvent(item.index, size, size, item.upload.filename)
            await rt.notify(self._callbacks.on_progress, event)

    async def _land(self, parcel: Parcel, outcome: Outcome) -> list[Parcel]:
        """Take in what came of a request; what has to be sent because of it."""
        if not isinstance(outcome, AionvisionError):
            self._closed_until, self._rests = None, 0
            await self._take(parcel.items, outcome)
            return []
        if isinstance(outcome, UploadError):
            return self._without(parcel, outcome)
        ambiguous = is_ambiguous(outcome)
        if ambiguous:
            self._unclear.update(item.index for item in parcel.items)
        if not ambiguous and not parcel.guarded:
            self._record.unsent(parcel.items)
        # A circuit concerns all requests: it is up to the batch how often it is waited for.
        is_closed = isinstance(outcome, CircuitBreakerError)
        tries = self._rests if is_closed else parcel.tries
        pause = pause_before(outcome, tries, self._engine.config)
        if self._broken is not None or pause is None:
            self._broken = self._broken or outcome
            return []
        if is_closed:
            self._closed_until = max(self._closed_until or 0.0, monotonic() + pause)
            # Not a try, but what was told of the files is not told again.
            return [Parcel(parcel.items, max(parcel.tries, 1), parcel.guarded)]
        await rt.sleep(pause)
        if not ambiguous:
            return [Parcel(parcel.items, parcel.tries + 1, parcel.guarded)]
        try:
            guarded, plain = await self._sort_out(parcel.items)
        except AionvisionError:
            # The first error is the one to tell.
            self._broken = outcome
            return []
        tries = parcel.tries + 1
        again = [Parcel(guarded, tries, guarded=True), Parcel(plain, tries)]
        return [one for one in again if one.items]

    def _may_send(self) -> bool:
        """Whether nothing stands against another request."""
        return self._broken is None and self._closed_until is None

    async def _rest(self) -> None:
        """Wait until the circuit of the requests lets somebody try.

        Nothing is in flight by now: what comes of a request would tell sooner.
        """
        if self._closed_until is not None:
            self._rests += 1
            await rt.sleep(max(self._closed_until - monotonic(), 0.0))
            self._closed_until = None

    def _without(self, parcel: Parcel, error: UploadError) -> list[Parcel]:
        """The others of a request that one file broke, which vanished or changed while it was read.

        The request was not completed, so nothing of it is stored.
        """
        items = parcel.items
        suspects = [one for one in items if one.upload.filename == error.filename]
        if len(items) == 1 or len(suspects) == 1:
            bad = (suspects or items)[0]
            self._refused(bad.index, error.message, retryable=True)
            self._meter.sent([bad])
            parts = [[one for one in items if one is not bad]]
        else:
            parts = apart(items, error.filename)
        tries = max(parcel.tries, 1)
        return [Parcel(part, tries, parcel.guarded) for part in parts if part]

    async def _sort_out(self, items: Sequence[Item]) -> tuple[list[Item], list[Item]]:
        """Adopt what the service has of files that were in flight; what to send guarded, plain."""
        ids = set(self._ledger.ids())
        every = list(self._items())
        settled = [one for one in every if self._ledger.is_stored(one.index)]
        names = Counter((one.upload.filename, one.upload.size) for one in every)
        found = await sort_out(
            self._engine, items, self._versions, settled, ids, names, self._since
        )
        for index, digest in found.hashes.items():
            self._record.hashed(index, digest)
        reason = "it changed while it was sent. Whether it is stored is not known"
        for item in found.changed:
            # The journal keeps its doubt: the changed file is another one, and sent as such.
            self._ledger.lost(item.index, reason, retryable=True)
        self._unclear.update(item.index for item in found.guarded)
        self._unclear.difference_update(item.index for item in found.plain)
        self._meter.sent(item for item in items if item.index in found.stored)
        given = {item.index: item.upload.filename for item in items}
        await self._stored(
            [
                (index, UploadResult(file.id, given[index], "").with_file(file))
                for index, file in sorted(found.stored.items())
            ]
        )
        return found.guarded, found.plain

    async def _take(self, chunk: list[Item], answer: StreamBatchUploadResponse) -> None:
        self._session_id = answer.session_id
        self._meter.sent(chunk)
        for item in chunk:
            self._versions.pop(item.index, None)
        rejected = Counter[str]()
        for rejection in answer.rejections or ():
            if 0 <= rejection.index < len(chunk):
                item = chunk[rejection.index]
                rejected[item.upload.filename] += 1
                reason = f"it was not accepted: {rejection.reason}"
                self._refused(item.index, reason, retryable=rejection.retryable)
        left = [item for item in chunk if not self._ledger.known(item.index)]
        results = accepted(answer.immediate_results or (), rejected, _name, _is_failed)
        stored: list[tuple[int, UploadResult]] = []
        for index, one in match(left, results, _name, whole=True).items():
            if _is_failed(one):
                self._refused(index, one.error or "the service gave no reason")
            else:
                result = UploadResult.from_stored(one)
                stored.append((index, result if one.skipped else self._new(result)))
        places = {index for index, _ in stored}
        left = [
            one for one in left if one.index not in places and not self._ledger.known(one.index)
        ]
        if left:
            self._sessions.append(Sent(answer.session_id, left, rejected=rejected))
            self._record.sent(answer.session_id, left)
        await self._stored(stored)

    def _refused(self, index: int, reason: str, *, retryable: bool | None = None) -> None:
        self._ledger.lost(index, reason, retryable=retryable)
        self._record.failed(index, reason, retryable)

    async def _look_at_sessions(self, end: float) -> None:
        async def look(sent: Sent) -> Look:
            return await look_at(self._engine, sent, end)

        async def take(sent: Sent, seen: Look) -> None:
            if seen.rows is not None:
                sent.seen = seen.ended
                await self._read(sent.match(seen.rows, whole=seen.is_last))
            if seen.is_last:
                self._record.doubtful(sent.items)
                for item in sent.items:
                    reason = f"the upload session is {seen.status} and does not name it"
                    self._ledger.lost(item.index, reason, retryable=True)
                sent.items = []

        await rt.each(look, self._sessions, at_once=self._at_once, then=take)
        self._sessions = [sent for sent in self._sessions if sent.items]

    async def _read(self, rows: dict[int, UploadSessionResultItem]) -> None:
        stored: list[tuple[int, UploadResult]] = []
        for index, row in rows.items():
            failed = row.status.value == DescriptionStatus.FAILED.value
            reason = row.error_message or "the service gave no reason"
            if not row.image_id:
                self._refused(index, reason)
                continue
            result = UploadResult(
                row.image_id,
                row.filename,
                row.object_key,
                thumbnail_url=row.thumbnail_url,
                created_at=row.created_at,
            )
            is_older = row.status.value == DescriptionStatus.SKIPPED.value
            if failed:
                result = result.with_failure(reason)
            elif not is_older:
                result = self._new(result)
            stored.append((index, result))
        await self._stored(stored)

    def _new(self, result: UploadResult) -> UploadResult:
        """The result of a file that was stored just now, and not long ago in its place."""
        if self._form.auto_describe is False:
            return evolve(result, description_status=DescriptionStatus.SKIPPED)
        return result

    async def _look_at_descriptions(self, end: float) -> None:
        waiting = self._ledger.waiting()
        pages = [waiting[start : start + PAGE] for start in range(0, len(waiting), PAGE)]

        async def look(page: array[int]) -> FileList:
            request = user_files.list_user_files(ids=self._ledger.ids(page), limit=PAGE)
            return await self._engine.call(request, timeout=within(self._engine, end))

        async def take(page: array[int], answer: FileList) -> None:
            # A file that was stored a moment ago may not be listed yet: that is not its end.
            ended = self._ledger.described(page, answer.files)
            self._record.stored(ended)
            for index, result in ended:
                await self._ended(index, result)

        await rt.each(look, pages, at_once=self._at_once, then=take)

    async def _stored(self, results: Sequence[tuple[int, UploadResult]]) -> None:
        """Files are stored: it is written down of all of them before anybody is told."""
        self._record.stored(results)
        for index, result in results:
            self._ledger.stored(index, result)
        for index, result in results:
            if self._callbacks.on_file_complete is not None:
                complete = FileCompleteEvent(index, result)
                await rt.notify(self._callbacks.on_file_complete, complete)
            if not result.is_pending:
                await self._ended(index, result)

    async def _ended(self, index: int, result: UploadResult) -> None:
        self._told += 1
        if self._callbacks.on_description_progress is not None:
            open_items = sum(len(sent.items) for sent in self._sessions)
            total = self._ledger.stored_count + open_items
            progress = DescriptionProgressEvent(self._told, total, result)
            await rt.notify(self._callbacks.on_description_progress, progress)
        if result.is_failed:
            failure = DescriptionFailedEvent(index, result)
            await rt.notify(self._callbacks.on_description_failed, failure)

    async def _stopped(self, error: AionvisionError) -> AionvisionError:
        # What the sessions hold is good to know, but the first error is the one to tell.
        with suppress(AionvisionError):
            await self._look_at_sessions(math.inf)
        self._give_up()
        takes_results = isinstance(error, QuotaExceededError)
        if self._ledger.stored_count or self._sessions or self._session_id or takes_results:
            return self._partial(error, "upload")
        return error

    def _give_up(self) -> None:
        """Say of every file of which nothing is known why that is so. The journal knows better."""
        waited_for = {item.index for sent in self._sessions for item in sent.items}
        for one in self._found:
            if self._ledger.known(one.index) or one.index in waited_for:
                continue
            unclear = one.index in self._unclear
            reason = "its request broke: whether it is stored is not known"
            self._ledger.lost(one.index, reason if unclear else "it was not sent", retryable=True)

    def _partial(self, cause: AionvisionError, stage: str) -> AionvisionError:
        return partial(cause, self.report(), stage, self._session_id)

    def _late(self, plan: PollPlan) -> AionvisionTimeoutError:
        open_sessions = [sent.session_id for sent in self._sessions]
        waited = monotonic() - plan.start
        ids = self._ledger.ids(self._ledger.waiting())
        return late(self.report(), ids, open_sessions, waited)


def _name(result: StreamBatchFileResult) -> str:
    return result.filename


def _is_failed(result: StreamBatchFileResult) -> bool:
    # Without an id, whatever is stored cannot be asked for.
    return result.status == DescriptionStatus.FAILED.value or not stored_id(result)
