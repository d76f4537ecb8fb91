"""Reads corrections of the contract from `patches.toml` and applies them to the parsed document.

Each correction is data: the place, the expected value, the new value, and the reason. A correction
whose expectation no longer holds stops the run with its name, so that a stale correction cannot
change the next contract.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from codegen.document import Json, is_list, is_object, nodes, pointer
from codegen.errors import CodegenError

_TABLES = {"explicit", "order", "patch", "optional", "rename_schemas", "repeatable"}
_KEYS = {"operation", "schema", "at", "expect", "value", "reason"}
_REQUIRED = {"at", "expect", "reason"}
_ABSENT = "absent"
_SCHEMAS = "#/components/schemas/"


class StalePatches(CodegenError):
    """Some corrections no longer apply; the message has one line for each of them."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines

    def __reduce__(self) -> tuple[type[StalePatches], tuple[list[str]]]:
        # Parts of a build run in other processes.
        return type(self), (self.lines,)


@dataclass(frozen=True)
class Patches:
    """The corrections of `patches.toml`."""

    patches: tuple[Json, ...] = ()
    optional: Mapping[str, list[str]] | None = None
    order: Mapping[str, list[str]] | None = None
    explicit: Mapping[str, list[str]] | None = None
    renames: Mapping[str, str] | None = None
    repeatable: tuple[str, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Patches:
        """Read a patch file.

        Raises:
            CodegenError: The file is not TOML, or an entry does not have the documented form.
        """
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise CodegenError(f"{path}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise CodegenError(f"{path}: not UTF-8 at byte {error.start}") from error
        except tomllib.TOMLDecodeError as error:
            raise CodegenError(f"{path}: not valid TOML: {error}") from error
        if unknown := data.keys() - _TABLES:
            raise CodegenError(f"{path}: unknown table {min(unknown)}")
        patches = data.get("patch", [])
        if not is_list(patches):
            raise CodegenError(f"{path}: patch is not a list of tables: write each as [[patch]]")
        for number, patch in enumerate(patches, 1):
            if fault := _fault(patch):
                raise CodegenError(f"{path}: patch {number} {fault}")
        renames = data.get("rename_schemas", {})
        if not _is_text_table(renames):
            raise CodegenError(f"{path}: rename_schemas is not a table: write old = new names")
        repeatable = data.get("repeatable", {})
        repeated = repeatable.get("operations", []) if is_object(repeatable) else None
        if not _is_text_list(repeated):
            raise CodegenError(f"{path}: repeatable.operations is not a list of operation ids")
        for table in ("optional", "order", "explicit"):
            found = data.get(table, {})
            if not is_object(found) or not all(map(_is_text_list, found.values())):
                raise CodegenError(
                    f"{path}: {table} is not a table: write schema = [names of properties]"
                )
        return cls(
            patches=tuple(patches),
            optional=data.get("optional", {}),
            order=data.get("order", {}),
            explicit=data.get("explicit", {}),
            renames=renames,
            repeatable=tuple(repeated),
        )

    def apply(self, document: Json, by_id: Mapping[str, Json]) -> None:
        """Correct `document` in place.

        Args:
            document: The contract.
            by_id: Its operations by operation id: the objects inside `document`.

        Raises:
            StalePatches: Corrections no longer apply; the message names all of them.
        """
        stale = [*self.correct(document, by_id), *_rename_schemas(document, self.renames or {})]
        if stale:
            raise StalePatches(stale)

    def correct(self, document: Json, by_id: Mapping[str, Json]) -> list[str]:
        """Apply every correction that still applies, except the renaming of schemas.

        Returns:
            A line for each correction that no longer applies; it changed nothing.
        """
        stale = [fault for patch in self.patches if (fault := _apply(document, by_id, patch))]
        for schema, properties in (self.optional or {}).items():
            stale.extend(_make_optional(document, schema, properties))
        for schema, properties in (self.explicit or {}).items():
            stale.extend(_make_explicit(document, schema, properties))
        for schema, properties in (self.order or {}).items():
            stale.extend(_put_first(document, schema, properties))
        for operation_id in self.repeatable:
            if operation_id in by_id:
                by_id[operation_id]["x-repeatable"] = True
            else:
                stale.append(
                    f"patches.toml: repeatable: the operation {operation_id} does not exist"
                )
        return stale


def _fault(patch: Any) -> str:
    if not is_object(patch):
        return "is not a table"
    if missing := _REQUIRED - patch.keys():
        return f"lacks {', '.join(sorted(missing))}"
    # A misspelt `value` would otherwise turn a replacement into a removal.
    if unknown := patch.keys() - _KEYS:
        return f"has an unknown key {min(unknown)}"
    if not all(isinstance(patch.get(key, ""), str) for key in ("operation", "schema", "reason")):
        return "has an operation, schema or reason that is not text"
    if not isinstance(patch["at"], str) or not patch["at"].startswith("/"):
        return "has an `at` that is not a JSON pointer such as /a/b"
    if patch["expect"] == _ABSENT and "value" not in patch:
        return "expects nothing and has no `value`, so it would do nothing"
    return ""


def _is_text_table(value: object) -> TypeGuard[dict[str, str]]:
    return is_object(value) and _is_text_list(list(value.values()))


def _is_text_list(value: object) -> TypeGuard[list[str]]:
    return is_list(value) and all(isinstance(item, str) for item in value)


def _apply(document: Json, by_id: Mapping[str, Json], patch: Json) -> str:
    """Apply one correction, or return why it no longer applies."""
    label = f"patches.toml: patch of {patch.get('operation', patch.get('schema', ''))}{patch['at']}"
    if "operation" in patch:
        root: Any = by_id.get(patch["operation"])
    elif "schema" in patch:
        root = document.get("components", {}).get("schemas", {}).get(patch["schema"])
    else:
        root = document
    if root is None:
        return f"{label} no longer applies: the contract does not have it any more"
    *parents, last = pointer(patch["at"])
    for part in parents:
        if not is_object(root) or part not in root:
            return f"{label} no longer applies: there is no {part!r} at its place"
        root = root[part]
    if not is_object(root):
        return f"{label} no longer applies: its place is not an object"
    present = root.get(last, _ABSENT)
    if present != patch["expect"]:
        return f"{label} no longer applies: found {json.dumps(present):.200}"
    if "value" in patch:
        # Copied, because a later patch may change its contents.
        root[last] = deepcopy(patch["value"])
    else:
        del root[last]
    return ""


def _make_optional(document: Json, schema: str, properties: list[str]) -> Iterator[str]:
    found = document.get("components", {}).get("schemas", {}).get(schema, {})
    for name in properties:
        if name in found.get("required", []):
            found["required"].remove(name)
        else:
            label = f"patches.toml: optional {schema}.{name}"
            yield f"{label} no longer applies: it is not required"


def _make_explicit(document: Json, schema: str, names: list[str]) -> Iterator[str]:
    found = document.get("components", {}).get("schemas", {}).get(schema, {})
    for name in names:
        if name in found.get("properties", {}):
            found["properties"][name]["x-explicit"] = True
        else:
            yield f"patches.toml: explicit {schema}.{name} no longer applies: no such property"


def _put_first(document: Json, schema: str, names: list[str]) -> Iterator[str]:
    """Move properties to the front, in this order."""
    found = document.get("components", {}).get("schemas", {}).get(schema, {})
    properties: Json = found.get("properties", {})
    known = [name for name in names if name in properties]
    for name in names:
        if name not in properties:
            yield f"patches.toml: order {schema}.{name} no longer applies: no such property"
    if known:
        rest = [name for name in properties if name not in known]
        found["properties"] = {name: properties[name] for name in (*known, *rest)}


def _rename_schemas(document: Json, renames: Mapping[str, str]) -> list[str]:
    schemas = document.get("components", {}).get("schemas", {})
    stale: list[str] = []
    taken = set(schemas)
    for old, new in renames.items():
        if old not in schemas:
            stale.append(f"patches.toml: rename of {old} no longer applies: no such schema")
        elif new in taken:
            stale.append(f"patches.toml: rename of {old}: another schema has the name {new}")
        taken.add(new)
    if stale or not renames:
        return stale
    document["components"]["schemas"] = {renames.get(k, k): v for k, v in schemas.items()}
    for node in nodes(document):
        target = node.get("$ref")
        if isinstance(target, str) and target.removeprefix(_SCHEMAS) in renames:
            node["$ref"] = _SCHEMAS + renames[target.removeprefix(_SCHEMAS)]
    return []
