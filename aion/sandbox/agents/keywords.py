"""The keywords of a request, and how many of them a text has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")
_MOST_WORDS: Final = 32

# Words that name a kind of file or mean nothing: the words that are left are searched.
_FILLERS: Final = frozenset({
    "a", "about", "all", "an", "and", "any", "are", "as", "at", "be", "by", "can", "clip",
    "clips", "containing", "contains", "do", "docs", "document", "documents", "every",
    "everything", "file", "files", "find", "for", "from", "get", "give", "has", "have", "how",
    "i", "image", "images", "in", "into", "is", "it", "its", "library", "link", "links", "list",
    "look", "looking", "me", "mostly", "my", "of", "on", "or", "our", "page", "pages",
    "passage", "passages", "photo", "photos", "picture", "pictures", "please", "saved", "scene",
    "scenes", "search", "show", "some", "stuff", "that", "the", "their", "them", "there",
    "these", "they", "thing", "things", "this", "those", "to", "video", "videos", "we", "what",
    "where", "which", "who", "with", "you", "your",
})  # fmt: skip


def keywords(text: str) -> list[str]:
    """Return the words of a request that name what to search, each once, in lower case.

    A vague request ("show me all my photos") has none: it asks for everything.
    """
    words = (word.lower() for word in _WORD.findall(text))
    return list(dict.fromkeys(word for word in words if word not in _FILLERS))[:_MOST_WORDS]


def matching_keywords(words: Sequence[str], *texts: str | None) -> list[str]:
    """Return those of the words with which a word of the texts begins."""
    there = {word.lower() for text in texts if text for word in _WORD.findall(text)}
    return [word for word in words if any(one.startswith(word) for one in there)]


def match_score(matched: Sequence[str], words: Sequence[str]) -> float:
    """Return the share of the keywords that matched, from 0 to 1."""
    return round(len(matched) / len(words), 4) if words else 0.5
