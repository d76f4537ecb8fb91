"""The objects that the markup of a chat or agent text refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from aion.types.agent_search import ResultRefData


@attrs.frozen
class ImageRef:
    """An image that a text refers to: ``[[img:ID|filename]]``.

    Attributes:
        id_prefix: The beginning of its id, as the markup has it.
        filename: Its name, as the markup has it.
        full_id: Its full id; None if the metadata has no match, or several.
    """

    id_prefix: str
    filename: str
    full_id: str | None = None


@attrs.frozen
class DocumentRef:
    """A document that a text refers to: ``[[doc:ID|filename]]``, maybe with a page.

    Attributes:
        id_prefix: The beginning of its id, as the markup has it.
        filename: Its name, as the markup has it.
        full_id: Its full id; None if the metadata has no match, or several.
        page: The page, counted from 1, for ``|p:5``.
        page_range: The first and the last page, for ``|pp:3-7``.
    """

    id_prefix: str
    filename: str
    full_id: str | None = None
    page: int | None = None
    page_range: tuple[int, int] | None = None


@attrs.frozen
class LinkRef:
    """A saved link that a text refers to: ``[[link:ID|title]]``.

    Attributes:
        id_prefix: The beginning of its id, as the markup has it.
        title: Its title, as the markup has it.
        full_id: Its full id; None if the metadata has no match, or several.
        source_url: Its URL, if the metadata has it.
        domain: The host of that URL, if the metadata has it.
    """

    id_prefix: str
    title: str
    full_id: str | None = None
    source_url: str | None = None
    domain: str | None = None


@attrs.frozen
class ParsedReferences:
    """Everything that a text refers to, in its order, duplicates included.

    Attributes:
        images: The images.
        documents: The documents, with their pages.
        links: The saved links.
        counts: For each ``[[ref:KEY]]`` that the metadata has: KEY and its results.
    """

    images: list[ImageRef] = attrs.field(factory=list[ImageRef])
    documents: list[DocumentRef] = attrs.field(factory=list[DocumentRef])
    links: list[LinkRef] = attrs.field(factory=list[LinkRef])
    counts: dict[str, ResultRefData] = attrs.field(factory=dict[str, "ResultRefData"])

    @property
    def has_references(self) -> bool:
        """Return whether the text refers to anything."""
        return bool(self.images or self.documents or self.links or self.counts)


__all__ = ["DocumentRef", "ImageRef", "LinkRef", "ParsedReferences"]
