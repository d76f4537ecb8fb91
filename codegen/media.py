"""Maps media types of the contract to kinds of bodies and responses, and prefers one of several."""

from __future__ import annotations

from collections.abc import Iterable

from codegen import ir

_BODIES: dict[str, ir.BodyKind] = {
    "application/x-www-form-urlencoded": "form",
    "multipart/form-data": "multipart",
}
_BODY_ORDER: tuple[ir.BodyKind, ...] = ("json", "multipart", "form", "raw")
_ANSWER_ORDER: tuple[ir.AnswerKind, ...] = ("json", "text", "bytes", "events")


def body_kind(media_type: str) -> ir.BodyKind | None:
    """Return the kind of a request body, or None if it is not supported."""
    if is_json(media_type):
        return "json"
    essence = _essence(media_type)
    if essence.startswith("multipart/"):
        return _BODIES.get(essence)
    return _BODIES.get(essence, "raw")


def answer_kind(media_type: str) -> ir.AnswerKind:
    """Return the kind of a response; what is neither JSON nor text is bytes."""
    essence = _essence(media_type)
    if is_json(media_type):
        return "json"
    if essence == "text/event-stream":
        return "events"
    return "text" if essence.startswith("text/") else "bytes"


def is_json(media_type: str) -> bool:
    """Whether a media type is JSON, or any type, of which JSON is one."""
    essence = _essence(media_type)
    return essence in ("application/json", "text/json", "*/*", "application/*") or (
        essence.endswith("+json") and "/" in essence
    )


def preferred_body(media_types: Iterable[str]) -> str | None:
    """Return the media type to send: JSON, else a form, else the first; None if none can be."""
    kinds = [(media_type, body_kind(media_type)) for media_type in media_types]
    known = [(kind, media_type) for media_type, kind in kinds if kind is not None]
    return min(known, key=lambda one: _BODY_ORDER.index(one[0]), default=("", None))[1]


def preferred_answer(media_types: Iterable[str]) -> str:
    """Return the media type to ask for: JSON, else text, else the first."""
    return min(media_types, key=lambda one: _ANSWER_ORDER.index(answer_kind(one)))


def sendable(media_type: str, otherwise: str) -> str:
    """Return a media type as a header; a range such as ``image/*`` becomes `otherwise`."""
    first = media_type.split(",")[0].strip()
    return otherwise if "*" in first or "/" not in first else first


def _essence(media_type: str) -> str:
    return media_type.split(";")[0].strip().lower()
