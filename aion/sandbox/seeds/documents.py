"""The library `documents`: real files, extracted like uploaded ones, with passages."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from aion.sandbox.documents.chunking import Chunk, chunk_text
from aion.sandbox.documents.documents import store_passages, text_key
from aion.sandbox.documents.extraction import Text, extract
from aion.sandbox.seeds.document_files import file_of
from aion.sandbox.seeds.document_texts import Paper, paper
from aion.sandbox.store.objects import CONTENT_TYPES

if TYPE_CHECKING:
    from pathlib import Path

    from aion.sandbox.runtime.state import State

_COUNTER: Final = "seed/documents"
_SLICE: Final = 50


@dataclass(frozen=True, slots=True)
class _Read:
    """A paper as a file, with its extracted text."""

    paper: Paper
    data: bytes
    text: Text
    chunks: list[Chunk]


async def documents(state: State, count: int) -> list[str]:
    """Store documents with text and passages; numbers continue after earlier libraries."""
    first = state.database.count("SELECT n FROM counters WHERE kind = ?", (_COUNTER,)) + 1
    ids: list[str] = []
    for start in range(first, first + count, _SLICE):
        numbers = range(start, min(start + _SLICE, first + count))
        read: list[_Read] = await state.in_thread(_read_all, state.objects.incoming(), numbers)
        with state.database.transaction():
            ids += [_store(state, one) for one in read]
        await asyncio.sleep(0)
    return ids


def _read_all(place: Path, numbers: range) -> list[_Read]:
    try:
        return [_read(place, number) for number in numbers]
    finally:
        place.unlink(missing_ok=True)


def _read(place: Path, number: int) -> _Read:
    written = paper(number)
    data = file_of(written)
    place.write_bytes(data)
    text = extract(place, written.kind)
    return _Read(written, data, text, chunk_text(text))


def _store(state: State, one: _Read) -> str:
    state.database.next_number(_COUNTER)
    file_id, kind, now = state.files.new_id(), one.paper.kind, state.clock.stamp()
    key = f"documents/{file_id}/original.{kind}"
    state.objects.write(key, one.data)
    file = state.files.add(
        id=file_id,
        media_type="document",
        filename=one.paper.filename,
        object_key=key,
        size_bytes=len(one.data),
        content_type=CONTENT_TYPES[kind].partition(";")[0],
        format=kind.upper(),
        sha256=sha256(one.data).hexdigest(),
        title=one.paper.title,
        tags=list(one.paper.tags),
        described_from=now,
        finished_at=now,
        extra={
            "document_type": kind,
            "text_extraction_status": "completed",
            "page_count": one.text.pages,
            "chunk_count": len(one.chunks),
        },
    )
    state.objects.write(text_key(file), one.text.text.encode("utf-8"))
    store_passages(state, file, one.chunks)
    return file_id
