"""Load the contract, correct it with `patches.toml`, and make sure that it can be built on.

The document on disk keeps the vendor's shape, defects included. Each correction is data: where,
what is expected there, what it becomes, and why. A patch whose expectation no longer holds ends
the run and is named, so that the next contract cannot be changed by a stale correction.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from codegen.errors import CodegenError

Json = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Patches:
    """The corrections of `patches.toml`."""

    patches: list[Json] = field(default_factory=list[Json])
    renames: dict[str, str] = field(default_factory=dict[str, str])
    repeatable: frozenset[str] = frozenset()

    @classmethod
    def load(cls, path: Path) -> Patches:
        """Read a patch file.

        Raises:
            CodegenError: The file is not TOML, or an entry lacks a key.
        """
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise CodegenError(f"{path}: cannot be read: {error.strerror}") from error
        except tomllib.TOMLDecodeError as error:
            raise CodegenError(f"{path}: not valid TOML: {error}") from error
        for number, patch in enumerate(data.get("patch", []), 1):
            missing = {"at", "expect", "reason"} - patch.keys()
            if missing:
                raise CodegenError(f"{path}: patch {number} lacks {', '.join(sorted(missing))}")
        return cls(
            patches=data.get("patch", []),
            renames=data.get("rename_schemas", {}),
            repeatable=frozenset(data.get("repeatable", {}).get("operations", [])),
        )


def load(path: Path, patches: Patches) -> Json:
    """The contract as the generator reads it: parsed, checked and corrected.

    Raises:
        CodegenError: One line that says what is wrong with the document or a patch.
    """
    document = read(path)
    by_id = _operations_by_id(document, path)
    for patch in patches.patches:
        _apply(document, by_id, patch)
    _rename_schemas(document, patches.renames)
    for operation_id in sorted(patches.repeatable):
        if operation_id not in by_id:
            raise CodegenError(f"patches.toml: repeatable names no operation: {operation_id}")
        by_id[operation_id]["x-repeatable"] = True
    _check_references(document, path)
    for schema in document.get("components", {}).get("schemas", {}).values():
        _drop_titles(schema)
    for operation in by_id.values():
        _drop_titles(operation)
    return document


def read(path: Path) -> Json:
    """The document at `path` as JSON.

    Some published snapshots begin with log lines of the server that wrote them; everything before
    the first line that is just ``{`` is passed over.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CodegenError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CodegenError(f"{path}: not UTF-8 at byte {error.start}") from error
    if not text.lstrip().startswith("{"):
        _, found, rest = text.partition("\n{\n")
        text = "{\n" + rest if found else text
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise CodegenError(f"{path}: not valid JSON: {error.msg} at {place}") from error
    except RecursionError as error:
        raise CodegenError(f"{path}: nested too deeply to be a contract") from error
    version = document.get("openapi") if isinstance(document, dict) else None
    if not isinstance(version, str) or not version.startswith("3."):
        raise CodegenError(f"{path}: not an OpenAPI 3.x document (openapi = {version!r})")
    if not isinstance(document.get("paths"), dict):
        raise CodegenError(f"{path}: has no paths object, so it describes no operation")
    return cast(Json, document)


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Every (path, method, operation) of a document, in its order."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def _operations_by_id(document: Json, source: Path) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for path, method, operation in operations(document):
        operation_id = operation.get("operationId")
        if not operation_id:
            raise CodegenError(f"{source}: {method.upper()} {path} has no operationId")
        if operation_id in found:
            raise CodegenError(f"{source}: operationId {operation_id} is used twice")
        found[operation_id] = operation
    return found


def _apply(document: Json, by_id: dict[str, Json], patch: Json) -> None:
    label = f"patches.toml: patch of {patch.get('operation', patch.get('schema', ''))}{patch['at']}"
    if "operation" in patch:
        root: Any = by_id.get(patch["operation"])
    elif "schema" in patch:
        root = document.get("components", {}).get("schemas", {}).get(patch["schema"])
    else:
        root = document
    if root is None:
        raise CodegenError(f"{label} no longer applies: it is gone from the contract")
    *parents, last = [part.replace("~1", "/") for part in patch["at"].strip("/").split("/")]
    for part in parents:
        if not isinstance(root, dict) or part not in root:
            raise CodegenError(f"{label} no longer applies: no {part!r} there")
        root = cast(Json, root)[part]
    present = root.get(last, "absent") if isinstance(root, dict) else "absent"
    if present != patch["expect"]:
        found = json.dumps(present)
        raise CodegenError(f"{label} no longer applies: found {found:.200}")
    if "value" in patch:
        root[last] = patch["value"]
    else:
        del root[last]


def _rename_schemas(document: Json, renames: dict[str, str]) -> None:
    if not renames:
        return
    schemas = document.get("components", {}).get("schemas", {})
    for old, new in renames.items():
        if old not in schemas:
            raise CodegenError(f"patches.toml: rename of {old} no longer applies: no such schema")
        if new in schemas:
            raise CodegenError(f"patches.toml: rename of {old}: {new} is taken")
    document["components"]["schemas"] = {renames.get(k, k): v for k, v in schemas.items()}
    prefix = "#/components/schemas/"
    for node in _nodes(document):
        target = node.get("$ref")
        if isinstance(target, str) and target.removeprefix(prefix) in renames:
            node["$ref"] = prefix + renames[target.removeprefix(prefix)]


def _check_references(document: Json, source: Path) -> None:
    for node in _nodes(document):
        target = node.get("$ref")
        if not isinstance(target, str):
            continue
        if not target.startswith("#/"):
            raise CodegenError(f"{source}: $ref to another document is not supported: {target}")
        found: Any = document
        for part in target[2:].split("/"):
            part = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, dict) or part not in found:
                raise CodegenError(f"{source}: $ref points at nothing: {target}")
            found = cast(Json, found)[part]


def _nodes(value: Any) -> Iterator[Json]:
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            yield cast(Json, node)
            stack.extend(cast(Json, node).values())
        elif isinstance(node, list):
            stack.extend(cast(list[Any], node))


def _drop_titles(schema: Any) -> None:
    """Remove `title` keywords (not properties of that name).

    Classes are named after their component, which is unique; titles are not: FastAPI gives two
    models of one class name the same one.
    """
    if isinstance(schema, list):
        for item in cast(list[Any], schema):
            _drop_titles(item)
    if not isinstance(schema, dict):
        return
    node = cast(Json, schema)
    if isinstance(node.get("title"), str):
        del node["title"]
    for key, value in node.items():
        if key == "properties" and isinstance(value, dict):
            for item in cast(Json, value).values():
                _drop_titles(item)
        elif key not in ("default", "example", "examples", "enum", "const"):
            _drop_titles(value)
