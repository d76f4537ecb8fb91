"""What a batch writes into its journal while it goes on, and what it finds there.

What says that a file may be on its way is on the disk before the file is sent. What says that it
arrived need not be: without it, the next call asks the service.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve

from aion.types.common import DescriptionStatus
from aion.types.documents import DocumentUploadResult
from aion.types.upload import UploadResult
from aion.uploads._expand import UploadInput
from aion.uploads._matching import Sent
from aion.uploads._open_journal import OpenJournal, size_and_time
from aion.uploads._plan import Item
from aion.uploads.journal import FileOutcome, State
from aion_api.models.user_files import StreamBatchUploadBody


class NoRecord:
    """The record of a batch without a journal: it keeps nothing."""

    def done(self) -> dict[int, FileOutcome]:
        """What an earlier call left, by the index of the file."""
        return {}

    def sending(self, items: Sequence[Item]) -> None:
        """Files are about to be sent."""

    def unsent(self, items: Sequence[Item]) -> None:
        """Files that were sent did certainly not get stored."""

    def sent(self, session_id: str, items: Sequence[Item]) -> None:
        """The service took files, but did not tell their ids yet."""

    def stored(self, results: Iterable[tuple[int, UploadResult]]) -> None:
        """Files are in the library; their descriptions may have ended."""

    def processed(self, results: Iterable[tuple[int, DocumentUploadResult]]) -> None:
        """The processing of documents has ended."""

    def failed(self, index: int, reason: str, retryable: bool | None) -> None:
        """A file was not stored."""

    def doubtful(self, items: Iterable[Item]) -> None:
        """Whether files are stored cannot be told now."""

    def hashed(self, index: int, digest: str) -> None:
        """The hash of a file is known."""

    def close(self) -> None:
        """Nothing more will be recorded."""


class Record(NoRecord):
    """The record of a batch in a journal, new or of an earlier call.

    Args:
        path: Where the journal is, or will be.
        found: The files of the batch.
        base_url: The service that they go to.
        kind: What they are: ``images`` or ``documents``.
        options: What is asked for with them, by the names of the arguments.

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
        """What an earlier call left, by the index of the file; without what has to be sent."""
        return self._journal.rows

    def sending(self, items: Sequence[Item]) -> None:
        """Files are about to be sent: this is on the disk when it returns."""
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
        """Files that were sent did certainly not get stored."""
        with self._journal.whole():
            for item in items:
                self._journal.set(item.index, state=State.PLANNED)

    def sent(self, session_id: str, items: Sequence[Item]) -> None:
        """The service took files, but did not tell their ids yet."""
        with self._journal.whole():
            for item in items:
                self._journal.set(item.index, state=State.SENT, session_id=session_id)

    def stored(self, results: Iterable[tuple[int, UploadResult]]) -> None:
        """Files are in the library; their descriptions may have ended."""
        with self._journal.whole():
            for index, one in results:
                self._journal.set(
                    index,
                    state=State.STORED if one.is_pending else State.DESCRIBED,
                    image_id=one.image_id,
                    result=_written(one),
                )

    def failed(self, index: int, reason: str, retryable: bool | None) -> None:
        """A file was not stored."""
        self._journal.set(index, state=State.FAILED, reason=reason, retryable=retryable)

    def doubtful(self, items: Iterable[Item]) -> None:
        """Whether files are stored cannot be told now: the next call asks."""
        with self._journal.whole():
            for item in items:
                self._journal.set(item.index, state=State.SENDING, session_id=None)

    def hashed(self, index: int, digest: str) -> None:
        """The hash of a file is known."""
        self._journal.set(index, sha256=digest)

    def close(self) -> None:
        """Nothing more will be recorded."""
        self._journal.close()


class DocumentRecord(Record):
    """The record of a batch of documents, which are processed instead of described."""

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
        """Documents are in the library; whether they are processed is asked for later."""
        with self._journal.whole():
            for index, one in results:
                document = stored_document(self._files[index], one)
                self._set(index, State.STORED, document)

    def processed(self, results: Iterable[tuple[int, DocumentUploadResult]]) -> None:
        """The processing of documents has ended."""
        with self._journal.whole():
            for index, one in results:
                self._set(index, State.DESCRIBED, one)

    def _set(self, index: int, state: State, one: DocumentUploadResult) -> None:
        self._journal.set(index, state=state, image_id=one.document_id, result=_written(one))


def options_of(form: StreamBatchUploadBody) -> dict[str, Any]:
    """What is asked for with the files of a batch, as its journal has it."""
    return {name: value for name, value in form.to_dict().items() if name != "files"}


def stored_document(found: UploadInput, result: UploadResult) -> DocumentUploadResult:
    """A document of a batch right after it was stored, under the name that the service gave it."""
    return evolve(
        DocumentUploadResult.of_file(result.filename or found.filename, found.upload),
        document_id=result.image_id,
        object_key=result.object_key,
        created_at=result.created_at,
    )


def picked_up(
    items: Iterable[Item], done: Mapping[int, FileOutcome]
) -> tuple[array[int], list[Item], list[Sent]]:
    """What is left of a batch: what to send, what may have arrived, and what is waited for.

    What is to be sent is nearly all of it, and given by the indexes of the files.
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
    """The result that a journal holds of a file, or None when it is not known yet."""
    if row.result is not None and row.is_stored:
        data: dict[str, Any] = json.loads(row.result)
        if "document_id" in data:
            return UploadResult(data["document_id"], data["filename"], data["object_key"])
        return _image(data)
    if row.state is State.FAILED:
        return UploadResult.not_stored(
            row.filename, row.reason or "no reason was kept", retryable=row.retryable
        )
    return None


def restored_document(row: FileOutcome) -> DocumentUploadResult | None:
    """The same for a document, where it is stored."""
    if row.result is None or not row.is_stored:
        return None
    return DocumentUploadResult.from_api_response(json.loads(row.result))


def _written(result: UploadResult | DocumentUploadResult) -> str:
    if isinstance(result, UploadResult):
        # Links to pictures are signed and expire.
        result = evolve(result, thumbnail_url=None)
    data = evolve(result, additional_properties={}).to_dict()
    return json.dumps(data, ensure_ascii=True)


def _image(data: dict[str, Any]) -> UploadResult:
    data["description_status"] = DescriptionStatus(data["description_status"])
    if data.get("created_at") is not None:
        data["created_at"] = datetime.fromisoformat(data["created_at"])
    return UploadResult(**data)


__all__ = [
    "DocumentRecord",
    "NoRecord",
    "Record",
    "options_of",
    "picked_up",
    "restored",
    "restored_document",
    "stored_document",
]
