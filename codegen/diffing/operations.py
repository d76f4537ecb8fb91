"""Pairs the operations of two contracts, and compares names and places of each pair."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from codegen import names
from codegen.diffing.changes import Finding
from codegen.diffing.shapes import target_of
from codegen.document import Json, is_list, is_object, operations, resolved
from codegen.preparing.naming import module

_BY_HAND = ("security", "servers", "callbacks")


@dataclass(frozen=True)
class Operation:
    """One operation of a document."""

    path: str
    method: str
    data: Json
    document: Json

    @property
    def id(self) -> str:
        """Its operation id."""
        return str(self.data.get("operationId", ""))

    @property
    def title(self) -> str:
        """Method and path."""
        return f"{self.method.upper()} {self.path}"

    @property
    def function(self) -> str:
        """The generated function, as ``module.function``."""
        return f"{module(self.data)}.{names.operation(self.id, self.path, self.method)}"

    @property
    def tag(self) -> str:
        """Its first tag; without one, the module of its function."""
        tags: Any = self.data.get("tags")
        return str(tags[0]) if is_list(tags) and tags else module(self.data)

    @property
    def summary(self) -> str:
        """Its summary, or the first line of its description; empty if it has no words."""
        for key in ("summary", "description"):
            text = self.data.get(key)
            if isinstance(text, str) and text.strip(" -\n"):
                return text.strip().splitlines()[0].strip()
        return ""

    @property
    def template(self) -> str:
        """The path without the names of its parameters."""
        return re.sub(r"\{[^}]*\}", "{}", self.path)

    def parameters(self) -> dict[tuple[str, str], Json]:
        """Return its parameters, those of its path included: (name, location) -> parameter."""
        found: dict[tuple[str, str], Json] = {}
        for holder in (self.document["paths"][self.path], self.data):
            listed: Any = holder.get("parameters")
            for value in listed if is_list(listed) else []:
                if is_object(value):
                    raw = target_of(self.document, value)
                    found[str(raw.get("name")), str(raw.get("in"))] = raw
        return found

    def body(self) -> Json | None:
        """Return its request body."""
        found = self.data.get("requestBody")
        return resolved(self.document, found) if is_object(found) else None

    def answers(self) -> dict[str, Json]:
        """Return its responses by status."""
        found: Any = self.data.get("responses")
        if not is_object(found):
            return {}
        return {
            str(status): target_of(self.document, answer)
            for status, answer in found.items()
            if is_object(answer)
        }


def all_of(document: Json) -> list[Operation]:
    """Return the operations of a document, in its order."""
    return [Operation(path, method, data, document) for path, method, data in operations(document)]


@dataclass(frozen=True)
class Matched:
    """The operations that two documents share, and those that only one has."""

    pairs: list[tuple[Operation, Operation]]
    removed: list[Operation]
    added: list[Operation]


def matched(old: Json, new: Json) -> Matched:
    """Pair the operations of two documents.

    They match by method, path and id; then by method and path (with another id: renamed); then by
    method and path template (with other parameter names); then by id (with another path: moved).
    """
    before, after = all_of(old), all_of(new)
    pairs: list[tuple[Operation, Operation]] = []
    keys: tuple[Callable[[Operation], object], ...] = (
        lambda o: (o.method, o.path, o.id),
        lambda o: (o.method, o.path),
        lambda o: (o.method, o.template),
        lambda o: o.id,
    )
    for key in keys:
        free = {key(op): op for op in reversed(after)}
        for op in list(before):
            twin = free.pop(key(op), None)
            if twin is not None:
                pairs.append((op, twin))
                before.remove(op)
                after.remove(twin)
    order = {id(op.data): number for number, op in enumerate(all_of(old))}
    pairs.sort(key=lambda pair: order[id(pair[0].data)])
    return Matched(pairs, before, after)


def identity(old: Operation, new: Operation) -> Iterator[Finding]:
    """Yield what differs in the names and places of an operation."""
    same_name = old.function == new.function
    kept = "the name of the generated function does not change"
    changed = "" if same_name else f"the generated function is now {new.function}"
    if old.template != new.template or old.method != new.method:
        reason = "calls to the old place fail"
        yield Finding("operation moved", "", reason, "", "", old.title, new.title)
    if old.id != new.id:
        yield Finding("operation renamed", "", changed, "", kept, old.id, new.id)
    elif module(old.data) != module(new.data):
        values = module(old.data), module(new.data)
        yield Finding("operation in another module", "", changed, "", kept, *values)
    elif not same_name:
        yield Finding("function renamed", "", changed, "", kept, old.function, new.function)
    before, after = (bool(op.data.get("deprecated")) for op in (old, new))
    if before != after:
        kind = "operation deprecated" if after else "operation not deprecated"
        yield Finding(kind, "", harmless="it works as before")
    for key in _BY_HAND:
        if old.data.get(key) != new.data.get(key):
            reason = f"compare {key} by hand"
            yield Finding(f"{key} changed", "", reason)
