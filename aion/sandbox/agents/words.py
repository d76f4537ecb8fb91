"""The words of a request, and the texts of an answer: markup, quotes, token counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from aion.sandbox.images.description import MARK
from aion.sandbox.store.files import StoredFile

_WORD: Final = re.compile(r"[^\W_]+")
_SPACE: Final = re.compile(r"\s+")
_MOST_WORDS: Final = 32
_NAMED: Final = 5
_QUOTE: Final = 200
_CHARACTERS_A_TOKEN: Final = 4

# Words that say what kind of thing is wanted, or nothing: what is left of a request is looked for.
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


def wanted_words(text: str) -> list[str]:
    """The words of a request that say what is looked for, each once, in lower case.

    None are left of a vague request ("show me all my photos"): it asks for everything.
    """
    words = (word.lower() for word in _WORD.findall(text))
    return list(dict.fromkeys(word for word in words if word not in _FILLERS))[:_MOST_WORDS]


def match(words: Sequence[str], *texts: str | None) -> list[str]:
    """Those of the words with which some word of the texts begins."""
    there = {word.lower() for text in texts if text for word in _WORD.findall(text)}
    return [word for word in words if any(one.startswith(word) for one in there)]


def share(matched: Sequence[str], words: Sequence[str]) -> float:
    """How much of what was looked for is there, from 0 to 1."""
    return round(len(matched) / len(words), 4) if words else 0.5


def short_id(file_id: str) -> str:
    """The start of an id, as markup carries it."""
    return file_id[:8]


def shown_name(file: StoredFile) -> str:
    """What a file is called in a text."""
    return file.title if file.media_type == "link" and file.title else file.filename


def mention(file: StoredFile, pages: Sequence[int] | None = None) -> str:
    """The markup that stands for a file, or for pages of it. There is none for a video."""
    # These characters end a part of the markup.
    name = re.sub(r"[|\[\]\r\n]+", " ", shown_name(file)).strip() or "unnamed"
    kind = {"image": "img", "document": "doc", "link": "link"}.get(file.media_type)
    if kind is None:
        return name
    place = ""
    if pages and kind == "doc":
        first, last = min(pages), max(pages)
        place = f"|p:{first}" if first == last else f"|pp:{first}-{last}"
    return f"[[{kind}:{short_id(file.id)}|{name}{place}]]"


def found_text(
    key: str, count: int, label: str, query: str, files: Sequence[StoredFile]
) -> tuple[str, str]:
    """The summary of a search: with its markup, and with all of it resolved."""
    head = f"found [[ref:{key}]] {label}"
    asked = f' for "{quote(query, 80)}"'
    some = files[:_NAMED]
    more = f" and {len(files) - _NAMED} more" if len(files) > _NAMED else ""
    marked = ": " + ", ".join(map(mention, some)) + more if some else ""
    named = ": " + ", ".join(map(shown_name, some)) + more if some else ""
    raw = f"{MARK} {head}{asked}{marked}."
    plain = f"{MARK} found {count} {label}{asked}{named}."
    return raw, plain


def result_ref(ids: Sequence[str], id_type: str, label: str) -> dict[str, Any]:
    """What the markup ``[[ref:KEY]]`` stands for."""
    return {
        "count": len(ids),
        "ids": list(ids),
        "image_ids": list(ids) if id_type == "image" else [],
        "id_type": id_type,
        "label": label,
    }


def quote(text: str, most: int = _QUOTE) -> str:
    """The beginning of a text on one line."""
    line = _SPACE.sub(" ", text).strip()
    return line if len(line) <= most else line[: most - 3].rstrip() + "..."


def heading(intent: str) -> str:
    """The first line of a report."""
    return f"# {MARK} {quote(intent, 100)}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its word."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def tokens(read: Iterable[str], written: Iterable[str], calls: int = 1) -> dict[str, int]:
    """Token counts of a run: what was read and written, at four characters a token."""
    given, made = (
        sum(-(-len(text) // _CHARACTERS_A_TOKEN) for text in texts) for texts in (read, written)
    )
    return {
        "input_tokens": given,
        "output_tokens": made,
        "total_tokens": given + made,
        "cache_read_input_tokens": 0,
        "cache_creation_input_tokens": 0,
        "call_count": calls,
    }
