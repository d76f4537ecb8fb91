"""Notes in a journal what becomes of each file of a batch, and reads what an earlier call noted.

That a file may be in flight is on the disk before the file is sent. That it arrived need not be:
without it, the next call asks the service.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from attrs import evolve

from aion.types.documents import DocumentUploadResult
from aion.types.upload import UploadResult
from aion.uploads._expand import UploadInput
from aion.uploads._matching import Sent
from aion.uploads._open_journal import OpenJournal, size_and_time
from aion.uploads._plan import Item
from aion.uploads._stored_result import parsed, read, written
from aion.uploads.journal import FileOutcome, State
from aion_api.models.user_files import StreamBatchUploadBody


class Record(Protocol):
    """What a batch notes while it goes on, for a later call."""

    def done(self) -> dict[int, FileOutcome]:
        """Return what an earlier call left, by the index of the file; without what to send."""
        ...

    def sending(self, items: Sequence[Item]) -> None:
        """Note files that are about to be sent: this is on the disk when it returns."""
        ...

    def unsent(self, items: Sequence[Item]) -> None:
        """Note files that were sent and are certainly not stored."""
        ...

    def sent(self, session_id: str, items: Sequence[Item]) -> None:
        """Note files that the service took, and whose ids its session will have."""
        ...

    def stored(self, results: Iterable[tuple[int, UploadResult]]) -> None:
        """Note files that are in the library; their descriptions may have ended."""
        ...

    def processed(self, results: Iterable[tuple[int, DocumentUploadResult]]) -> None:
        """Note documents whose processing has ended."""
        ...

    def failed(self, index: int, reason: str, retryable: bool | None) -> None:
        """Note a file that was not stored."""
        ...

    def doubtful(self, items: Iterable[Item]) -> None:
        """Note files that may be stored: the next call asks."""
        ...

    def hashed(self, index: int, digest: str) -> None:
        """Note the hash of a file."""
        ...

    def close(self) -> None:
        """Let others open the journal: nothing more will be noted."""
        ...


class _NoRecord:
    """The record of a batch without a journal: it notes nothing."""

    def done(self) -> dict[int, FileOutcome]:
        return {}

    def sending(self, items: Sequence[Item]) -> None: ...

    def unsent(self, items: Sequence[Item]) -> None: ...

    def sent(self, session_id: str, items: Sequence[Item]) -> None: ...

    def stored(self, results: Iterable[tuple[int, UploadResult]]) -> None: ...

    def processed(self, results: Iterable[tuple[int, DocumentUploadResult]]) -> None: ...

    def failed(self, index: int, reason: str, retryable: bool | None) -> None: ...

    def doubtful(self, items: Iterable[Item]) -> None: ...

    def hashed(self, index: int, digest: str) -> None: ...

    def close(self) -> None: ...


NO_RECORD: Record = _NoRecord()


class JournalRecord:
    """Notes a batch in a journal, new or of an earlier call.

    Args:
        path: Where the journal is, or will be.
        found: The files of the batch.
        base_url: The service that they go to.
        kind: The kind of files: ``images`` or ``documents``.
        options: The options of the call, by the names of the arguments.

    Raises:
        ValidationError: The journal is one of another upload or of another service, it is in use,
            or the file is something else.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        found: Sequence[UploadInput],
        base_url: str,
        *,
        kind: str = "images",
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self._journal = OpenJournal(path, found, base_url, kind, options or {})

    def done(self) -> dict[int, FileOutcome]:
        """Return what an earlier call left, by the index of the file; without what to send."""
        return self._journal.rows

    def sending(self, items: Sequence[Item]) -> None:
        """Note files that are about to be sent: this is on the disk when it returns."""
        with self._journal.whole(safely=True):
            for item in items:
                size, mtime = size_and_time(item.upload)
                self._journal.set(
                    item.index,
                    state=State.SENDING,
                    size=size,
                    mtime_ns=mtime,
                    session_id=None,
                    reason=None,
                    retryable=None,
                )

    def unsent(self, items: Sequence[Item]) -> None:
        """Note files that were sent and are certainly not stored."""
        with self._journal.whole():
            for item in items:
                self._journal.set(item.index, state=State.PLANNED)

    def sent(self, session_id: str, items: Sequence[Item]) -> None:
        """Note files that the service took, and whose ids its session will have."""
        with self._journal.whole():
            for item in items:
                self._journal.set(item.index, state=State.SENT, session_id=session_id)

    def stored(self, results: Iterable[tuple[int, UploadResult]]) -> None:
        """Note files that are in the library; their descriptions may have ended."""
        with self._journal.whole():
            for index, one in results:
                self._journal.set(
                    index,
                    state=State.STORED if one.is_pending else State.DESCRIBED,
                    image_id=one.image_id,
                    result=written(one),
                )

    def processed(self, results: Iterable[tuple[int, DocumentUploadResult]]) -> None:
        """Images are not processed: see `DocumentJournalRecord`."""

    def failed(self, index: int, reason: str, retryable: bool | None) -> None:
        """Note a file that was not stored."""
        self._journal.set(index, state=State.FAILED, reason=reason, retryable=retryable)

    def doubtful(self, items: Iterable[Item]) -> None:
        """Note files that may be stored: the next call asks."""
        with self._journal.whole():
            for item in items:
                self._journal.set(item.index, state=State.SENDING, session_id=None)

    def hashed(self, index: int, digest: str) -> None:
        """Note the hash of a file."""
        self._journal.set(index, sha256=digest)

    def close(self) -> None:
        """Let others open the journal: nothing more will be noted."""
        self._journal.close()


class DocumentJournalRecord(JournalRecord):
    """Notes a batch of documents, which are processed instead of described."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        found: Sequence[UploadInput],
        base_url: str,
        options: Mapping[str, Any],
    ) -> None:
        super().__init__(path, found, base_url, kind="documents", options=options)
        self._files = found

    def stored(self, results: Iterable[tuple[int, UploadResult]]) -> None:
        """Note documents that are in the library; their processing is polled later."""
        with self._journal.whole():
            for index, one in results:
                document = stored_document(self._files[index], one)
                self._set(index, State.STORED, document)

    def processed(self, results: Iterable[tuple[int, DocumentUploadResult]]) -> None:
        """Note documents whose processing has ended."""
        with self._journal.whole():
            for index, one in results:
                self._set(index, State.DESCRIBED, one)

    def _set(self, index: int, state: State, one: DocumentUploadResult) -> None:
        self._journal.set(index, state=state, image_id=one.document_id, result=written(one))


def options_of(form: StreamBatchUploadBody) -> dict[str, Any]:
    """Return the options of a batch, as its journal has them."""
    return {name: value for name, value in form.to_dict().items() if name != "files"}


def stored_document(found: UploadInput, result: UploadResult) -> DocumentUploadResult:
    """Return the result of a document that was just stored, under the name in the response."""
    return evolve(
        DocumentUploadResult.of_file(result.filename or found.filename, found.upload),
        document_id=result.image_id,
        object_key=result.object_key,
        created_at=result.created_at,
    )


def resume_plan(
    items: Iterable[Item], done: Mapping[int, FileOutcome]
) -> tuple[array[int], list[Item], list[Sent]]:
    """Plan the rest of a batch: what to send, what may have arrived, and the open sessions.

    What to send may be nearly all of it, and is given by the indexes of the files.
    """
    sessions: dict[str, Sent] = {}
    plain = array("L")
    doubtful: list[Item] = []
    for item in items:
        row = done.get(item.index)
        if row is None:
            plain.append(item.index)
        elif row.state is State.SENDING:
            doubtful.append(item)
        elif row.session_id is not None:
            sent = sessions.setdefault(row.session_id, Sent(row.session_id, []))
            if row.state is State.SENT:
                sent.items.append(item)
            elif row.image_id is not None and (known := restored(row)) is not None:
                sent.taken[known.filename, known.image_id] += 1
    return plain, doubtful, [sent for sent in sessions.values() if sent.items]


def restored(row: FileOutcome) -> UploadResult | None:
    """Return the result that a journal holds of a file, or None when it is not known yet."""
    if row.result is not None and row.is_stored:
        data: dict[str, Any] = json.loads(row.result)
        if "document_id" in data:
            return UploadResult(data["document_id"], data["filename"], data["object_key"])
        return parsed(UploadResult, data)
    if row.state is State.FAILED:
        return UploadResult.not_stored(
            row.filename, row.reason or "no reason was kept", retryable=row.retryable
        )
    return None


def restored_document(row: FileOutcome) -> DocumentUploadResult | None:
    """Return the result of a stored document, or None."""
    if row.result is None or not row.is_stored:
        return None
    return read(DocumentUploadResult, row.result)


__all__ = [
    "NO_RECORD",
    "DocumentJournalRecord",
    "JournalRecord",
    "Record",
    "options_of",
    "restored",
    "restored_document",
    "resume_plan",
    "stored_document",
]
