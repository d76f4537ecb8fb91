"""Rewrites schemas: named classes, scalars, lists, maps and unions of those, nothing else.

A class is an object with named properties, or a list of strings. Each gets a name of its own, also
where the document writes it in place, so that the parser neither names classes nor joins schemas.
Everything else has no name: it is written where it is used.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import reduce
from typing import Any
from urllib.parse import unquote

from codegen.document import Json, at, is_list, is_object
from codegen.errors import CodegenError, escaped
from codegen.preparing import merging, values
from codegen.preparing.merging import NULLABLE, UNIONS
from codegen.preparing.naming import ClassNames, pascal

_HERE = "#/components/schemas/"
_NULL: Json = {"type": "null"}
_KEPT = ("description", "readOnly", "writeOnly")
_MARKS = ("x-contract", "x-explicit")
# Parts of a reference that say nothing of what it points at.
_UNNAMED = frozenset({"components", "schemas", "properties", "paths", "content", "schema"})
# Words of older versions, of other languages and of mistakes that occur.
_OTHER_TYPES = {
    "int": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "bool": "boolean",
    "str": "string",
    "date": "string",
    "dict": "object",
    "list": "array",
}


class Schemas:
    """The schemas of one document, rewritten.

    Args:
        document: The document.
        multipart: The named schemas that occur in multipart bodies, where text of the format
            `binary` is a file. In JSON it is text.
    """

    def __init__(self, document: Json, multipart: frozenset[str] = frozenset()) -> None:
        self._document = document
        self._multipart = multipart
        self._names = ClassNames()
        self._class_of: dict[str, str] = {}
        self._made: Json = {}
        self._flat: dict[str, Json] = {}
        self._same: dict[str, str] = {}
        self._aliases: dict[tuple[str, bool], Json] = {}
        self._open: list[str] = []
        self._maps: dict[str, str] = {}
        self._pending: list[str] = []
        self._tags: dict[str, dict[str, list[Any]]] = {}
        named: Json = document.get("components", {}).get("schemas", {})
        # Names that are those of classes already are kept; others are changed if two are equal.
        for key in sorted(named, key=lambda key: key != pascal(key)):
            self._class_of[_HERE + escaped(key)] = self._names.unique(key)

    def finished(self) -> Json:
        """Return all classes, those included that no operation uses."""
        for key in self._document.get("components", {}).get("schemas", {}):
            self._reference(_HERE + escaped(key), f"schema {key}", binary=False)
        self._build_pending()
        for name, tags in self._tags.items():
            if name in self._made:
                own: Json = self._made[name].get("x-tags", {})
                self._made[name]["x-tags"] = {**own, **tags}
        return self._made

    def schema(self, raw: Any, name: str, place: str, *, binary: bool = False) -> Json:
        """Return a schema rewritten.

        Args:
            raw: The schema as in the document.
            name: The name of a class that is written in place.
            place: Where it is, for messages.
            binary: Whether text of the format `binary` is a file.
        """
        result = self._plain(self._flattened(raw, place), name, place, binary=binary)
        self._build_pending()
        return result

    def _build_pending(self) -> None:
        while self._pending:
            target = self._pending.pop()
            name = self._class_of[target]
            place = f"schema {target.rpartition('/')[2]}"
            one = self._target(target, place)
            binary = target.removeprefix(_HERE) in self._multipart
            self._made[name] = self._class(one, name, place, binary=binary)

    # One schema without `allOf`

    def _flattened(self, raw: Any, place: str) -> Json:
        """Return a schema whose parts are joined; it is a reference or has none."""
        if isinstance(raw, bool) or raw is None:
            return {}
        if not is_object(raw):
            raise CodegenError(f"{place}: a schema is not an object but {json.dumps(raw):.60}")
        own = _own(raw, place)
        target = raw.get("$ref", "")
        if not isinstance(target, str):
            raise CodegenError(f"{place}: $ref is not text but {json.dumps(target):.60}")
        # As in a URL, a reference may be quoted.
        parts: list[Any] = [{"$ref": unquote(target)}] if target else []
        parts += raw.get("allOf") or []
        if not parts:
            return own
        useful = [part for part in parts if merging.is_structural(part) or merging.is_limit(part)]
        if len(useful) == 1 and set(useful[0]) - {"description"} == {"$ref"} and not _adds(own):
            return {**own, "$ref": useful[0]["$ref"]}
        found = [self._part(part, place) for part in parts]
        joined: Json = reduce(merging.both, [*found, own])
        if not own.get(NULLABLE) and not all(one.get(NULLABLE) for one in found):
            joined.pop(NULLABLE, None)
        if not own.get("description") and len(useful) > 1:
            joined.pop("description", None)
        return joined

    def _part(self, raw: Any, place: str) -> Json:
        """Return a part of an `allOf`, with what it refers to in place."""
        one = self._flattened(raw, place)
        if "$ref" not in one:
            return one
        target: str = one["$ref"]
        found = self._target(target, place)
        if any(self._extends(alternative, target) for alternative in _alternatives(found)):
            # The alternatives of a base class are the classes that extend it.
            found = {key: value for key, value in found.items() if key != UNIONS}
        rest = {key: value for key, value in one.items() if key != "$ref"}
        return merging.both(found, rest)

    def _extends(self, schema: Any, base: str) -> bool:
        if not is_object(schema) or not isinstance(schema.get("$ref"), str):
            return False
        found = at(self._document, schema["$ref"])
        parts = found.get("allOf") if is_object(found) else None
        return is_list(parts) and {"$ref": base} in parts

    def _target(self, target: str, place: str) -> Json:
        """Return the schema that a reference points at, settled, and never itself a reference."""
        if target not in self._flat:
            if target in self._open:
                return {}
            self._open.append(target)
            try:
                one = self._settled(self._flattened(at(self._document, target), place), place)
                while "$ref" in one:
                    self._same[target] = one["$ref"]
                    rest = {key: value for key, value in one.items() if key != "$ref"}
                    one = {**self._target(one["$ref"], place), **rest}
                self._flat[target] = one
            finally:
                self._open.pop()
        return self._flat[target]

    # Alternatives

    def _settled(self, one: Json, place: str) -> Json:
        """Return a schema with at most one list of alternatives, and nothing beside it."""
        unions: list[list[Json]] = []
        one = dict(one)
        for alternatives in one.pop(UNIONS, []):
            found = [part for part in alternatives if not merging.is_limit(part)]
            known = [part for part in found if not _is_null(part)]
            if len(known) < len(found):
                one[NULLABLE] = True
            if known and not (_has_type(one) and all(not _has_type(part) for part in known)):
                unions.append(known)
        if not unions:
            return one
        if len(unions) == 1 and len(unions[0]) == 1:
            return self._single(one, unions[0][0], place)
        if len(unions) == 1 and not one.get("properties"):
            return self._alternatives(one, unions[0], place)
        objects = [[self._part(part, place) for part in parts] for parts in unions]
        settled = [[self._settled(part, place) for part in parts] for parts in objects]
        if all(_is_class_like(part) for parts in settled for part in parts):
            return merging.any_of(one, settled)
        if one.get("properties"):
            return one
        # Several lists of alternatives that are no objects: nothing certain can be said.
        return {key: one[key] for key in (*_KEPT, NULLABLE) if key in one}

    def _single(self, one: Json, part: Json, place: str) -> Json:
        inner = self._flattened(part, place)
        if not _has_type(one):
            words = {key: value for key, value in one.items() if key != "required"}
            joined = {**inner, **words}
            return joined if "$ref" in inner else self._settled(joined, place)
        return self._settled(merging.both(self._part(part, place), one), place)

    def _alternatives(self, one: Json, parts: list[Json], place: str) -> Json:
        texts = [values.listed(part) if set(part) & {"enum", "const"} else [] for part in parts]
        words = {key: one[key] for key in (*_KEPT, NULLABLE) if key in one}
        if all(values.are_texts(found) for found in texts):
            return {**words, "type": "string", "enum": [text for found in texts for text in found]}
        shared = one.get("type")
        pushed = [
            part if _has_type(part) or not isinstance(shared, str) else {**part, "type": shared}
            for part in parts
        ]
        tag = {"discriminator": one["discriminator"]} if "discriminator" in one else {}
        return {**words, UNIONS: [pushed], **tag, **_marks(one)}

    def _union(self, one: Json, name: str, place: str, *, binary: bool) -> Json:
        (parts,) = one[UNIONS]
        found: list[Json] = []
        for number, part in enumerate(parts):
            label = f"{place}, alternative {number + 1}"
            inner = self._flattened(part, label)
            plain = self._plain(inner, f"{name}Type{number}", label, binary=binary)
            plain = {key: value for key, value in plain.items() if not _is_word(key)}
            found += plain.get("anyOf", [plain])
        self._remember_tags(one.get("discriminator"), parts)
        if {} in found:
            return {}
        different = list({json.dumps(part): part for part in found}.values())
        rest = [part for part in different if part != _NULL]
        result = rest[0] if len(rest) == 1 else {"anyOf": rest}
        return _or_null(result) if len(rest) < len(different) else result

    def _remember_tags(self, discriminator: Any, parts: list[Json]) -> None:
        """Note which values of a discriminator stand for which class."""
        if not is_object(discriminator) or not isinstance(discriminator.get("propertyName"), str):
            return
        mapping: Json = discriminator.get("mapping") or {}
        for part in parts:
            target = part.get("$ref")
            if not isinstance(target, str):
                continue
            name = target.removeprefix(_HERE)
            tags = [tag for tag, to in mapping.items() if to in (target, name)] or [name]
            known = self._tags.setdefault(self._class_name(target), {})
            key = discriminator["propertyName"]
            known[key] = [
                *known.get(key, []),
                *(tag for tag in tags if tag not in known.get(key, [])),
            ]

    # The forms

    def _plain(self, one: Json, name: str, place: str, *, binary: bool) -> Json:
        one = self._settled(one, place)
        result = self._bare(one, name, place, binary=binary)
        if one.get(NULLABLE):
            result = _or_null(result)
        words = {key: one[key] for key in _KEPT if one.get(key) is not None}
        listed = values.listed(one)
        if listed and not values.are_texts(listed) and "$ref" not in one:
            text = f"{one.get('description') or ''} {values.one_of_them(listed)}"
            words["description"] = text.strip()
        return {**result, **words, **_marks(one)}

    def _bare(self, one: Json, name: str, place: str, *, binary: bool) -> Json:
        if "$ref" in one:
            return self._reference(one["$ref"], place, binary=binary)
        if one.get(UNIONS):
            return self._union(one, name, place, binary=binary)
        if _is_class(one):
            unique = self._names.unique(name)
            self._made[unique] = {}
            self._made[unique] = self._class(one, unique, place, binary=binary)
            return {"$ref": _HERE + unique}
        if listed := values.listed(one):
            return _of_values(listed)
        kinds = _kinds(one)
        if len(kinds) > 1:
            found = [
                self._bare({**one, "type": kind}, name, place, binary=binary) for kind in kinds
            ]
            return {} if {} in found else {"anyOf": found}
        return self._of_kind(kinds[0] if kinds else "", one, name, place, binary=binary)

    def _of_kind(self, kind: str, one: Json, name: str, place: str, *, binary: bool) -> Json:
        match kind:
            case "object":
                return self._map(one, name, place, binary=binary)
            case "array":
                inside = self._items(one, f"{name}Item", f"{place}, items", binary=binary)
                return {"type": "array", "items": inside}
            case "string":
                return _text(one, is_file=binary)
            case "integer" | "number" | "boolean":
                return {"type": kind, **values.fitting_default(one, kind)}
            case "null":
                return _NULL
            case "file":
                return {"type": "string", "format": "binary"} if binary else {"type": "string"}
            case _:
                return {}

    def _reference(self, target: str, place: str, *, binary: bool) -> Json:
        one = self._target(target, place)
        # A name for another name has no class of its own.
        while target in self._same:
            target = self._same[target]
        if _is_class(one):
            name = self._class_name(target)
            if name not in self._made:
                self._made[name] = {}
                self._pending.append(target)
            found: Json = {"$ref": _HERE + name}
        else:
            found = self._alias(target, one, place, binary=binary)
        return _or_null(found) if one.get(NULLABLE) else found

    def _class_name(self, target: str) -> str:
        if target not in self._class_of:
            last = [part for part in target.split("/")[1:] if part not in _UNNAMED][-3:]
            self._class_of[target] = self._names.unique(pascal(" ".join(last)))
        return self._class_of[target]

    def _alias(self, target: str, one: Json, place: str, *, binary: bool) -> Json:
        """Return a named schema that is not a class as it is written where it is used."""
        key = target, binary
        if target in self._open:
            # A value that contains values of its own kind is passed on as it is.
            return {}
        if key not in self._aliases:
            self._open.append(target)
            found = self._bare(one, self._class_name(target), place, binary=binary)
            self._open.pop()
            self._aliases[key] = found
        return self._aliases[key]

    def _class(self, one: Json, name: str, place: str, *, binary: bool) -> Json:
        words = {key: one[key] for key in ("description",) if one.get(key)}
        if values.are_texts(values.listed(one)):
            return {"type": "string", "enum": values.listed(one), **words, **_marks(one)}
        properties: Json = {}
        for key, value in one["properties"].items():
            label = f"{place}, property {key}"
            inner = self._flattened(value, label)
            properties[key] = self._plain(inner, name + pascal(key), label, binary=binary)
        required = [key for key in one.get("required", []) if isinstance(key, str)]
        result: Json = {"type": "object", "properties": properties}
        if given := [key for key in dict.fromkeys(required) if key in properties]:
            result["required"] = given
        tags = {key: [tag] for key in given if (tag := self._tag(one["properties"][key], place))}
        return {**result, **({"x-tags": tags} if tags else {}), **words, **_marks(one)}

    def _tag(self, schema: Any, place: str) -> Any:
        """Return the only value that a property may have, or None."""
        one = self._flattened(schema, place)
        one = self._target(one["$ref"], place) if "$ref" in one else one
        found = values.listed(one)
        is_single = len(found) == 1 and bool(values.type_of(found[0]))
        return found[0] if is_single and not one.get(NULLABLE) else None

    def _map(self, one: Json, name: str, place: str, *, binary: bool) -> Json:
        extra = one.get("additionalProperties")
        patterns = one.get("patternProperties")
        found = [extra] if is_object(extra) else []
        found += list(patterns.values()) if is_object(patterns) else []
        raw = found[0] if len(found) == 1 else {"anyOf": found} if found else {}
        inner = self._flattened(raw, place)
        value = self._plain(inner, f"{name}Value", f"{place}, values", binary=binary)
        plain = {key: part for key, part in value.items() if not _is_word(key)}
        # Objects without a class have a name in the parser only, so they share one.
        key = json.dumps(plain)
        if key not in self._maps:
            self._maps[key] = self._names.unique(f"FreeFormObject{len(self._maps)}")
            made: Json = {"type": "object"}
            self._made[self._maps[key]] = {**made, "additionalProperties": plain} if plain else made
        return {"$ref": _HERE + self._maps[key]}

    def _items(self, one: Json, name: str, place: str, *, binary: bool) -> Json:
        first = one.get("prefixItems")
        rest = one.get("items")
        raw: list[Any] = list(first) if is_list(first) else []
        raw += rest if is_list(rest) else [rest] if is_object(rest) else []
        schema = raw[0] if len(raw) == 1 else {"anyOf": raw} if raw else {}
        found = self._plain(self._flattened(schema, place), name, place, binary=binary)
        return {key: value for key, value in found.items() if not _is_word(key)}


def _own(raw: Json, place: str) -> Json:
    """Return the keywords of one schema itself, with null and alternatives in their own place."""
    own = {
        key: value for key, value in raw.items() if key not in ("allOf", "$ref", "anyOf", "oneOf")
    }
    if not isinstance(own.get("description", ""), str):
        del own["description"]
    properties = own.get("properties")
    if properties is not None and not is_object(properties):
        raise CodegenError(f"{place}: properties is not an object")
    if not is_list(own.get("required", [])):
        # A leftover of JSON Schema 3, where each property said for itself that it is required.
        del own["required"]
    kinds = own.get("type")
    if is_list(kinds) and "null" in kinds:
        own[NULLABLE] = True
        rest = [kind for kind in kinds if kind != "null"]
        own["type"] = rest[0] if len(rest) == 1 else rest or "null"
    members = own.get("enum")
    if is_list(members):
        own["enum"] = [value for value in members if value is not None]
        if len(own["enum"]) < len(members):
            own[NULLABLE] = True
        if not own["enum"]:
            del own["enum"]
            own.update({"type": "null"} if members else {})
    unions = [raw[key] for key in ("anyOf", "oneOf") if is_list(raw.get(key)) and raw[key]]
    if unions:
        own[UNIONS] = unions
    if own.get(NULLABLE) is not True:
        own.pop(NULLABLE, None)
    return own


def _adds(own: Json) -> bool:
    """Whether a schema says more than what it refers to."""
    return any(merging.is_structural({key: value}) for key, value in own.items()) or bool(
        own.get("required")
    )


def _alternatives(one: Json) -> Iterator[Any]:
    for parts in one.get(UNIONS, []):
        yield from parts


def _has_type(schema: Json) -> bool:
    return merging.is_structural({key: schema[key] for key in schema if key != "format"})


def _is_null(schema: Any) -> bool:
    return is_object(schema) and (
        schema.get("type") in ("null", ["null"]) or schema.get("enum") == [None]
    )


def _kinds(one: Json) -> list[str]:
    kinds = one.get("type")
    found = kinds if is_list(kinds) else [kinds] if kinds is not None else []
    known = [_OTHER_TYPES.get(kind, kind) for kind in found if isinstance(kind, str)]
    if known:
        return known
    if {"properties", "additionalProperties", "patternProperties"} & one.keys():
        return ["object"]
    if {"items", "prefixItems"} & one.keys():
        return ["array"]
    return ["string"] if isinstance(one.get("format"), str) and "date" in one["format"] else []


def _is_class_like(one: Json) -> bool:
    """Whether a schema is an object, with named properties or without."""
    return not one.get(UNIONS) and _kinds(one) == ["object"]


def _is_class(one: Json) -> bool:
    """Whether a settled schema is an object with named properties, or a list of strings."""
    if one.get(UNIONS):
        return False
    if listed := values.listed(one):
        return values.are_texts(listed)
    return _kinds(one) == ["object"] and bool(one.get("properties"))


def _of_values(listed: list[Any]) -> Json:
    kinds = list(dict.fromkeys(values.type_of(value) for value in listed))
    if "" in kinds:
        return {}
    found: list[Json] = [{"type": kind} for kind in kinds]
    return found[0] if len(found) == 1 else {"anyOf": found}


def _text(one: Json, *, is_file: bool) -> Json:
    layout = one.get("format")
    is_binary = layout == "binary" or (
        "contentMediaType" in one and "contentEncoding" not in one and layout is None
    )
    if is_binary and is_file:
        return {"type": "string", "format": "binary"}
    if layout == "date-time":
        return {"type": "string", "format": layout}
    return {"type": "string", **values.fitting_default(one, "string")}


def _or_null(schema: Json) -> Json:
    if schema in ({}, _NULL):
        return schema
    parts: list[Json] = schema["anyOf"] if "anyOf" in schema else [schema]
    return {"anyOf": parts if _NULL in parts else [*parts, _NULL]}


def _is_word(key: str) -> bool:
    return key in _KEPT or key in _MARKS


def _marks(one: Json) -> Json:
    return {key: one[key] for key in _MARKS if key in one}
