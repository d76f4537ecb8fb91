"""Reduces the responses of an operation to the one value that a successful call returns."""

from __future__ import annotations

import json
from typing import Any

from codegen import media
from codegen.document import Json, is_object, resolved, text
from codegen.errors import CodegenError, ProposedPatch, UnsupportedError
from codegen.preparing.naming import owner, pascal
from codegen.preparing.schemas import Schemas

_EMPTY = frozenset({"204", "205"})
_UNDESCRIBED = "The contract describes no successful response: the body is returned as received."


def answer(document: Json, path: str, method: str, op: Json, schemas: Schemas) -> Json:
    """Return kind, schema and description of a successful response.

    Several JSON responses become a union. A second response without content, other than 204 and
    205, has the shape of the first: some frameworks add statuses in this way.

    Raises:
        UnsupportedError: Successful responses have shapes that cannot be distinguished.
    """
    label = f"operation {op['operationId']}"
    good, redirects = _successful(document, op, label)
    full = {
        code: content
        for code, response in good.items()
        if code not in _EMPTY and (content := response.get("content"))
    }
    first = next((good[code] for code in full), next(iter(good.values()), None))
    result: Json = {"kind": "empty", "doc": text((first or {}).get("description"))}
    if method == "head" or (good and not full):
        return result
    if not full:
        if redirects:
            place = text(next(iter(redirects.values())).get("description"))
            return {"kind": "redirect", "doc": place}
        return {"kind": "bytes", "doc": _UNDESCRIBED}
    chosen = {code: media.preferred_answer(content) for code, content in full.items()}
    kinds = {media.answer_kind(one) for one in chosen.values()}
    if len(kinds) > 1:
        raise _different(label, op, full)
    (kind,) = kinds
    result["kind"] = kind
    if kind != "json":
        return result
    found: list[Json] = []
    prefix = owner(path, method, op)
    for code, content in full.items():
        described: Json = content[chosen[code]] or {}
        name = pascal(f"{prefix} response {code}")
        plain = schemas.schema(described.get("schema"), name, f"{label}, response {code}")
        found.append(
            {k: v for k, v in plain.items() if k in ("$ref", "type", "items", "anyOf", "format")}
        )
    if redirects and found == [{}]:
        # An undescribed value beside a redirect is the default of a framework, not the wire.
        raise _different(label, op, {**full, **redirects})
    different = list({json.dumps(one): one for one in found}.values())
    result["schema"] = different[0] if len(different) == 1 else {"anyOf": different}
    if not _EMPTY.isdisjoint(good):
        result["kind"] = "json_or_empty"
        result["schema"] = {"anyOf": [*different, {"type": "null"}]}
    wanted = media.sendable(next(iter(chosen.values())), "application/json")
    if wanted != "application/json":
        result["accept"] = f"{wanted}, application/json"
    return result


def _successful(document: Json, op: Json, label: str) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the responses of success and those that redirect, by status."""
    responses: Any = op.get("responses") or {}
    if not is_object(responses):
        raise CodegenError(f"{label}: responses is not an object")
    known: dict[str, Json] = {}
    for code, response in responses.items():
        if not is_object(response) or code.startswith("x-"):
            continue
        known[code] = resolved(document, response)
    good = {code: one for code, one in known.items() if code[0] == "2"}
    redirects = {code: one for code, one in known.items() if code[0] == "3" and code != "304"}
    if not good and not redirects and "default" in known:
        # It describes every status: where nothing else is said of success, success too.
        good = {"default": known["default"]}
    return good, redirects


def _different(label: str, op: Json, found: dict[str, Any]) -> UnsupportedError:
    listed = ", ".join(found)
    kept, *others = found
    other = others[0] if others else kept
    return UnsupportedError(
        label,
        f"its successful responses ({listed}) have different shapes; keep one",
        ProposedPatch(
            ("operation", op["operationId"]),
            f"/responses/{other}",
            op["responses"][other],
            None,
            f"a successful call returns the response {kept}",
        ),
    )
