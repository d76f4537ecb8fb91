"""Rewrites schemas: named classes, scalars, lists, maps and unions of those, nothing else.

A class is an object with named properties, or a list of strings. Each gets a name of its own, also
where the document writes it in place, so that the parser neither names classes nor joins schemas.
Everything else has no name: it is written where it is used.
"""

from __future__ import annotations

import json
from typing import Any

from codegen.document import Json, escaped, is_list, is_object
from codegen.preparing import keywords, values
from codegen.preparing.flattening import Flattening
from codegen.preparing.merging import NULLABLE, UNIONS
from codegen.preparing.naming import ClassNames, pascal

_HERE = "#/components/schemas/"
_NULL: Json = {"type": "null"}
# Parts of a reference that say nothing of what it points at.
_UNNAMED = frozenset({"components", "schemas", "properties", "paths", "content", "schema"})


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
        self._flat = Flattening(document)
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
        result = self._plain(self._flat.flattened(raw, place), name, place, binary=binary)
        self._build_pending()
        return result

    def _build_pending(self) -> None:
        while self._pending:
            target = self._pending.pop()
            name = self._class_of[target]
            place = f"schema {target.rpartition('/')[2]}"
            one = self._flat.target(target, place)
            binary = target.removeprefix(_HERE) in self._multipart
            self._made[name] = self._class(one, name, place, binary=binary)

    def _union(self, one: Json, name: str, place: str, *, binary: bool) -> Json:
        (parts,) = one[UNIONS]
        found: list[Json] = []
        for number, part in enumerate(parts):
            label = f"{place}, alternative {number + 1}"
            inner = self._flat.flattened(part, label)
            plain = self._plain(inner, f"{name}Type{number}", label, binary=binary)
            plain = {key: value for key, value in plain.items() if not keywords.is_word(key)}
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
        one = self._flat.settled(one, place)
        result = self._bare(one, name, place, binary=binary)
        if one.get(NULLABLE):
            result = _or_null(result)
        words = {key: one[key] for key in keywords.KEPT if one.get(key) is not None}
        listed = values.listed(one)
        if listed and not values.are_texts(listed) and "$ref" not in one:
            text = f"{one.get('description') or ''} {values.one_of_them(listed)}"
            words["description"] = text.strip()
        return {**result, **words, **keywords.marks(one)}

    def _bare(self, one: Json, name: str, place: str, *, binary: bool) -> Json:
        if "$ref" in one:
            return self._reference(one["$ref"], place, binary=binary)
        if one.get(UNIONS):
            return self._union(one, name, place, binary=binary)
        if keywords.is_class(one):
            unique = self._names.unique(name)
            self._made[unique] = {}
            self._made[unique] = self._class(one, unique, place, binary=binary)
            return {"$ref": _HERE + unique}
        if listed := values.listed(one):
            return _of_values(listed)
        kinds = keywords.kinds(one)
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
        one = self._flat.target(target, place)
        # A name for another name has no class of its own.
        target = self._flat.end_of(target)
        if keywords.is_class(one):
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
            return {"type": "string", "enum": values.listed(one), **words, **keywords.marks(one)}
        properties: Json = {}
        for key, value in one["properties"].items():
            label = f"{place}, property {key}"
            inner = self._flat.flattened(value, label)
            properties[key] = self._plain(inner, name + pascal(key), label, binary=binary)
        required = [key for key in one.get("required", []) if isinstance(key, str)]
        result: Json = {"type": "object", "properties": properties}
        if given := [key for key in dict.fromkeys(required) if key in properties]:
            result["required"] = given
        tags = {key: [tag] for key in given if (tag := self._tag(one["properties"][key], place))}
        return {**result, **({"x-tags": tags} if tags else {}), **words, **keywords.marks(one)}

    def _tag(self, schema: Any, place: str) -> Any:
        """Return the only value that a property may have, or None."""
        one = self._flat.flattened(schema, place)
        one = self._flat.target(one["$ref"], place) if "$ref" in one else one
        found = values.listed(one)
        is_single = len(found) == 1 and bool(values.type_of(found[0]))
        return found[0] if is_single and not one.get(NULLABLE) else None

    def _map(self, one: Json, name: str, place: str, *, binary: bool) -> Json:
        extra = one.get("additionalProperties")
        patterns = one.get("patternProperties")
        found = [extra] if is_object(extra) else []
        found += list(patterns.values()) if is_object(patterns) else []
        raw = found[0] if len(found) == 1 else {"anyOf": found} if found else {}
        inner = self._flat.flattened(raw, place)
        value = self._plain(inner, f"{name}Value", f"{place}, values", binary=binary)
        plain = {key: part for key, part in value.items() if not keywords.is_word(key)}
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
        found = self._plain(self._flat.flattened(schema, place), name, place, binary=binary)
        return {key: value for key, value in found.items() if not keywords.is_word(key)}


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
    parts: list[Json] = schema.get("anyOf", [schema])
    return {"anyOf": parts if _NULL in parts else [*parts, _NULL]}
