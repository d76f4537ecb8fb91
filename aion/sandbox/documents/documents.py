"""Documents: recognizes and stores their files, and extracts their text in a job.

A document is a file of the kind `document`. Its passages are records of the kind `chunk` below
its id, indexed for search; its whole text is an object beside its bytes.
"""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import PurePath
from typing import Any, Final

from aion.sandbox.documents.chunking import Chunk, chunk_text
from aion.sandbox.documents.extraction import Text, Unreadable, extract, is_docx
from aion.sandbox.images.image_facts import sniff
from aion.sandbox.runtime.job_handlers import Next, Step, job
from aion.sandbox.runtime.state import State
from aion.sandbox.store.files import COLUMNS, StoredFile
from aion.sandbox.store.ids import make_id
from aion.sandbox.store.multipart import ReceivedFile
from aion.sandbox.store.objects import CONTENT_TYPES
from aion.sandbox.uploads.file_kinds import (
    ExaminedFile,
    FileKind,
    UploadOptions,
    register_file_kind,
)

EXTRACT: Final = "extract"
"""Kind of the job that reads a document, by the id of its file."""

CHUNK: Final = "chunk"
"""Kind of the records and of the indexed texts of passages."""

STATES: Final = ("pending", "processing", "completed", "failed")
"""States of a text extraction, in their order."""

TYPES: Final = {
    "application/pdf": "pdf",
    CONTENT_TYPES["docx"]: "docx",
    "text/plain": "txt",
    "text/markdown": "md",
}
"""Document type by media type."""

_TEXT_ENDINGS: Final = {"": "txt", ".txt": "txt", ".text": "txt", ".md": "md", ".markdown": "md"}
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_BINARY: Final = frozenset(range(0x20)) - frozenset(b"\t\n\x0b\x0c\r\x1b") | {0x7F}


def _document_type(file: ReceivedFile) -> str | None:
    """Return the type by content; only between text and Markdown the name decides."""
    head = file.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "docx" if is_docx(file.path) else None
    text = file.head.startswith(_UTF16) or not _BINARY.intersection(file.head)
    ending = PurePath(file.filename).suffix.lower()
    # Text may begin like an image, if its extension says that it is text.
    if not text or (not ending and sniff(file.head) is not None):
        return None
    return _TEXT_ENDINGS.get(ending)


async def _examine(state: State, file: ReceivedFile, kind: str) -> None:
    """Accept any document: its extraction reports problems."""


def _store(
    state: State,
    file: ReceivedFile,
    examined: ExaminedFile,
    options: UploadOptions,
    session_id: str | None,
) -> StoredFile:
    kind = examined.type
    file_id = state.files.new_id()
    key = f"documents/{file_id}/original.{kind}"
    state.objects.adopt(file.path, key)
    stored = state.files.add(
        id=file_id,
        media_type="document",
        filename=file.filename,
        object_key=key,
        size_bytes=file.size,
        content_type=CONTENT_TYPES[kind].partition(";")[0],
        format=kind.upper(),
        sha256=file.sha256,
        title=options.title,
        tags=options.tags,
        upload_method=options.upload_method,
        storage_target=options.storage_target,
        session_id=session_id,
        extra={
            "document_type": kind,
            "text_extraction_status": "pending",
            "page_count": None,
            "chunk_count": None,
        },
    )
    state.jobs.schedule(EXTRACT, file_id, stage="pending", name=file.filename)
    return stored


DOCUMENT: Final = register_file_kind(FileKind("document", _document_type, _examine, _store))
"""The kind of document files."""


@job(EXTRACT)
def _extract(step: Step[State]) -> Next | Awaitable[Next | None] | None:
    file = step.state.files.get(step.id)
    if file is None:
        return None
    if step.stage == "processing":
        return _read(step, file)
    step.state.files.update_extra(file.n, text_extraction_status="processing")
    step.state.files.update(file.n, described_from=step.stamp())
    return step.next("processing")


async def _read(step: Step[State], file: StoredFile) -> None:
    state = step.state
    failure = step.failure()
    try:
        if failure is not None:
            raise Unreadable(failure)
        path = state.objects.path(file.object_key)
        kind = str(file.extras()["document_type"])
        text, chunks = await state.in_thread(_text_and_chunks, path, kind)
        await state.in_thread(state.objects.write, text_key(file), text.text.encode("utf-8"))
    except (Unreadable, OSError) as error:
        _end(step, file, text_extraction_status="failed", extraction_error=str(error))
        return
    with state.database.transaction():
        store_passages(state, file, chunks)
        _end(
            step,
            file,
            text_extraction_status="completed",
            page_count=text.pages,
            chunk_count=len(chunks),
        )


def _text_and_chunks(path: Any, kind: str) -> tuple[Text, list[Chunk]]:
    text = extract(path, kind)
    return text, chunk_text(text)


def store_passages(state: State, file: StoredFile, chunks: list[Chunk]) -> None:
    """Store and index the passages of a document, inside the caller's transaction."""
    # A second run after a crash must not leave passages of the first run.
    delete_passages(state, file.id)
    for index, chunk in enumerate(chunks):
        chunk_id = make_id(CHUNK, f"{file.id}/{index}")
        body = {"chunk_index": index, **chunk.as_json()}
        state.records.put(CHUNK, chunk_id, body, parent=file.id, order=index)
        state.text_index.put(CHUNK, chunk_id, chunk.content, parent=file.id)


def _end(step: Step[State], file: StoredFile, **values: Any) -> None:
    step.state.files.update_extra(file.n, **values)
    step.state.files.update(file.n, finished_at=step.stamp())


def text_key(file: StoredFile) -> str:
    """Return the key of the object with the whole text of a document."""
    return f"documents/{file.id}/text.txt"


def get(state: State, document_id: str) -> StoredFile | None:
    """Return the document of an id; None for files of other kinds."""
    file = state.files.get(document_id)
    return file if file is not None and file.media_type == "document" else None


def status(file: StoredFile) -> str:
    """Return the status of its text extraction."""
    return str(file.extras()["text_extraction_status"])


def delete_passages(state: State, document_id: str) -> None:
    """Remove the passages of a document from the library and from search."""
    state.records.delete_below(CHUNK, document_id)
    state.text_index.delete_below(CHUNK, document_id)


def page(state: State, number: int, size: int, wanted: str | None) -> tuple[list[StoredFile], int]:
    """Return one page of the documents, newest first, and the number on all pages."""
    where = "media_type = 'document' AND deleted_at IS NULL"
    values: list[Any] = []
    if wanted is not None:
        where += " AND json_extract(extra, '$.text_extraction_status') = ?"
        values.append(wanted)
    total = state.database.count(f"SELECT count(*) FROM files WHERE {where}", values)
    rows = state.database.rows(
        f"SELECT {COLUMNS} FROM files WHERE {where} ORDER BY n DESC LIMIT ? OFFSET ?",
        (*values, size, min((number - 1) * size, 2**62)),
    )
    return [StoredFile(*row) for row in rows], total


def with_hash(state: State, sha256: str) -> StoredFile | None:
    """Return the oldest document with these bytes."""
    row = state.database.row(
        f"SELECT {COLUMNS} FROM files WHERE sha256 = ? AND media_type = 'document' "
        "AND deleted_at IS NULL ORDER BY n LIMIT 1",
        (sha256,),
    )
    return StoredFile(*row) if row is not None else None
