"""What is said in a chat: messages, answers, tokens of a stream, and the images they show."""

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
"""What collections made of chat objects name as their source."""
_KINDS = {str(kind): kind for kind in ChatTokenType}
_WITH_TEXT = (ChatTokenType.TOKEN, ChatTokenType.COMPLETE)
_CONTEXT_KEYS = ("result_refs", "image_context", "tool_document_data", "tool_link_data")


@frozen(slots=False)
class ImageReference(Model):
    """An image that a message or a search of the chat refers to.

    Attributes:
        image_id: The id of the image.
        filename: Its name; empty where the answer has none.
        thumbnail_url: A small rendition.
        description: Its AI description.
        confidence: How sure the service is of it, from 0 to 1.
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
        role: Who wrote it.
        content: The text, with its markup.
        created_at: When it was written.
        token_count: How many tokens it took; 0 where that is not known.
        image_context: The images it refers to, where the answer has any.
        metadata: What else the service says of it, such as `result_refs`.
        processing_time_ms: How long writing it took, in milliseconds.
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
        """The text as people read it: names and numbers in place of the markup."""
        return _resolved(self.content, self, self.image_context)

    @property
    def references(self) -> ParsedReferences:
        """What the markup of the text points to."""
        return parse_references(self.content, _context(self, self.image_context))

    @property
    def result_refs(self) -> dict[str, Any]:
        """The results behind the counts of the text, by key, as the service sent them."""
        return _result_refs(self)

    def as_collection(self) -> FileCollection:
        """Its images as a collection of files."""
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
    """The whole answer to one message.

    Attributes:
        message_id: The id of the answer among the messages of the session.
        session_id: The session.
        content: The text, with its markup.
        token_count: How many tokens the answer took.
        provider: Who runs the model, where the service says so.
        model: The model, where the service says so.
        processing_time_ms: How long it took, in milliseconds.
        images: The images it refers to; empty where the service names none.
        metadata: What else the service says of it, such as `result_refs`.
        remaining_tokens: Tokens left in the session, where the service says so.
        remaining_messages: Messages left in the session, where the service says so.
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
        """The text as people read it: names and numbers in place of the markup."""
        return _resolved(self.content, self, self.images)

    @property
    def references(self) -> ParsedReferences:
        """What the markup of the text points to."""
        return parse_references(self.content, _context(self, self.images))

    @property
    def result_refs(self) -> dict[str, Any]:
        """The results behind the counts of the text, by key, as the service sent them."""
        return _result_refs(self)

    def as_collection(self) -> FileCollection:
        """Its images as a collection of files."""
        return collection_of_images(self.images)

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any], session_id: str = "") -> Self:
        """Read the answer to a message, or the data of a ``complete`` event.

        Args:
            data: The JSON object. Images and metadata may be missing.
            session_id: The session, which the wire does not repeat.
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
    """One event of a streamed answer.

    Attributes:
        type: What it is. A kind that this version does not know keeps its name.
        content: The next piece of the text for ``token``, the whole text for ``complete``.
        data: The event's data as it came.
    """

    type: ChatTokenType
    content: str | None = None
    data: dict[str, Any] | None = None

    @property
    def resolved_content(self) -> str | None:
        """The text as people read it; None unless the type is ``complete``."""
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
        """What the markup of the text points to; None unless the type is ``complete``."""
        if self.type is not ChatTokenType.COMPLETE:
            return None
        return parse_references(self.content or "", _context_of(self.data or {}))

    @property
    def result_refs(self) -> dict[str, Any] | None:
        """The results behind the counts of the text; None unless the type is ``complete``."""
        if self.type is not ChatTokenType.COMPLETE:
            return None
        return _mapping(_context_of(self.data or {}).get("result_refs"))

    @classmethod
    def from_sse_event(cls, event_type: str, event_data: dict[str, Any]) -> Self:
        """Read an event.

        Args:
            event_type: Its name. Where it is empty, the `type` of the data counts.
            event_data: Its data.
        """
        kind = _KINDS.get(event_type) or ChatTokenType(
            event_type or str(event_data.get("type") or "message")
        )
        content = event_data.get("content") if kind in _WITH_TEXT else None
        # There are thousands in an answer: built as decoders do it, and not by `__init__`.
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
    """The images of an answer, and under their key what is there in another layout.

    A list of images, one image, and an object that holds a list of them are known.
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
    """Images of the chat as a collection of files."""
    from aion.types.file_collection import FileCollection, FileRef

    refs = [
        FileRef(
            image.image_id,
            "image/*",
            image.filename or None,
            metadata=_told(image) or None,
        )
        for image in images or ()
    ]
    return FileCollection(refs, "image", CAPABILITY)


def _told(image: ImageReference) -> dict[str, Any]:
    known = {name: getattr(image, name) for name in ("description", "confidence", "title")}
    return {name: value for name, value in known.items() if value is not None}


def _resolved(
    content: str, of: ChatMessage | ChatResponse, images: list[ImageReference] | None
) -> str:
    sent = of.additional_properties.get("resolved_content")
    return sent if isinstance(sent, str) else resolve_content(content, _context(of, images))


def _context(of: ChatMessage | ChatResponse, images: list[ImageReference] | None) -> dict[str, Any]:
    """What the references of a text are looked up in."""
    context = _context_of({**of.additional_properties, "metadata": of.metadata})
    if images and not context.get("image_context"):
        context["image_context"] = [{"image_id": image.image_id} for image in images]
    return context


def _context_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same of an answer's JSON, whose metadata and upper level both may hold it."""
    inner = _mapping(data.get("metadata"))
    return {key: found for key in _CONTEXT_KEYS if (found := inner.get(key) or data.get(key))}


def _result_refs(of: ChatMessage | ChatResponse) -> dict[str, Any]:
    return _mapping(_context(of, None).get("result_refs"))


def _mapping(value: Any) -> dict[str, Any]:
    return dict(cast("Mapping[str, Any]", value)) if isinstance(value, Mapping) else {}


__all__ = ["ChatMessage", "ChatResponse", "ChatToken", "ImageReference"]
