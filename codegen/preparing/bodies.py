"""Chooses the media type of a request body: JSON where it is one of several."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from codegen import media
from codegen.document import Json, is_list, is_object, nodes, operations, resolved, text
from codegen.errors import ProposedPatch, UnsupportedError
from codegen.preparing.naming import owner, pascal
from codegen.preparing.schemas import Schemas

_HERE = "#/components/schemas/"


def body(document: Json, path: str, method: str, op: Json, schemas: Schemas) -> Json | None:
    """Return the body of an operation with one kind and one schema; None if it has none.

    Raises:
        UnsupportedError: None of its media types can be sent.
    """
    raw = resolved(document, op.get("requestBody") or {})
    content: Json = raw.get("content") or {}
    if not content:
        return None
    label = f"operation {op['operationId']}"
    media_type = media.preferred_body(content)
    if media_type is None:
        listed = ", ".join(content)
        raise UnsupportedError(
            label,
            f"request bodies of {listed} are not supported",
            ProposedPatch(
                ("operation", op["operationId"]),
                "/requestBody",
                op["requestBody"],
                {"content": {"multipart/form-data": next(iter(content.values()))}},
                f"the service accepts another type than {listed}, too",
            ),
        )
    chosen = resolved(document, content[media_type] or {})
    kind = media.body_kind(media_type)
    result: Json = {
        "required": bool(raw.get("required")),
        "description": text(raw.get("description")),
    }
    other = "application/json" if kind == "json" else "application/octet-stream"
    result |= {"x-kind": kind, "x-media-type": media.sendable(media_type, other)}
    if kind == "raw":
        return {**result, "schema": {}}
    name = pascal(f"{owner(path, method, op)} body")
    schema = schemas.schema(
        chosen.get("schema"), name, f"{label}, request body", binary=kind == "multipart"
    )
    deep = _deep(chosen.get("encoding"))
    return {**result, "schema": schema, "x-deep": deep, "x-sent": op["requestBody"]}


def _deep(encoding: Any) -> list[str]:
    """Return the form fields that are written as one pair for each of their own fields."""
    if not is_object(encoding):
        return []
    return [
        name
        for name, how in encoding.items()
        if is_object(how) and how.get("style") == "deepObject"
    ]


def multipart_schemas(document: Json) -> frozenset[str]:
    """Return the named schemas that occur in multipart bodies, directly or within another."""
    named: Json = document.get("components", {}).get("schemas", {})
    found: set[str] = set()
    waiting = list(_multipart(document))
    while waiting:
        for node in nodes(waiting.pop()):
            target = node.get("$ref")
            name = target.removeprefix(_HERE) if isinstance(target, str) else ""
            if name in named and name not in found:
                found.add(name)
                waiting.append(named[name])
    return frozenset(found)


def _multipart(document: Json) -> Iterator[Any]:
    for _, _, op in operations(document):
        sent = op.get("requestBody")
        content = resolved(document, sent).get("content") if is_object(sent) else None
        if not is_object(content) or media.body_kind(media.preferred_body(content) or "") != (
            "multipart"
        ):
            continue
        for media_type, one in content.items():
            if media.body_kind(media_type) == "multipart" and not is_list(one):
                yield one
