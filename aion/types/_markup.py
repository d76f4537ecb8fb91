"""Reads the markup of chat and agent texts, and turns it into plain text.

    [[ref:KEY]]                   the number of results that KEY stands for
    [[img:ID|filename]]           an image
    [[doc:ID|filename|p:5]]       a document; the page, or pages ``pp:3-7``, may be missing
    [[link:ID|title]]             a saved link

ID is the beginning of an id. Its object is looked up in the metadata of the text; an ID that
matches several objects stays unresolved. Any other text is unchanged, and so is a ``ref`` whose KEY
the metadata lacks.

The time is linear in the length of the text, whatever it contains.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from aion.types.references import DocumentRef, ImageRef, LinkRef, ParsedReferences

if TYPE_CHECKING:
    from aion.types.agent_search import ResultRefData

_PAGE = re.compile(r"p:\s*([0-9]{1,9})")
_PAGES = re.compile(r"pp:\s*([0-9]{1,9})\s*[-\u2013]\s*([0-9]{1,9})")
_KINDS = ("ref", "img", "doc", "link")
_DEEPEST = 3
"""Nested levels of lists and objects in which entries of the metadata are searched."""


def parse_references(content: str, metadata: dict[str, Any] | None = None) -> ParsedReferences:
    """Return everything that a text refers to.

    Args:
        content: The text, with its markup.
        metadata: The metadata of the text: `result_refs`, `image_context`, `tool_document_data`,
            `tool_link_data`. Without it, references have no full ids, and there are no counts.

    Returns:
        The references in the order of the text.
    """
    context = _Context(metadata or {})
    references = ParsedReferences()
    for mark in _marks(content):
        match mark.kind:
            case "ref":
                data = context.results(mark.head)
                if data is not None:
                    references.counts[mark.head] = data
            case "img":
                full_id, _ = context.images.find(mark.head)
                references.images.append(ImageRef(mark.head, mark.tail, full_id))
            case "doc":
                full_id, _ = context.documents.find(mark.head)
                name, page, pages = _paged(mark.tail)
                references.documents.append(DocumentRef(mark.head, name, full_id, page, pages))
            case _:
                full_id, entry = context.links.find(mark.head)
                url, domain = _text(entry, "source_url", "url"), _text(entry, "domain")
                references.links.append(LinkRef(mark.head, mark.tail, full_id, url, domain))
    return references


def resolve_content(content: str, metadata: dict[str, Any] | None = None) -> str:
    """Return the text for people, with names and numbers in place of the markup.

    Args:
        content: The text, with its markup.
        metadata: The metadata of the text; only `result_refs` matters here.

    Returns:
        The plain text. A ``[[ref:KEY]]`` with an unknown KEY is unchanged.
    """
    context = _Context(metadata or {})
    parts: list[str] = []
    end = 0
    for mark in _marks(content):
        if mark.kind == "ref":
            data = context.results(mark.head)
            if data is None:
                continue
            plain = str(data.count)
        elif mark.kind == "doc":
            name, page, pages = _paged(mark.tail)
            plain = name or mark.head
            if page is not None:
                plain += f" (p.{page})"
            elif pages is not None:
                plain += f" (pp.{pages[0]}-{pages[1]})"
        else:
            plain = mark.tail or mark.head
        parts += content[end : mark.start], plain
        end = mark.end
    return "".join(parts) + content[end:]


class _Mark(NamedTuple):
    """One piece of markup: ``[[kind:head|tail]]`` at `start` to `end` of the text."""

    kind: str
    head: str
    tail: str
    start: int
    end: int


def _marks(content: str) -> Iterator[_Mark]:
    """Yield the markup of a text. Each character is read a fixed number of times."""
    place = 0
    while (close := content.find("]]", place)) >= 0:
        # The innermost opening: an opening before it has no end.
        start = content.rfind("[[", place, close)
        if start < 0:
            place = close + 2
            continue
        kind, colon, body = content[start + 2 : close].partition(":")
        # A name such as "plan [1]" ends with a bracket itself.
        place = close + 2
        missing = place + max(0, body.count("[") - body.count("]"))
        while place < missing and content.startswith("]", place):
            place += 1
        body += content[close + 2 : place]
        head, _, tail = body.partition("|")
        if colon and kind in _KINDS and head.strip():
            yield _Mark(kind, head.strip(), tail.strip(), start, place)


def _paged(tail: str) -> tuple[str, int | None, tuple[int, int] | None]:
    """Split the tail of a document's markup into name, page and page range."""
    name, bar, last = tail.rpartition("|")
    if not bar:
        name, last = "", tail
    last = last.strip()
    if one := _PAGE.fullmatch(last):
        return name.strip(), int(one[1]), None
    if several := _PAGES.fullmatch(last):
        return name.strip(), None, (int(several[1]), int(several[2]))
    return tail, None, None


class _Context:
    """The metadata of a text, indexed on first use."""

    def __init__(self, metadata: Mapping[str, Any]) -> None:
        self._metadata = metadata
        self._results: dict[str, ResultRefData | None] = {}

    @cached_property
    def images(self) -> _Index:
        return _Index(_entries(self._metadata.get("image_context"), ("image_id", "id")))

    @cached_property
    def documents(self) -> _Index:
        return _Index(_entries(self._metadata.get("tool_document_data"), ("document_id", "id")))

    @cached_property
    def links(self) -> _Index:
        return _Index(_entries(self._metadata.get("tool_link_data"), ("link_id", "id")))

    def results(self, key: str) -> ResultRefData | None:
        """Return the results of KEY, which may have the prefix ``ref:`` in the metadata."""
        if key not in self._results:
            self._results[key] = self._read_results(key)
        return self._results[key]

    def _read_results(self, key: str) -> ResultRefData | None:
        known = _object(self._metadata.get("result_refs"))
        for name in (key, f"ref:{key}", key.removeprefix("ref:")):
            entry = known.get(name)
            if isinstance(entry, Mapping):
                return _result(cast("Mapping[str, Any]", entry))
        return None


class _Index:
    """Finds objects by the beginning of their id, ignoring case."""

    def __init__(self, entries: Iterator[tuple[str, Mapping[str, Any]]]) -> None:
        self._entries: dict[str, tuple[str, Mapping[str, Any]]] = {}
        for full_id, entry in entries:
            self._entries.setdefault(full_id.lower(), (full_id, entry))
        self._sorted = sorted(self._entries)

    def find(self, prefix: str) -> tuple[str | None, Mapping[str, Any]]:
        """Return the only object whose id has this prefix, or no object."""
        lowered = prefix.lower()
        first = bisect_left(self._sorted, lowered)
        candidates = [one for one in self._sorted[first : first + 2] if one.startswith(lowered)]
        if not candidates or (len(candidates) > 1 and candidates[0] != lowered):
            return None, {}
        return self._entries[candidates[0]]


def _entries(
    value: Any, names: tuple[str, ...], depth: int = 0
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every object with an id in a value of unpublished layout: lists, maps, or both."""
    if isinstance(value, Mapping):
        entry = cast("Mapping[str, Any]", value)
        own = _text(entry, *names)
        if own:
            yield own, entry
            return
        inner = list(entry.values())
    elif isinstance(value, (list, tuple)):
        inner = list(cast("list[Any]", value))
    else:
        return
    if depth < _DEEPEST:
        for item in inner:
            yield from _entries(item, names, depth + 1)


def _result(entry: Mapping[str, Any]) -> ResultRefData:
    """Return the data of a reference, with defaults for missing fields."""
    # Imported late: a text without such markup does not need the types of the agents.
    from aion.types.agent_search import ResultRefData

    ids = _texts(entry.get("ids"))
    images = _texts(entry.get("image_ids"))
    count = entry.get("count")
    return ResultRefData.from_api_response(
        {
            **entry,
            "count": count if isinstance(count, int) else len(ids or images),
            "ids": ids or images,
            "image_ids": images,
            "id_type": _text(entry, "id_type") or "image",
            "label": _text(entry, "label") or "",
        }
    )


def _object(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _texts(value: Any) -> list[str]:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [item for item in items if isinstance(item, str)]


def _text(entry: Mapping[str, Any], *names: str) -> str | None:
    for name in names:
        value = entry.get(name)
        if isinstance(value, str) and value:
            return value
    return None


__all__ = ["parse_references", "resolve_content"]
