"""What the markup of a chat or agent text points to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from aion.types.agent_search import ResultRefData


@attrs.frozen
class ImageRef:
    """An image that a text names: ``[[img:ID|filename]]``.

    Attributes:
        id_prefix: The beginning of its id, as the markup has it.
        filename: Its name, as the markup has it.
        full_id: Its whole id; None where the metadata does not tell, or fits several.
    """

    id_prefix: str
    filename: str
    full_id: str | None = None


@attrs.frozen
class DocumentRef:
    """A document that a text names: ``[[doc:ID|filename]]``, maybe with a page.

    Attributes:
        id_prefix: The beginning of its id, as the markup has it.
        filename: Its name, as the markup has it.
        full_id: Its whole id; None where the metadata does not tell, or fits several.
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
    """A saved link that a text names: ``[[link:ID|title]]``.

    Attributes:
        id_prefix: The beginning of its id, as the markup has it.
        title: Its title, as the markup has it.
        full_id: Its whole id; None where the metadata does not tell, or fits several.
        source_url: Its address, where the metadata has it.
        domain: The host of that address, where the metadata has it.
    """

    id_prefix: str
    title: str
    full_id: str | None = None
    source_url: str | None = None
    domain: str | None = None


@attrs.frozen
class ParsedReferences:
    """Everything that a text points to, in its order.

    What the text names twice is there twice.

    Attributes:
        images: The images.
        documents: The documents, with their pages.
        links: The saved links.
        counts: For each ``[[ref:KEY]]`` that the metadata knows: KEY and the results it stands
            for.
    """

    images: list[ImageRef] = attrs.field(factory=list[ImageRef])
    documents: list[DocumentRef] = attrs.field(factory=list[DocumentRef])
    links: list[LinkRef] = attrs.field(factory=list[LinkRef])
    counts: dict[str, ResultRefData] = attrs.field(factory=dict[str, "ResultRefData"])

    @property
    def has_references(self) -> bool:
        """Whether the text points to anything."""
        return bool(self.images or self.documents or self.links or self.counts)


__all__ = ["DocumentRef", "ImageRef", "LinkRef", "ParsedReferences"]
