"""Searches the passages of documents: by words, scored from 0 to 1, each with its citation.

The service searches by meaning. Here a passage scores by the share of the query's content words
that it has, and among equals by BM25: the same library and query always give the same result.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aion.sandbox.documents import documents
from aion.sandbox.runtime.state import State
from aion.sandbox.store.files import StoredFile

_MOST: Final = 1000
_WORD: Final = re.compile(r"\w+")
_FILLERS: Final = frozenset(
    _WORD.findall(
        "a an and are as at be by can did do does for from had has have how i in is it its me my of"
        " on or our say show tell that the their there these they this to was we were what when"
        " where which who why will with you your about find all any"
    )
)
_BY_WORDS: Final = 0.8
"""Share of a score that the words decide; BM25 decides the rest."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage that matches a query."""

    id: str
    document: StoredFile
    body: dict[str, Any]
    score: float
    """From 0 to 1; higher is better."""

    @property
    def citation(self) -> str:
        """The reference markup of the passage: its document, and its page or pages."""
        pages: list[int] = self.body["page_numbers"]
        where = ""
        if pages:
            first, last = min(pages), max(pages)
            where = f"|p:{first}" if first == last else f"|pp:{first}-{last}"
        name = self.document.filename.replace("|", "/").replace("]]", "]")
        return f"[[doc:{self.document.id[:8]}|{name}{where}]]"


def search_passages(
    state: State,
    query: str,
    *,
    document_ids: Sequence[str] | None = None,
    threshold: float = 0.0,
    limit: int = 20,
) -> tuple[list[Passage], int]:
    """Return the passages that match a query, best first, and the number above the threshold.

    Args:
        state: The sandbox's state.
        query: The words to search for.
        document_ids: Only in these documents.
        threshold: The lowest score.
        limit: Maximum number of passages.
    """
    words = content_words(query)
    parents = None if document_ids is None else [one.lower() for one in document_ids]
    hits = state.text_index.search(
        documents.CHUNK, " ".join(words), parents=parents, every_word=False, limit=_MOST
    )
    best = max((hit.score for hit in hits), default=0.0)
    found: list[Passage] = []
    known: dict[str, StoredFile | None] = {}
    for hit in hits:
        parent = hit.parent or ""
        if parent not in known:
            # The passages of a deleted document stay stored: its file can still be restored.
            known[parent] = documents.get(state, parent)
        document = known[parent]
        share = min(1.0, hit.matched / len(words)) if words else 0.0
        rank = hit.score / best if best > 0 else 1.0
        score = round(share * (_BY_WORDS + (1 - _BY_WORDS) * max(0.0, rank)), 4)
        if document is None or score < threshold:
            continue
        record = state.records.get(documents.CHUNK, hit.id)
        if record is not None:
            found.append(Passage(hit.id, document, record.body, score))
    found.sort(key=lambda one: (-one.score, -one.document.n, one.body["chunk_index"]))
    return found[:limit], len(found)


def content_words(query: str) -> list[str]:
    """Return the words of a query that carry meaning, each once; all of them if none does."""
    words = list(dict.fromkeys(word.lower() for word in _WORD.findall(query)))
    return [word for word in words if word not in _FILLERS] or words


def as_hit(passage: Passage) -> dict[str, Any]:
    """Return a passage in the form of a search hit."""
    return chunk_result(passage.id, passage.document, passage.body, passage.score)


def chunk_result(
    chunk_id: str, document: StoredFile, body: dict[str, Any], score: float | None
) -> dict[str, Any]:
    """Return a passage in its wire form."""
    return {
        "chunk_id": chunk_id,
        "document_id": document.id,
        "document_filename": document.filename,
        "similarity_score": score,
        **body,
    }
