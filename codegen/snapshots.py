"""Extracts one published contract from `openapi.json`, which merges several of them.

The mark `x-contract` lists the contracts that something belongs to; what has no mark belongs to all
of them. A correction applies to a snapshot when the snapshot has what it corrects. The other
corrections belong to other snapshots; they are skipped and named.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from codegen.document import METHODS, Json, is_list, is_object, operations, pointer, schemas
from codegen.patches import Patches

MARK = "x-contract"


def snapshot(document: Json, mark: str) -> Json:
    """Return the document without what belongs to other contracts only.

    Args:
        document: The merged contracts.
        mark: The contract to extract, such as ``2026-03``.
    """
    result = deepcopy(document)
    for path, item in list(result["paths"].items()):
        for method in METHODS:
            if method in item and not _holds(item[method], mark):
                del item[method]
        if not any(method in item for method in METHODS):
            del result["paths"][path]
    named = schemas(result)
    for name in [name for name, schema in named.items() if not _holds(schema, mark)]:
        del named[name]
    for schema in named.values():
        _drop_properties(schema, mark)
    unmarked: Json = _unmarked(result)
    return unmarked


def _holds(value: Any, mark: str) -> bool:
    return not is_object(value) or mark in value.get(MARK, [mark])


def _drop_properties(schema: Any, mark: str) -> None:
    properties = schema.get("properties") if is_object(schema) else None
    if not is_object(properties):
        return
    gone = {name for name, value in properties.items() if not _holds(value, mark)}
    for name in gone:
        del properties[name]
    if "required" in schema:
        schema["required"] = [name for name in schema["required"] if name not in gone]


def _unmarked(value: Any) -> Any:
    """Remove the marks: a published contract has none, and all its properties are certain."""
    if is_list(value):
        return [_unmarked(item) for item in value]
    if not is_object(value):
        return value
    return {key: _unmarked(item) for key, item in value.items() if key != MARK}


def patches_for(patches: Patches, document: Json) -> tuple[Patches, list[str]]:
    """Return the corrections for a snapshot, and the names of the skipped ones.

    A correction is skipped when the snapshot lacks its operation, schema or property. The others
    have to apply.
    """
    by_id = {op["operationId"]: op for _, _, op in operations(document)}
    named = schemas(document)
    left: list[str] = []
    kept: list[Json] = []
    for patch in patches.patches:
        if _has_subject(patch, by_id, named, document):
            kept.append(patch)
        else:
            left.append(f"{patch.get('operation', patch.get('schema', ''))}{patch['at']}")
    lists = {
        "optional": patches.optional or {},
        "order": patches.order or {},
        "explicit": patches.explicit or {},
    }
    tables: dict[str, dict[str, list[str]]] = {table: {} for table in lists}
    for table, by_schema in lists.items():
        for schema, names in by_schema.items():
            held = named.get(schema, {}).get("properties", {})
            left += [f"{table} {schema}.{name}" for name in names if name not in held]
            if mine := [name for name in names if name in held]:
                tables[table][schema] = mine
    renames = {old: new for old, new in (patches.renames or {}).items() if old in named}
    left += [f"rename of {old}" for old in patches.renames or {} if old not in named]
    repeatable = tuple(name for name in patches.repeatable if name in by_id)
    left += [f"repeatable {name}" for name in patches.repeatable if name not in by_id]
    kept_here = replace(
        patches,
        patches=tuple(kept),
        optional=tables["optional"],
        order=tables["order"],
        explicit=tables["explicit"],
        renames=renames,
        repeatable=repeatable,
    )
    return kept_here, left


def _has_subject(
    patch: Json, by_id: Mapping[str, Json], named: Mapping[str, Json], document: Json
) -> bool:
    if "operation" in patch:
        return patch["operation"] in by_id
    if "schema" not in patch:
        return bool(document)
    if patch["schema"] not in named:
        return False
    keys = pointer(patch["at"])
    of_property = len(keys) > 2 and keys[0] == "properties"
    return not of_property or keys[1] in named[patch["schema"]].get("properties", {})
