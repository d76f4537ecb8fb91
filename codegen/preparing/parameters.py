"""Lists the parameters of an operation, each with its schema and the way it is written."""

from __future__ import annotations

import re
from typing import Any

from codegen.document import Json, escaped, is_list, is_object, resolved, text
from codegen.errors import CodegenError, ProposedPatch, UnsupportedError
from codegen.preparing.naming import owner, pascal
from codegen.preparing.schemas import Schemas

_STYLES: dict[str, tuple[str, ...]] = {
    # The first one is the default.
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
# The client writes these itself; OpenAPI ignores parameters of these names.
_OF_THE_CLIENT = frozenset({"accept", "content-type"})
_IN_PATH = re.compile(r"\{([^{}]+)\}")


def parameters(
    document: Json, path: str, method: str, item: Json, op: Json, schemas: Schemas
) -> list[Json]:
    """Return the parameters of an operation, those of its path included.

    Raises:
        CodegenError: A parameter cannot be written; the message names it.
    """
    label = f"operation {op['operationId']}"
    in_path = list(dict.fromkeys(_IN_PATH.findall(path)))
    declared: dict[tuple[str, str], Json] = {}
    # The operation's own come first.
    for at, holder in (
        (("operation", op["operationId"], "/parameters"), op),
        (("", "", f"/paths/{escaped(path)}/parameters"), item),
    ):
        for key, raw in _checked(document, holder, in_path, label, at).items():
            declared.setdefault(key, raw)
    for name in in_path:
        # Without a declaration it is text: there is no call without it.
        undeclared = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        declared.setdefault((name, "path"), undeclared)
    prefix = owner(path, method, op)
    return [
        _parameter(raw, f"{label}, parameter {key[0]}", prefix, schemas)
        for key, raw in sorted(declared.items(), key=lambda one: _rank(one[0], in_path))
        if key[1] != "header" or key[0].lower() not in _OF_THE_CLIENT
    ]


def _rank(key: tuple[str, str], in_path: list[str]) -> tuple[int, int]:
    name, place = key
    return list(_STYLES).index(place), in_path.index(name) if place == "path" else 0


def _checked(
    document: Json, holder: Json, in_path: list[str], label: str, at: tuple[str, str, str]
) -> dict[tuple[str, str], Json]:
    """Return the parameters that an operation or a path lists, by name and place."""
    found: Any = holder.get("parameters") or []
    if not is_list(found) or not all(is_object(one) for one in found):
        raise CodegenError(f"{label}: parameters is not a list of objects")
    known: dict[tuple[str, str], Json] = {}
    for number, one in enumerate(found):
        raw = resolved(document, one)
        name, place = raw.get("name"), raw.get("in")
        if not isinstance(name, str) or not name or place not in _STYLES:
            why = f"the place {place!r} is not one of {', '.join(_STYLES)}, or it has no name"
        elif (name, place) in known:
            why = f"it is a {place} parameter twice"
        elif place == "path" and name not in in_path:
            why = "it is declared as a part of the path, which does not contain it"
        elif (raw.get("style") or _STYLES[place][0]) not in _STYLES[place]:
            listed = ", ".join(_STYLES[place])
            why = f"the style {raw['style']} is not one of a {place} parameter: {listed}"
        else:
            known[name, place] = raw
            continue
        key, subject, pointer = at
        rest = [*found[:number], *found[number + 1 :]]
        raise UnsupportedError(
            f"{label}, parameter {name}",
            why,
            ProposedPatch(
                (key, subject) if key else None, pointer, found, rest, "it cannot be sent"
            ),
        )
    return known


def _parameter(raw: Json, label: str, prefix: str, schemas: Schemas) -> Json:
    place: str = raw["in"]
    content = raw.get("content")
    style = raw.get("style") or _STYLES[place][0]
    explode = raw.get("explode")
    schema: Any = raw.get("schema")
    if schema is None and is_object(content) and content:
        (style, schema), explode = ("json", next(iter(content.values())).get("schema")), False
    # The keywords of Swagger 2 are beside the name.
    if schema is None and "type" in raw:
        schema = {key: raw[key] for key in ("type", "items", "enum", "format") if key in raw}
    plain = schemas.schema(schema, pascal(f"{prefix} {raw['name']}"), label)
    is_required = place == "path" or bool(raw.get("required"))
    return {
        "name": raw["name"],
        "in": place,
        "required": is_required,
        "description": text(raw.get("description")) or plain.get("description", ""),
        "style": style,
        "explode": explode if isinstance(explode, bool) else style in ("form", "deepObject"),
        "schema": plain,
    }
