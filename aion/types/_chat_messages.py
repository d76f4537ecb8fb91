"""Chat messages, responses, tokens of a stream, and the images they refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, cast

from attrs import frozen

from aion.types._markup import parse_references, resolve_content
from aion.types._reader import Reader
from aion.types.common import ChatTokenType, MessageRole
from aion.types.references import ParsedReferences
from aion_api import Model, build

if TYPE_CHECKING:
    from aion.types.file_collection import FileCollection

CAPABILITY = "conversational"
"""The `source_capability` of collections made of chat objects."""
_KINDS = {str(kind): kind for kind in ChatTokenType}
_WITH_TEXT = (ChatTokenType.TOKEN, ChatTokenType.COMPLETE)
_CONTEXT_KEYS = ("result_refs", "image_context", "tool_document_data", "tool_link_data")


@frozen(slots=False)
class ImageReference(Model):
    """An image that a message or a search of the chat refers to.

    Attributes:
        image_id: The id of the image.
        filename: Its name; empty if the response has none.
        thumbnail_url: A small rendition.
        description: Its AI description.
        confidence: The confidence of the service, from 0 to 1.
        title: Its title.
        stored_url: Where the image itself can be read.
    """

    image_id: str
    filename: str
    thumbnail_url: str | None = None
    description: str | None = None
    confidence: float | None = None
    title: str | None = None
    stored_url: str | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read an image of a message, or a hit of the image search."""
        read = Reader(data)
        return cls(
            image_id=read.need("image_id", "id"),
            filename=read.get("filename") or "",
            thumbnail_url=read.get("thumbnail_url"),
            description=read.get("description"),
            confidence=read.get("confidence"),
            title=read.get("title"),
            stored_url=read.get("stored_url", "full_url", "medium_url"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class ChatMessage(Model):
    """One message of a session.

    Attributes:
        id: The id of the message.
        role: The author's role.
        content: The text, with its markup.
        created_at: When it was written.
        token_count: How many tokens it took; 0 if unknown.
        image_context: The images it refers to, if the response has any.
        metadata: Further facts from the service, such as `result_refs`.
        processing_time_ms: Milliseconds spent on writing it.
    """

    id: str
    role: MessageRole
    content: str
    created_at: datetime | None = None
    token_count: int = 0
    image_context: list[ImageReference] | None = None
    metadata: dict[str, Any] | None = None
    processing_time_ms: int | None = None

    @property
    def resolved_content(self) -> str:
        """Return the text for people, with names and numbers in place of the markup."""
        return _resolved(self.content, self, self.image_context)

    @property
    def references(self) -> ParsedReferences:
        """Return the objects that the markup of the text refers to."""
        return parse_references(self.content, _context(self, self.image_context))

    @property
    def result_refs(self) -> dict[str, Any]:
        """Return the results behind the counts of the text, by key, as the service sent them."""
        return _result_refs(self)

    def as_collection(self) -> FileCollection:
        """Return its images as a collection of files."""
        return collection_of_images(self.image_context)

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a message of a session."""
        read = Reader(data)
        images, other = read_images(read.get("image_context"))
        created = read.date("created_at")
        return cls(
            id=read.need("id", "message_id"),
            role=MessageRole(read.need("role")),
            content=read.get("content") or "",
            created_at=created,
            token_count=read.get("token_count") or 0,
            image_context=images,
            metadata=read.get("metadata"),
            processing_time_ms=read.get("processing_time_ms"),
            additional_properties={**read.rest(), **other},
        )


@frozen(slots=False)
class ChatResponse(Model):
    """The complete response to one message.

    Attributes:
        message_id: The id of the response among the messages of the session.
        session_id: The session.
        content: The text, with its markup.
        token_count: How many tokens the response took.
        provider: Who runs the model, if the service reports it.
        model: The model, if the service reports it.
        processing_time_ms: How long it took, in milliseconds.
        images: The images it refers to; empty if the service names none.
        metadata: Further facts from the service, such as `result_refs`.
        remaining_tokens: Tokens left in the session, if the service reports it.
        remaining_messages: Messages left in the session, if the service reports it.
    """

    message_id: str
    session_id: str
    content: str
    token_count: int = 0
    provider: str = ""
    model: str = ""
    processing_time_ms: int = 0
    images: list[ImageReference] | None = None
    metadata: dict[str, Any] | None = None
    remaining_tokens: int | None = None
    remaining_messages: int | None = None

    @property
    def resolved_content(self) -> str:
        """Return the text for people, with names and numbers in place of the markup."""
        return _resolved(self.content, self, self.images)

    @property
    def references(self) -> ParsedReferences:
        """Return the objects that the markup of the text refers to."""
        return parse_references(self.content, _context(self, self.images))

    @property
    def result_refs(self) -> dict[str, Any]:
        """Return the results behind the counts of the text, by key, as the service sent them."""
        return _result_refs(self)

    def as_collection(self) -> FileCollection:
        """Return its images as a collection of files."""
        return collection_of_images(self.images)

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any], session_id: str = "") -> Self:
        """Read the response to a message, or the data of a ``complete`` event.

        Args:
            data: The JSON object. Images and metadata may be missing.
            session_id: The session, which the response lacks.
        """
        read = Reader(data)
        images, other = read_images(read.get("images", "image_context"))
        return cls(
            message_id=read.need("message_id", "id"),
            session_id=read.get("session_id") or session_id,
            content=read.get("content") or "",
            token_count=read.get("token_count") or 0,
            provider=read.get("provider") or "",
            model=read.get("model") or "",
            processing_time_ms=read.get("processing_time_ms") or 0,
            images=images or [],
            metadata=read.get("metadata"),
            remaining_tokens=read.get("remaining_tokens"),
            remaining_messages=read.get("remaining_messages"),
            additional_properties={**read.rest(), **other},
        )


@frozen(slots=False)
class ChatToken(Model):
    """One event of a streamed response.

    Attributes:
        type: The kind of event. A kind that this version does not know keeps its name.
        content: The next piece of the text for ``token``, the whole text for ``complete``.
        data: The event's data as received.
    """

    type: ChatTokenType
    content: str | None = None
    data: dict[str, Any] | None = None

    @property
    def resolved_content(self) -> str | None:
        """Return the text for people; None unless the type is ``complete``."""
        if self.type is not ChatTokenType.COMPLETE:
            return None
        resolved = (self.data or {}).get("resolved_content")
        return (
            resolved
            if isinstance(resolved, str)
            else resolve_content(self.content or "", _context_of(self.data or {}))
        )

    @property
    def references(self) -> ParsedReferences | None:
        """Return the objects that the markup refers to; None unless the type is ``complete``."""
        if self.type is not ChatTokenType.COMPLETE:
            return None
        return parse_references(self.content or "", _context_of(self.data or {}))

    @property
    def result_refs(self) -> dict[str, Any] | None:
        """Return the results behind the counts; None unless the type is ``complete``."""
        if self.type is not ChatTokenType.COMPLETE:
            return None
        return _mapping(_context_of(self.data or {}).get("result_refs"))

    @classmethod
    def from_sse_event(cls, event_type: str, event_data: dict[str, Any]) -> Self:
        """Read an event.

        Args:
            event_type: Its name. If it is empty, the `type` of the data counts.
            event_data: Its data.
        """
        kind = _KINDS.get(event_type) or ChatTokenType(
            event_type or str(event_data.get("type") or "message")
        )
        content = event_data.get("content") if kind in _WITH_TEXT else None
        # A response has thousands of tokens: `__init__` would be too slow.
        return build(
            cls,
            {
                "type": kind,
                "content": content if isinstance(content, str) else None,
                "data": event_data,
                "additional_properties": {},
            },
        )

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read an event by the `type` in its data."""
        return cls.from_sse_event("", dict(data))


def read_images(value: Any) -> tuple[list[ImageReference] | None, dict[str, Any]]:
    """Return the images of a response, and the data of an unknown layout under its key.

    Known layouts are a list of images, one image, and an object that holds a list of images.
    """
    if value is None:
        return None, {}
    items: Any = value
    other: dict[str, Any] = {}
    if isinstance(value, Mapping):
        entry = cast("Mapping[str, Any]", value)
        items = [entry] if "image_id" in entry else entry.get("images")
        other = {} if "image_id" in entry else {"image_context": value}
    if not isinstance(items, list):
        return None, {"image_context": value}
    entries = [_mapping(one) for one in cast("list[object]", items)]
    known = [one for one in entries if one.get("image_id") or one.get("id")]
    return [ImageReference.from_api_response(one) for one in known], other


def collection_of_images(images: Iterable[ImageReference] | None) -> FileCollection:
    """Return images of the chat as a collection of files."""
    from aion.types.file_collection import FileCollection, FileRef

    refs = [
        FileRef(
            image.image_id,
            "image/*",
            image.filename or None,
            metadata=_facts_of(image) or None,
        )
        for image in images or ()
    ]
    return FileCollection(refs, "image", CAPABILITY)


def _facts_of(image: ImageReference) -> dict[str, Any]:
    known = {name: getattr(image, name) for name in ("description", "confidence", "title")}
    return {name: value for name, value in known.items() if value is not None}


def _resolved(
    content: str, of: ChatMessage | ChatResponse, images: list[ImageReference] | None
) -> str:
    sent = of.additional_properties.get("resolved_content")
    return sent if isinstance(sent, str) else resolve_content(content, _context(of, images))


def _context(of: ChatMessage | ChatResponse, images: list[ImageReference] | None) -> dict[str, Any]:
    """Return the metadata in which the references of a text are looked up."""
    context = _context_of({**of.additional_properties, "metadata": of.metadata})
    if images and not context.get("image_context"):
        context["image_context"] = [{"image_id": image.image_id} for image in images]
    return context


def _context_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same metadata from JSON, which may have it at the top level or in `metadata`."""
    inner = _mapping(data.get("metadata"))
    return {key: found for key in _CONTEXT_KEYS if (found := inner.get(key) or data.get(key))}


def _result_refs(of: ChatMessage | ChatResponse) -> dict[str, Any]:
    return _mapping(_context(of, None).get("result_refs"))


def _mapping(value: Any) -> dict[str, Any]:
    return dict(cast("Mapping[str, Any]", value)) if isinstance(value, Mapping) else {}


__all__ = ["ChatMessage", "ChatResponse", "ChatToken", "ImageReference"]
