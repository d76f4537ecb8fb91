"""Records the outcome of each file of a batch in a journal, and reads those of an earlier call.

The state "in flight" is on disk before a file is sent. The state "arrived" need not be: without it,
the next call asks the service.
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
    """Records the progress of a batch for a later call."""

    def done(self) -> dict[int, FileOutcome]:
        """Return the rows of an earlier call by the index of the file, without files to send."""
        ...

    def sending(self, items: Sequence[Item]) -> None:
        """Record files that are about to be sent; the record is on disk on return."""
        ...

    def unsent(self, items: Sequence[Item]) -> None:
        """Record files that were sent and are certainly not stored."""
        ...

    def sent(self, session_id: str, items: Sequence[Item]) -> None:
        """Record files that the service accepted, and whose ids come from the upload session."""
        ...

    def stored(self, results: Iterable[tuple[int, UploadResult]]) -> None:
        """Record stored files; their descriptions may have ended."""
        ...

    def processed(self, results: Iterable[tuple[int, DocumentUploadResult]]) -> None:
        """Record documents whose processing has ended."""
        ...

    def failed(self, index: int, reason: str, retryable: bool | None) -> None:
        """Record a file that was not stored."""
        ...

    def doubtful(self, items: Iterable[Item]) -> None:
        """Record files that may be stored: the next call checks them."""
        ...

    def hashed(self, index: int, digest: str) -> None:
        """Record the hash of a file."""
        ...

    def close(self) -> None:
        """Close the journal, so that other uploads can open it."""
        ...


class _NoRecord:
    """Records nothing: used without a journal."""

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
    """Records a batch in a journal, new or from an earlier call.

    Args:
        path: The path of the journal, which may not exist yet.
        found: The files of the batch.
        base_url: The service that receives them.
        kind: The kind of files: ``images`` or ``documents``.
        options: The options of the call, by the names of the arguments.

    Raises:
        ValidationError: The journal belongs to another upload or another service, it is in use, or
            the file is not a journal.
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
        """Return the rows of an earlier call by the index of the file, without files to send."""
        return self._journal.rows

    def sending(self, items: Sequence[Item]) -> None:
        """Record files that are about to be sent; the record is on disk on return."""
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
        """Record files that were sent and are certainly not stored."""
        with self._journal.whole():
            for item in items:
                self._journal.set(item.index, state=State.PLANNED)

    def sent(self, session_id: str, items: Sequence[Item]) -> None:
        """Record files that the service accepted, and whose ids come from the upload session."""
        with self._journal.whole():
            for item in items:
                self._journal.set(item.index, state=State.SENT, session_id=session_id)

    def stored(self, results: Iterable[tuple[int, UploadResult]]) -> None:
        """Record stored files; their descriptions may have ended."""
        with self._journal.whole():
            for index, one in results:
                self._journal.set(
                    index,
                    state=State.STORED if one.is_pending else State.DESCRIBED,
                    image_id=one.image_id,
                    result=written(one),
                )

    def processed(self, results: Iterable[tuple[int, DocumentUploadResult]]) -> None:
        """Do nothing: images are not processed. See `DocumentJournalRecord`."""

    def failed(self, index: int, reason: str, retryable: bool | None) -> None:
        """Record a file that was not stored."""
        self._journal.set(index, state=State.FAILED, reason=reason, retryable=retryable)

    def doubtful(self, items: Iterable[Item]) -> None:
        """Record files that may be stored: the next call checks them."""
        with self._journal.whole():
            for item in items:
                self._journal.set(item.index, state=State.SENDING, session_id=None)

    def hashed(self, index: int, digest: str) -> None:
        """Record the hash of a file."""
        self._journal.set(index, sha256=digest)

    def close(self) -> None:
        """Close the journal, so that other uploads can open it."""
        self._journal.close()


class DocumentJournalRecord(JournalRecord):
    """Records a batch of documents, which are processed instead of described."""

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
        """Record stored documents; their processing is polled later."""
        with self._journal.whole():
            for index, one in results:
                document = stored_document(self._files[index], one)
                self._set(index, State.STORED, document)

    def processed(self, results: Iterable[tuple[int, DocumentUploadResult]]) -> None:
        """Record documents whose processing has ended."""
        with self._journal.whole():
            for index, one in results:
                self._set(index, State.DESCRIBED, one)

    def _set(self, index: int, state: State, one: DocumentUploadResult) -> None:
        self._journal.set(index, state=state, image_id=one.document_id, result=written(one))


def options_of(form: StreamBatchUploadBody) -> dict[str, Any]:
    """Return the options of a batch as its journal stores them."""
    return {name: value for name, value in form.to_dict().items() if name != "files"}


def stored_document(found: UploadInput, result: UploadResult) -> DocumentUploadResult:
    """Return the result of a document that was just stored, under the name in the response."""
    return evolve(
        DocumentUploadResult.of_file(result.filename or found.filename, found.upload, found.source),
        document_id=result.image_id,
        object_key=result.object_key,
        created_at=result.created_at,
    )


def resume_plan(
    items: Iterable[Item], done: Mapping[int, FileOutcome]
) -> tuple[array[int], list[Item], list[Sent]]:
    """Plan the rest of a batch: what to send, what may have arrived, and the open sessions.

    The files to send may be nearly all of the batch, and are returned as indexes.
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
    """Return the result of a file in a journal, or None if there is none yet."""
    if row.result is not None and row.is_stored:
        data: dict[str, Any] = json.loads(row.result)
        if "document_id" in data:
            return UploadResult(data["document_id"], data["filename"], data["object_key"])
        return parsed(UploadResult, data)
    if row.state is State.FAILED:
        return UploadResult.not_stored(
            row.filename, row.reason or "no reason was recorded", retryable=row.retryable
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
