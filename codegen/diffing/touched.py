"""Adds to each change the methods and result types of `aion` that it touches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from codegen.diffing.changes import Change, Difference
from codegen.diffing.curated import Usage
from codegen.diffing.reach import Reach
from codegen.document import Json


def touched(
    difference: Difference, used: Usage, old: Json, classes: Mapping[str, str] | None = None
) -> Difference:
    """Return the difference, each change with what it touches.

    An operation touches the methods that call it. A schema touches the methods that call an
    operation with it in the request or response, the methods that name its class, and the result
    types that contain it. Operations that no method calls are listed as well.

    Args:
        difference: The changes.
        used: What the curated package uses.
        old: The document before.
        classes: Names of schemas -> the names that their classes have instead.
    """
    reach = Reach(old)
    names = classes or {}

    def with_touched(change: Change) -> Change:
        methods = {m for name in change.operations for m in used.functions.get(name, ())}
        types: set[str] = set()
        for schema in change.schemas:
            methods |= used.classes.get(names.get(schema, schema), set())
            for holder in reach.containing(schema):
                types |= used.types.get(names.get(holder, holder), set())
        return replace(
            change,
            methods=tuple(sorted(methods)),
            types=tuple(sorted(types)),
            uncurated=tuple(n for n in change.operations if not used.functions.get(n)),
        )

    return replace(difference, changes=tuple(map(with_touched, difference.changes)))
