"""Search of the agents: files by their words, passages of documents, scenes of videos."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aion.sandbox.agents.keywords import keywords, match_score, matching_keywords
from aion.sandbox.documents.documents import CHUNK
from aion.sandbox.documents.search import search_passages
from aion.sandbox.runtime.state import State
from aion.sandbox.store.files import COLUMNS, StoredFile
from aion.sandbox.store.records import Record
from aion.sandbox.store.text_index import words_expression

SCENE: Final = "scene"
"""Kind of the records of scenes of videos."""
_MOST_CANDIDATES: Final = 1000


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of a search: one folder, these files, documents of these types."""

    ids: Sequence[str] | None = None
    folder_id: str | None = None
    document_types: Sequence[str] | None = None

    def conditions(self, media_type: str) -> tuple[str, list[Any]]:
        """Return the scope as an SQL condition on the table of files, with its values."""
        parts = ["files.deleted_at IS NULL", "files.media_type = ?"]
        values: list[Any] = [media_type]
        if self.ids is not None:
            parts.append("files.id IN (SELECT value FROM json_each(?))")
            values.append(json.dumps([one.lower() for one in self.ids]))
        if self.folder_id is not None:
            parts.append("files.folder_id = ?")
            values.append(self.folder_id.lower())
        if self.document_types is not None:
            parts.append(
                "lower(json_extract(files.extra, '$.document_type')) IN "
                "(SELECT value FROM json_each(?))"
            )
            values.append(json.dumps([one.lower() for one in self.document_types]))
        return " AND ".join(parts), values


EVERYWHERE: Final = Scope()


@dataclass(frozen=True, slots=True)
class FileMatch:
    """A file that matches a request, with its score."""

    file: StoredFile
    score: float
    matched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a document that matches a request."""

    id: str
    document: StoredFile
    text: str
    score: float
    index: int | None
    pages: list[int] | None


def files_in(state: State, media_type: str, scope: Scope = EVERYWHERE) -> list[StoredFile]:
    """Return all files of a kind in a scope: in the order of its ids, otherwise newest first."""
    condition, values = scope.conditions(media_type)
    rows = state.database.rows(
        f"SELECT {COLUMNS} FROM files WHERE {condition} ORDER BY n DESC", values
    )
    files = [StoredFile(*row) for row in rows]
    if scope.ids is not None:
        place = {one.lower(): number for number, one in enumerate(scope.ids)}
        files.sort(key=lambda file: place[file.id])
    return files


def find_files(
    state: State, media_type: str, query: str, scope: Scope = EVERYWHERE
) -> list[FileMatch]:
    """Return the files that have any of the words, best first; all files for a vague request."""
    words = keywords(query)
    if not words:
        return [FileMatch(file, match_score((), ())) for file in files_in(state, media_type, scope)]
    condition, values = scope.conditions(media_type)
    by_words = state.database.rows(
        f"SELECT {COLUMNS} FROM files_text JOIN files ON files.n = files_text.rowid "
        f"WHERE files_text MATCH ? AND {condition} "
        "ORDER BY bm25(files_text), files.n DESC LIMIT ?",
        (words_expression(" ".join(words), every_word=False), *values, _MOST_CANDIDATES),
    )
    # Tags and names have no index of their own.
    by_name = state.database.rows(
        f"SELECT {COLUMNS} FROM files WHERE {condition} AND EXISTS (SELECT 1 FROM json_each(?) "
        "WHERE instr(lower(files.tags || ' ' || files.filename), value)) "
        "ORDER BY n DESC LIMIT ?",
        (*values, json.dumps(words), _MOST_CANDIDATES),
    )
    found: dict[int, FileMatch] = {}
    for row in (*by_words, *by_name):
        file = StoredFile(*row)
        matched = matching_keywords(
            words, file.title, file.description, file.visible_text, file.filename, file.tags
        )
        if matched and file.n not in found:
            found[file.n] = FileMatch(file, match_score(matched, words), tuple(matched))
    # Equal scores keep the order of the index.
    return sorted(found.values(), key=lambda one: -one.score)


def find_passages(
    state: State, query: str, scope: Scope = EVERYWHERE, *, least: int = 0
) -> list[Passage]:
    """Return the passages that have any of the words, best first.

    Args:
        state: The sandbox's state.
        query: The request. A vague one returns the first passage of each document.
        scope: The scope of the search.
        least: Minimum number of passages; the first ones of the documents fill the result up.
    """
    files = files_in(state, "document", scope)
    words = keywords(query)
    found: list[Passage] = []
    if words:
        hits, _ = search_passages(
            state,
            " ".join(words),
            document_ids=None if scope == EVERYWHERE else [file.id for file in files],
            limit=_MOST_CANDIDATES,
        )
        found = [_passage(hit.document, hit.id, hit.body, hit.score) for hit in hits]
    known = {one.document.id for one in found}
    for file in files:
        wanting = not words or len(found) < least
        if wanting and file.id not in known:
            found += passages_of(state, file, most=1)
    return found


def passages_of(state: State, document: StoredFile, *, most: int | None = None) -> list[Passage]:
    """Return the passages of a document, in order."""
    records, _ = state.records.find(CHUNK, parent=document.id, limit=most)
    return [_passage(document, one.id, one.body, match_score((), ())) for one in records]


def find_scenes(
    state: State, video: StoredFile, words: Sequence[str]
) -> list[tuple[Record, float]]:
    """Return the scenes of a video that have any of the words, best first, with their scores."""
    found: list[tuple[Record, float]] = []
    for scene in state.records.find(SCENE, parent=video.id)[0]:
        tags: list[str] = scene.body.get("tags") or []
        texts = (scene.body.get("description"), scene.body.get("transcript"), " ".join(tags))
        matched = matching_keywords(words, *texts)
        if matched:
            found.append((scene, match_score(matched, words)))
    return sorted(found, key=lambda one: -one[1])


def files_by_id(
    state: State, ids: Sequence[str], media_type: str | None = None
) -> list[StoredFile]:
    """Return the existing files of these ids, each once."""
    found = (state.files.get(one) for one in dict.fromkeys(one.lower() for one in ids))
    return [
        file
        for file in found
        if file is not None and (media_type is None or file.media_type == media_type)
    ]


def _passage(document: StoredFile, one: str, body: dict[str, Any], score: float) -> Passage:
    return Passage(
        id=one,
        document=document,
        text=body["content"],
        score=score,
        index=body.get("chunk_index"),
        pages=body.get("page_numbers") or None,
    )
