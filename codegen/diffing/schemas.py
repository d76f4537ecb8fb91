"""Compares two schemas: what differs, and how that affects callers and readers of a value.

References are not followed, because named schemas are compared separately: one change, one finding.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from codegen.diffing.changes import Finding
from codegen.diffing.limits import LIMITS, limits
from codegen.diffing.shapes import ABSENT, ANY, Shape, facets, shape, target_of
from codegen.document import Json, is_list, is_object

_STRUCTURE = {"properties", "required", "items", "enum", "const", "additionalProperties"}
_DEEPEST = 40


class Schemas:
    """Compares schemas of an old document with schemas of a new one.

    Args:
        old: The document before.
        new: The document after.
        renamed: Old names of renamed schemas -> new names.
    """

    def __init__(self, old: Json, new: Json, renamed: Mapping[str, str]) -> None:
        self._old = old
        self._new = new
        self._renamed = renamed

    def compare(
        self, old: Any, new: Any, place: str, *, may_lack: bool = False, depth: int = 0
    ) -> Iterator[Finding]:
        """Yield what differs between two schemas.

        Args:
            old: The schema before.
            new: The schema after.
            place: Where they are, for the report.
            may_lack: Whether the value could be missing before, so that readers expect None.
            depth: How many schemas contain this one.
        """
        if depth > _DEEPEST:
            return
        before, after = shape(self._old, old), shape(self._new, new)
        yield from _null(before, after, place, may_lack=may_lack and before.default == ABSENT)
        yield from _default(before, after, place)
        yield from _deprecation(old, new, place)
        pairs, gone, come = self._paired(before, after)
        if gone or come:
            yield _type(before, after, gone, come, place)
        for old_part, new_part in pairs:
            yield from self._parts(old_part, new_part, place, depth)

    def _paired(
        self, before: Shape, after: Shape
    ) -> tuple[list[tuple[Json, Json]], list[str], list[str]]:
        """Return the alternatives of both, and the names of those that only one has."""
        names = {name: self._renamed.get(name, name) for name in before.members}
        pairs = [
            (part, after.members[names[name]])
            for name, part in before.members.items()
            if names[name] in after.members
        ]
        gone = [name for name in before.members if names[name] not in after.members]
        come = [name for name in after.members if name not in names.values()]
        if len(gone) == len(come) == 1:
            # The same schema may be named on one side and inline on the other.
            old, new = before.members[gone[0]], after.members[come[0]]
            if ("$ref" in old) != ("$ref" in new):
                inner = target_of(self._old, old), target_of(self._new, new)
                kinds = [shape(d, s).members for d, s in zip(self._documents, inner, strict=True)]
                if [*kinds[0]] == [*kinds[1]]:
                    return [*pairs, inner], [], []
        return pairs, gone, come

    @property
    def _documents(self) -> tuple[Json, Json]:
        return self._old, self._new

    def _parts(self, old: Json, new: Json, place: str, depth: int) -> Iterator[Finding]:
        if "$ref" in old and "$ref" in new:
            return
        yield from _enum(old, new, place)
        yield from limits(old, new, place)
        if "items" in old or "items" in new:
            items = (old.get("items", {}), new.get("items", {}))
            yield from self.compare(*items, f"{place}[]", depth=depth + 1)
        if "properties" in old or "properties" in new:
            yield from self._properties(old, new, place, depth)
        yield from self._free(old, new, place, depth)
        known = _STRUCTURE | LIMITS
        for key in sorted({*facets(old), *facets(new)} - known):
            if old.get(key, ABSENT) != new.get(key, ABSENT):
                reason = f"{key} is an unknown keyword: compare it by hand"
                values = _text(old.get(key, ABSENT)), _text(new.get(key, ABSENT))
                yield Finding("keyword changed", place, reason, reason, "", *values)

    def _free(self, old: Json, new: Json, place: str, depth: int) -> Iterator[Finding]:
        """Compare what is allowed beyond the named properties."""
        before, after = old.get("additionalProperties", True), new.get("additionalProperties", True)
        if is_object(before) and is_object(after):
            yield from self.compare(before, after, f"{place}{{}}", depth=depth + 1)
        elif after is False and before is not False:
            reason = "other properties are refused now"
            yield Finding(
                "additional properties refused", place, reason, "", "readers do not use them"
            )
        elif before is False and after is not False:
            harmless = "unknown properties are preserved"
            yield Finding("additional properties allowed", place, harmless=harmless)
        elif before != after:
            which = shape(self._old, before), shape(self._new, after)
            if str(which[0]) != str(which[1]):
                yield _type(*which, [*which[0].members], [*which[1].members], f"{place}{{}}")

    def _properties(self, old: Json, new: Json, place: str, depth: int) -> Iterator[Finding]:
        before, after = _named(old), _named(new)
        needed, needs = _required(old), _required(new)
        for name in before:
            where = f"{place}.{name}" if place else name
            if name not in after:
                kind = str(shape(self._old, before[name]))
                yield Finding(
                    "property removed",
                    where,
                    "it is not accepted any more",
                    "responses do not have it any more",
                    old=kind,
                )
                continue
            was, now = shape(self._old, before[name]), shape(self._new, after[name])
            if name in needs and name not in needed:
                yield Finding(
                    "property required",
                    where,
                    "it has to be sent now",
                    harmless="it is always present now",
                )
            if name in needed and name not in needs:
                safe = now.default != ABSENT or was.nullable
                yield Finding(
                    "property optional",
                    where,
                    reader="" if safe else "a response may lack it now",
                    harmless="readers have a value for it" if safe else "it may be omitted now",
                )
            may_lack = name not in needed
            yield from self.compare(
                before[name], after[name], where, may_lack=may_lack, depth=depth + 1
            )
        for name in after:
            if name not in before:
                where = f"{place}.{name}" if place else name
                must = name in needs
                yield Finding(
                    "required property added" if must else "property added",
                    where,
                    "it has to be sent now" if must else "",
                    harmless="readers preserve new properties" if must else "it may be omitted",
                    new=str(shape(self._new, after[name])),
                )


def _named(schema: Json) -> Json:
    found = schema.get("properties")
    return found if is_object(found) else {}


def _required(schema: Json) -> set[str]:
    found = schema.get("required")
    return {str(name) for name in found} if is_list(found) else set()


def _null(before: Shape, after: Shape, place: str, *, may_lack: bool) -> Iterator[Finding]:
    if ANY in before.members or ANY in after.members:
        return
    if after.nullable and not before.nullable:
        yield Finding(
            "nullable",
            place,
            reader="" if may_lack else "it may be null now",
            harmless="readers handle a missing value" if may_lack else "null is accepted now",
        )
    if before.nullable and not after.nullable:
        yield Finding(
            "not nullable", place, "null is refused now", harmless="null does not occur any more"
        )


def _default(before: Shape, after: Shape, place: str) -> Iterator[Finding]:
    if before.default == after.default:
        return
    values = before.default, after.default
    answered = "responses contain the value itself"
    if before.default == ABSENT:
        harmless = "an omitted value had no documented meaning before"
        yield Finding("default added", place, "", "", harmless, *values)
    elif after.default == ABSENT:
        reason = "an omitted value has no documented meaning any more"
        yield Finding("default removed", place, reason, "", answered, *values)
    else:
        reason = "an omitted value has another meaning now"
        yield Finding("default changed", place, reason, "", answered, *values)


def _deprecation(old: Any, new: Any, place: str) -> Iterator[Finding]:
    before, after = (bool(is_object(s) and s.get("deprecated")) for s in (old, new))
    if before != after:
        kind = "deprecated" if after else "not deprecated"
        yield Finding(kind, place, harmless="it works as before")


def _type(before: Shape, after: Shape, gone: list[str], come: list[str], place: str) -> Finding:
    values = str(before), str(after)
    wider = (not gone) or [*after.members] == [ANY] or (gone == ["integer"] and come == ["number"])
    narrower = (
        (not come) or [*before.members] == [ANY] or (gone == ["number"] and come == ["integer"])
    )
    if wider:
        reason = "it may have another type now"
        return Finding("type widened", place, "", reason, "every value is still accepted", *values)
    if narrower:
        reason = "some types are not accepted any more"
        return Finding("type narrowed", place, reason, "", "no value has a new type", *values)
    reason = "it has another type"
    return Finding("type changed", place, reason, reason, "", *values)


def _enum(old: Json, new: Json, place: str) -> Iterator[Finding]:
    before, after = _values(old), _values(new)
    if before is None and after is not None:
        reason = "only listed values are accepted now"
        harmless = "the values do not change; they are listed now"
        yield Finding("values listed", place, reason, "", harmless, "", ", ".join(after))
    elif after is None and before is not None:
        reason = "values that had names are plain now"
        yield Finding("values unlisted", place, reason, reason, "", ", ".join(before), "")
    elif before is not None and after is not None:
        for value in before:
            if value not in after:
                reason = "it is not accepted any more"
                reader = "code that names the member fails"
                yield Finding("enum value removed", place, reason, reader, "", value)
        for value in after:
            if value not in before:
                harmless = "enums are open: unknown values are preserved"
                yield Finding("enum value added", place, "", "", harmless, "", value)


def _values(schema: Json) -> list[str] | None:
    listed = schema.get("enum")
    if is_list(listed):
        return [_text(value) for value in listed]
    return [_text(schema["const"])] if "const" in schema else None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
