"""Joins the parts of a schema: what `allOf` and references add, and alternatives of objects."""

from __future__ import annotations

import json
from functools import reduce
from typing import Any
from urllib.parse import unquote

from codegen.document import Json, at, is_list, is_object
from codegen.errors import CodegenError
from codegen.preparing import keywords, merging, values
from codegen.preparing.merging import NULLABLE, UNIONS


class Flattening:
    """The schemas of one document without `allOf`; references are left where they stand alone."""

    def __init__(self, document: Json) -> None:
        self._document = document
        self._flat: dict[str, Json] = {}
        self._same: dict[str, str] = {}
        self._open: list[str] = []

    def end_of(self, name: str) -> str:
        """Return the reference that a reference to another name finally leads to."""
        while name in self._same:
            name = self._same[name]
        return name

    def flattened(self, raw: Any, place: str) -> Json:
        """Return a schema whose parts are joined; it is a reference or has none."""
        if isinstance(raw, bool) or raw is None:
            return {}
        if not is_object(raw):
            raise CodegenError(f"{place}: a schema is not an object but {json.dumps(raw):.60}")
        own = keywords.own(raw, place)
        target = raw.get("$ref", "")
        if not isinstance(target, str):
            raise CodegenError(f"{place}: $ref is not text but {json.dumps(target):.60}")
        # As in a URL, a reference may be quoted.
        parts: list[Any] = [{"$ref": unquote(target)}] if target else []
        parts += raw.get("allOf") or []
        if not parts:
            return own
        useful = [part for part in parts if merging.is_structural(part) or merging.is_limit(part)]
        if (
            len(useful) == 1
            and set(useful[0]) - {"description"} == {"$ref"}
            and not keywords.adds(own)
        ):
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
        one = self.flattened(raw, place)
        if "$ref" not in one:
            return one
        target: str = one["$ref"]
        found = self.target(target, place)
        if any(self._extends(alternative, target) for alternative in keywords.alternatives(found)):
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

    def target(self, name: str, place: str) -> Json:
        """Return the schema that a reference points at, settled, and never itself a reference."""
        if name not in self._flat:
            if name in self._open:
                return {}
            self._open.append(name)
            try:
                one = self.settled(self.flattened(at(self._document, name), place), place)
                while "$ref" in one:
                    self._same[name] = one["$ref"]
                    rest = {key: value for key, value in one.items() if key != "$ref"}
                    one = {**self.target(one["$ref"], place), **rest}
                self._flat[name] = one
            finally:
                self._open.pop()
        return self._flat[name]

    def settled(self, one: Json, place: str) -> Json:
        """Return a schema with at most one list of alternatives, and nothing beside it."""
        unions: list[list[Json]] = []
        one = dict(one)
        for alternatives in one.pop(UNIONS, []):
            found = [part for part in alternatives if not merging.is_limit(part)]
            known = [part for part in found if not keywords.is_null(part)]
            if len(known) < len(found):
                one[NULLABLE] = True
            if known and not (
                keywords.has_type(one) and all(not keywords.has_type(part) for part in known)
            ):
                unions.append(known)
        if not unions:
            return one
        if len(unions) == 1 and len(unions[0]) == 1:
            return self._single(one, unions[0][0], place)
        if len(unions) == 1 and not one.get("properties"):
            return self._alternatives(one, unions[0], place)
        objects = [[self._part(part, place) for part in parts] for parts in unions]
        settled = [[self.settled(part, place) for part in parts] for parts in objects]
        if all(keywords.is_object_like(part) for parts in settled for part in parts):
            return merging.any_of(one, settled)
        if one.get("properties"):
            return one
        # Several lists of alternatives that are no objects: nothing certain can be said.
        return {key: one[key] for key in (*keywords.KEPT, NULLABLE) if key in one}

    def _single(self, one: Json, part: Json, place: str) -> Json:
        inner = self.flattened(part, place)
        if not keywords.has_type(one):
            words = {key: value for key, value in one.items() if key != "required"}
            joined = {**inner, **words}
            return joined if "$ref" in inner else self.settled(joined, place)
        return self.settled(merging.both(self._part(part, place), one), place)

    def _alternatives(self, one: Json, parts: list[Json], place: str) -> Json:
        """Return alternatives alone; constants of text are one enum."""
        texts = [values.listed(part) if set(part) & {"enum", "const"} else [] for part in parts]
        words = {key: one[key] for key in (*keywords.KEPT, NULLABLE) if key in one}
        if all(values.are_texts(found) for found in texts):
            return {**words, "type": "string", "enum": [text for found in texts for text in found]}
        shared = one.get("type")
        pushed = [
            part
            if keywords.has_type(part) or not isinstance(shared, str)
            else {**part, "type": shared}
            for part in parts
        ]
        tag = {"discriminator": one["discriminator"]} if "discriminator" in one else {}
        return {**words, UNIONS: [pushed], **tag, **keywords.marks(one)}
