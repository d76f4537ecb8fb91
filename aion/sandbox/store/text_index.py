"""Full-text index of passages of any kind: chunks of documents, chat messages, transcripts.

A search by words returns the best first (BM25). Files have an index of their own for title,
description and visible text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aion.sandbox.store.database import Database

_WORD: Final = re.compile(r"\w+")
_MAX_WORDS: Final = 64


@dataclass(frozen=True, slots=True)
class Hit:
    """A search hit: one passage."""

    kind: str
    id: str
    parent: str | None
    text: str
    score: float
    """BM25, higher is better; comparable within one search only."""
    matched: int
    """Number of different words of the query in the passage."""


class TextIndex:
    """Reads and writes passages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, kind: str, id: str, text: str, *, parent: str | None = None) -> None:  # noqa: A002
        """Index a passage, in place of the one with the same kind and id."""
        self.delete(kind, id)
        self._database.run(
            "INSERT INTO texts (kind, id, parent, text) VALUES (?, ?, ?, ?)",
            (kind, id, parent, text),
        )

    def delete(self, kind: str, id: str) -> None:  # noqa: A002
        """Remove a passage."""
        self._database.run("DELETE FROM texts WHERE kind = ? AND id = ?", (kind, id))

    def delete_below(self, kind: str, parent: str) -> None:
        """Remove all passages of a parent."""
        self._database.run("DELETE FROM texts WHERE kind = ? AND parent = ?", (kind, parent))

    def search(
        self,
        kind: str,
        query: str,
        *,
        parents: Sequence[str] | None = None,
        every_word: bool = True,
        limit: int = 20,
    ) -> list[Hit]:
        """Return the passages of a kind that have the words of a query, best first.

        Args:
            kind: Kind of the passages.
            query: Words; each matches the words that begin with it, accents and case aside.
            parents: Only passages of these parents.
            every_word: Require all words, not just one of them.
            limit: Maximum number of hits.
        """
        conditions = "texts_words MATCH ? AND texts.kind = ?"
        values: list[Any] = [words_expression(query, every_word=every_word), kind]
        if parents is not None:
            conditions += f" AND texts.parent IN ({', '.join('?' for _ in parents)})"
            values += parents
        rows = self._database.rows(
            "SELECT texts.kind, texts.id, texts.parent, texts.text, -bm25(texts_words) AS score "
            "FROM texts_words JOIN texts ON texts.n = texts_words.rowid "
            f"WHERE {conditions} ORDER BY score DESC, texts.n LIMIT ?",
            (*values, limit),
        )
        wanted = {word.lower() for word in _WORD.findall(query)}
        return [
            Hit(kind, passage_id, parent, text, score, _matched(wanted, text))
            for kind, passage_id, parent, text, score in rows
        ]


def words_expression(text: str, *, every_word: bool = True) -> str:
    """Build the FTS5 query for the words of a text, each as the start of a word."""
    # SQLite's parser has a depth limit, which long queries must not exceed.
    distinct = list(dict.fromkeys(_WORD.findall(text)))[:_MAX_WORDS]
    words = f" {'AND' if every_word else 'OR'} ".join(f'"{word}"*' for word in distinct)
    # A phrase without a token matches nothing, which is right for mere punctuation.
    return words or '""'


def _matched(wanted: set[str], text: str) -> int:
    there = {word.lower() for word in _WORD.findall(text)}
    return sum(any(one.startswith(word) for one in there) for word in wanted)
