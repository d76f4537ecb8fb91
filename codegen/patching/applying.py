"""Applies corrections to a document, by its structure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from codegen.document import Json, is_object, nodes, operations, schemas
from codegen.patching.outcome import (
    ABSENT,
    Conflict,
    ConflictingPatches,
    LeftOut,
    Table,
)
from codegen.patching.reading import Names, Patch, Patches
from codegen.structure import Kind, is_words, kind_at, same

_REFERENCE = "#/components/schemas/"
_GONE = "the contract does not have it any more"


def corrected(document: Json, patches: Patches) -> list[LeftOut]:
    """Correct a document in place.

    Returns:
        The corrections that were left out: their place is gone, or has the wanted value already.

    Raises:
        ConflictingPatches: Places hold something else than their corrections expect; the message
            names all of them.
    """
    left, conflicts = attempted(document, patches)
    if conflicts:
        raise ConflictingPatches(conflicts)
    return left


def attempted(
    document: Json, patches: Patches, *, rename: bool = True
) -> tuple[list[LeftOut], list[Conflict]]:
    """Correct a document in place, as far as possible.

    Args:
        document: The contract.
        patches: The corrections.
        rename: Whether schemas get the names that their classes have.

    Returns:
        The corrections that were left out, and those that contradict the document.
    """
    left: list[LeftOut] = []
    conflicts: list[Conflict] = []
    by_id = {str(op.get("operationId")): op for _, _, op in operations(document)}
    for patch in patches.patches:
        found = _apply(document, by_id, patch)
        if isinstance(found, LeftOut):
            left.append(found)
        elif found is not None:
            conflicts.append(found)
    left.extend(_listed(document, "optional", patches.optional, _make_optional))
    left.extend(_listed(document, "explicit", patches.explicit, _make_explicit))
    left.extend(_listed(document, "order", patches.order, _put_first))
    for operation_id in patches.repeatable:
        if operation_id in by_id:
            by_id[operation_id]["x-repeatable"] = True
        else:
            left.append(LeftOut("repeatable", operation_id, _GONE, (operation_id,)))
    renames = _renames(schemas(document), patches, left, conflicts)
    if rename and renames:
        _rename(document, renames)
    return left, conflicts


def _apply(document: Json, by_id: Mapping[str, Json], patch: Patch) -> LeftOut | Conflict | None:
    """Apply one correction, or return why it was not."""
    root: Any = document
    if patch.operation:
        root = by_id.get(patch.operation)
    elif patch.schema:
        root = schemas(document).get(patch.schema)
    if root is None:
        return LeftOut("patch", patch.name, _GONE, patch.number)
    top = root
    *parents, last = patch.at
    for part in parents:
        if not is_object(root) or "$ref" in root:
            return Conflict(f"patch {patch.name}", patch.line, root, patch.expect, _MOVED)
        if part not in root:
            return LeftOut("patch", patch.name, f"there is no {part!r} at its place", patch.number)
        root = root[part]
    if not is_object(root) or "$ref" in root:
        return Conflict(f"patch {patch.name}", patch.line, root, patch.expect, _MOVED)
    present = root.get(last, ABSENT)
    wanted = ABSENT if patch.removes else patch.value
    kind = kind_at(patch.at, top)
    if _agree(present, wanted, kind):
        reason = "it is gone already" if patch.removes else "the contract has this value already"
        return LeftOut("patch", patch.name, reason, patch.number)
    # Where the words of a document are replaced, other words are no reason to stop.
    if not is_words(kind_at(parents, top), last) and not _agree(present, patch.expect, kind):
        if present == ABSENT:
            reason = f"there is no {last!r} at its place"
            return LeftOut("patch", patch.name, reason, patch.number)
        return Conflict(f"patch {patch.name}", patch.line, present, patch.expect)
    if patch.removes:
        del root[last]
    else:
        # Copied, because a later patch may change its contents.
        root[last] = deepcopy(patch.value)
    return None


_MOVED = "Its place is a reference or a list now: correct what it refers to, or the whole list."


def _agree(one: Any, other: Any, kind: Kind) -> bool:
    if ABSENT in (one, other):
        return bool(one == other)
    return same(one, other, kind)


Change = Callable[[Json, list[str]], Iterator[tuple[str, str]]]
"""Changes properties of a schema; yields what it left out, with the reason: a property, or all of
them by an empty name."""


def _listed(document: Json, table: Table, listed: Names, change: Change) -> Iterator[LeftOut]:
    for name, properties in listed.items():
        schema = schemas(document).get(name)
        if not is_object(schema):
            yield LeftOut(table, name, "no such schema", (name,))
            continue
        there: Any = schema.get("properties", {})
        held = [one for one in properties if one in there]
        for one in properties:
            if one not in held:
                yield LeftOut(table, f"{name}.{one}", "no such property", (name, one))
        for one, reason in change(schema, held) if held else ():
            if one:
                yield LeftOut(table, f"{name}.{one}", reason, (name, one))
            else:
                yield LeftOut(table, name, reason, (name,))


def _make_optional(schema: Json, names: list[str]) -> Iterator[tuple[str, str]]:
    required = schema.get("required", [])
    for name in names:
        if name in required:
            required.remove(name)
        else:
            yield name, "it is not required"


def _make_explicit(schema: Json, names: list[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        schema["properties"][name]["x-explicit"] = True
    yield from ()


def _put_first(schema: Json, names: list[str]) -> Iterator[tuple[str, str]]:
    """Move properties to the front, in this order."""
    properties: Json = schema["properties"]
    if [*properties][: len(names)] == names:
        yield "", "the contract has this order already"
    rest = [name for name in properties if name not in names]
    schema["properties"] = {name: properties[name] for name in (*names, *rest)}


def _renames(
    found: Json, patches: Patches, left: list[LeftOut], conflicts: list[Conflict]
) -> dict[str, str]:
    renames: dict[str, str] = {}
    taken = set(found)
    for old, new in patches.renames.items():
        if old not in found:
            reason = f"the schema is {new} already" if new in found else "no such schema"
            left.append(LeftOut("rename_schemas", old, reason, (old,)))
        elif new in taken:
            advice = f"Two schemas would be {new}: choose another name for one of them."
            line = patches.rename_lines.get(old, 1)
            conflicts.append(Conflict(f"rename {old}", line, new, ABSENT, advice))
        else:
            renames[old] = new
            taken.add(new)
    return renames


def _rename(document: Json, renames: Mapping[str, str]) -> None:
    found = schemas(document)
    document["components"]["schemas"] = {renames.get(k, k): v for k, v in found.items()}
    for node in nodes(document):
        target = node.get("$ref")
        if isinstance(target, str) and target.removeprefix(_REFERENCE) in renames:
            node["$ref"] = _REFERENCE + renames[target.removeprefix(_REFERENCE)]
