"""Compares two contracts. This module reads no files, and does not depend on `aion`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from codegen.diffing.changes import Change, Difference, Finding, Place
from codegen.diffing.messages import received, sent
from codegen.diffing.operations import Matched, Operation, identity, matched
from codegen.diffing.reach import Reach
from codegen.diffing.renamed import renamed
from codegen.diffing.schemas import Schemas
from codegen.document import Json, is_object, schemas


def compared(old: Json, new: Json, classes: Mapping[str, str] | None = None) -> Difference:
    """Return the difference between two contracts.

    Args:
        old: The document before.
        new: The document after.
        classes: Names of schemas -> the names that their classes have instead.
    """
    return _Comparison(old, new, classes or {}).difference()


class _Comparison:
    def __init__(self, old: Json, new: Json, classes: Mapping[str, str]) -> None:
        self._documents = old, new
        self._classes = classes
        self._named = schemas(old), schemas(new)
        self._renamed = renamed(*self._named)
        self._schemas = Schemas(old, new, self._renamed)
        self._reach = Reach(old), Reach(new)
        self._matched: Matched = matched(old, new)

    def difference(self) -> Difference:
        changes = [*self._operations(), *self._components(), *self._document()]
        return Difference(tuple(dict.fromkeys(changes)))

    # Operations

    def _operations(self) -> Iterator[Change]:
        for op in self._matched.removed:
            reason = "calls to it fail now"
            yield _place(op).change(Finding("operation removed", "", reason))
        for op in self._matched.added:
            harmless = "existing code does not call it"
            yield _place(op).change(Finding("operation added", "", harmless=harmless))
        for old, new in self._matched.pairs:
            place = _place(old)
            takes, gives = place.only(sent=True), place.only(sent=False)
            yield from (takes.change(found) for found in identity(old, new))
            yield from (takes.change(found) for found in sent(self._schemas, old, new))
            yield from (gives.change(found) for found in received(self._schemas, old, new))

    # Schemas

    def _components(self) -> Iterator[Change]:
        old, new = self._named
        came = {*self._renamed.values()}
        for name, schema in old.items():
            place = self._schema_place(name)
            if name in self._renamed:
                now = self._renamed[name]
                reason = "" if self._class(name) == self._class(now) else "its class is renamed"
                kept = "the name of its class does not change"
                yield place.change(Finding("schema renamed", "", reason, reason, kept, name, now))
                found = self._schemas.compare(schema, new[now], "")
                yield from (place.change(item) for item in found)
            elif name not in new:
                reason = "its class is removed"
                yield place.change(Finding("schema removed", "", reason, reason))
            else:
                found = self._schemas.compare(schema, new[name], "")
                yield from (place.change(item) for item in found)
        for name in new:
            if name not in old and name not in came:
                place = self._schema_place(name)
                harmless = "its class is new"
                change = place.change(Finding("schema added", "", harmless=harmless))
                yield change

    def _schema_place(self, name: str) -> Place:
        now = self._renamed.get(name, name)
        places = (self._reach[0], name), (self._reach[1], now)
        functions = {op.function for reach, key in places for op in reach.users(key)}
        cls = self._class(name)
        return Place(
            scope="schema",
            subject=name,
            title=name if cls == name else f"{name} ({cls})",
            sent=any(key in reach.sent for reach, key in places),
            received=any(key in reach.received for reach, key in places),
            operations=tuple(sorted(functions)),
            schemas=(name,),
        )

    def _class(self, name: str) -> str:
        return self._classes.get(name, name)

    # The document

    def _document(self) -> Iterator[Change]:
        old, new = self._documents
        place = Place("document", "document", "the document", sent=True, received=True)
        for key in ("servers", "security"):
            if old.get(key) != new.get(key):
                yield place.change(Finding(f"{key} changed", "", f"compare {key} by hand"))
        held = [holder for d in (old, new) if is_object(holder := d.get("components", {}))]
        if len({repr(holder.get("securitySchemes")) for holder in held}) > 1:
            reason = "compare how to authenticate by hand"
            yield place.change(Finding("security schemes changed", "", reason))


def _place(op: Operation) -> Place:
    return Place(
        "operation",
        op.id,
        op.title,
        sent=True,
        received=True,
        tag=op.tag,
        summary=op.summary,
        operations=(op.function,),
    )
