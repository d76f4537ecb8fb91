"""The texts of a response: file markup, search summaries, quotes, headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from aion.sandbox.images.description import MARK
from aion.sandbox.store.files import StoredFile

_SPACE: Final = re.compile(r"\s+")
_NAMED: Final = 5
_QUOTE: Final = 200


def short_id(file_id: str) -> str:
    """Return the start of an id, as markup has it."""
    return file_id[:8]


def display_name(file: StoredFile) -> str:
    """Return the name of a file in a text: the title of a link, else the filename."""
    return file.title if file.media_type == "link" and file.title else file.filename


def mention(file: StoredFile, pages: Sequence[int] | None = None) -> str:
    """Return the markup of a file, or of pages of it; a video has only its name."""
    # These characters end a part of the markup.
    name = re.sub(r"[|\[\]\r\n]+", " ", display_name(file)).strip() or "unnamed"
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
    """Return the summary of a search: with markup, and with the markup resolved."""
    head = f"found [[ref:{key}]] {label}"
    asked = f' for "{quote(query, 80)}"'
    some = files[:_NAMED]
    more = f" and {len(files) - _NAMED} more" if len(files) > _NAMED else ""
    marked = ": " + ", ".join(map(mention, some)) + more if some else ""
    named = ": " + ", ".join(map(display_name, some)) + more if some else ""
    raw = f"{MARK} {head}{asked}{marked}."
    plain = f"{MARK} found {count} {label}{asked}{named}."
    return raw, plain


def result_ref(ids: Sequence[str], id_type: str, label: str) -> dict[str, Any]:
    """Return what the markup ``[[ref:KEY]]`` refers to."""
    return {
        "count": len(ids),
        "ids": list(ids),
        "image_ids": list(ids) if id_type == "image" else [],
        "id_type": id_type,
        "label": label,
    }


def quote(text: str, most: int = _QUOTE) -> str:
    """Return the beginning of a text on one line."""
    line = _SPACE.sub(" ", text).strip()
    return line if len(line) <= most else line[: most - 3].rstrip() + "..."


def heading(intent: str) -> str:
    """Return the first line of a report."""
    return f"# {MARK} {quote(intent, 100)}"


def count_noun(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"
