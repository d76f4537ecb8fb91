"""Finds the keywords of a chat message, and the images that match them, best first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aion.sandbox.store.files import COLUMNS, StoredFile
from aion.sandbox.store.text_index import words_expression

if TYPE_CHECKING:
    from aion.sandbox.runtime.state import State

_WORD: Final = re.compile(r"\w+")
_COMMON: Final = frozenset({
    "a", "about", "all", "an", "and", "any", "are", "as", "at", "background", "be", "by", "can",
    "could", "delete", "describe", "did", "do", "document", "documents", "does", "file",
    "files", "find", "folder", "folders", "for", "from", "give", "have", "how", "i", "image",
    "images", "in", "into", "is", "it", "its", "list", "me", "move", "my", "of", "on", "ones",
    "or", "organise", "organize", "photo", "photos", "picture", "pictures", "please", "remove",
    "rename", "search", "show", "sort", "tell", "that", "the", "their", "them", "these", "they",
    "this", "those", "tidy", "to", "video", "videos", "was", "what", "when", "where", "which",
    "who", "why", "with", "you", "your",
})  # fmt: skip
"""Words without meaning for a search."""
_IMAGE: Final = "files.deleted_at IS NULL AND files.media_type = 'image'"


@dataclass(frozen=True, slots=True)
class ImageMatch:
    """A matching image with its score: 1 for the best, less for the others."""

    file: StoredFile
    relevance: float


def search_words(message: str) -> list[str]:
    """Return the keywords of a message, each once."""
    words = (word.lower() for word in _WORD.findall(message))
    return list(dict.fromkeys(word for word in words if word not in _COMMON and len(word) > 1))


def find_images(
    state: State, words: Sequence[str], *, among: Sequence[str] | None = None
) -> list[ImageMatch]:
    """Return the images that have any of the words, best first.

    Args:
        state: The sandbox's state.
        words: The keywords.
        among: Only images with these ids.
    """
    if not words:
        return []
    narrowed, values = _among(among)
    rows = state.database.rows(
        f"SELECT {COLUMNS}, -bm25(files_text) AS score FROM files_text"
        " JOIN files ON files.n = files_text.rowid"
        f" WHERE files_text MATCH ? AND {_IMAGE}{narrowed} ORDER BY score DESC, files.n",
        (words_expression(" ".join(words), every_word=False), *values),
    )
    found = [(StoredFile(*row[:-1]), float(row[-1])) for row in rows]
    best = max((score for _, score in found), default=0.0)
    # BM25 of a word that every image has is about zero: then all match equally.
    return [
        ImageMatch(file, round(score / best, 4) if best > 0 and score > 0 else 1.0)
        for file, score in found
    ]


def all_images(state: State, *, among: Sequence[str] | None = None) -> list[StoredFile]:
    """Return all images, newest first."""
    narrowed, values = _among(among)
    rows = state.database.rows(
        f"SELECT {COLUMNS} FROM files WHERE {_IMAGE}{narrowed} ORDER BY n DESC", values
    )
    return [StoredFile(*row) for row in rows]


def image_ids(state: State, limit: int, offset: int) -> tuple[list[str], int]:
    """Return one page of the ids of all images, newest first, and their number."""
    rows = state.database.rows(
        f"SELECT id FROM files WHERE {_IMAGE} ORDER BY n DESC LIMIT ? OFFSET ?",
        (limit, min(offset, 2**62)),
    )
    total = state.database.count(f"SELECT count(*) FROM files WHERE {_IMAGE}")
    return [str(row[0]) for row in rows], total


def _among(ids: Sequence[str] | None) -> tuple[str, tuple[str, ...]]:
    if ids is None:
        return "", ()
    return f" AND files.id IN ({', '.join('?' for _ in ids)})", tuple(ids)
