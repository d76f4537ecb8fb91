"""Maps media types of the contract to kinds of bodies and responses."""

from __future__ import annotations

from codegen import ir
from codegen.errors import CodegenError

_BODIES: dict[str, ir.BodyKind] = {
    "application/json": "json",
    "application/x-www-form-urlencoded": "form",
    "multipart/form-data": "multipart",
}
_ANSWERS: dict[str, ir.AnswerKind] = {
    "application/json": "json",
    "text/event-stream": "events",
    "application/octet-stream": "bytes",
}


def body_kind(media_type: str) -> ir.BodyKind | None:
    """Return the kind of a request body, or None if it is not supported."""
    return _BODIES.get(_essence(media_type))


def answer_kind(media_type: str, label: str) -> ir.AnswerKind:
    """Return the kind of a response.

    Raises:
        CodegenError: It is not supported; the message begins with `label`.
    """
    essence = _essence(media_type)
    if essence in _ANSWERS:
        return _ANSWERS[essence]
    if essence.startswith("text/"):
        return "text"
    raise CodegenError(f"{label}: responses of {media_type} are not supported")


def _essence(media_type: str) -> str:
    return media_type.split(";")[0].strip().lower()
