"""Loads the contract, applies the corrections, and checks that code can be built from it.

The document on disk has the vendor's form, defects included; `patches.toml` corrects it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from codegen.document import METHODS, Json, is_list, is_object, nodes, operations, resolved
from codegen.errors import CodegenError
from codegen.patching import LeftOut, Patches, corrected
from codegen.preparing.paths import complete

NAME = "openapi.json"
"""The contract of a project."""
_ITEM_KEYS = {*METHODS, "$ref", "parameters", "summary", "description", "servers"}


def load(path: Path, patches: Patches) -> Json:
    """Return the contract as the generator reads it: parsed, checked and corrected.

    Raises:
        CodegenError: The document or a patch is wrong; the message says how in one line.
    """
    document = read(path)
    correct(document, path, patches)
    return document


def correct(document: Json, source: Path, patches: Patches) -> list[LeftOut]:
    """Check and correct a document in place; return the corrections that were left out.

    Raises:
        CodegenError: The document is wrong, or a correction contradicts it.
    """
    by_id(document, source)
    left_out = corrected(document, patches)
    check_references(document, source)
    _drop_titles(document.get("components", {}))
    _drop_titles(document["paths"])
    return left_out


def read(path: Path) -> Json:
    """Return the document at `path` as JSON.

    Some published snapshots begin with log lines of the server that wrote them; everything before
    the first line that is just ``{`` is skipped.

    Raises:
        CodegenError: It cannot be read, or is not an OpenAPI 3.x document.
    """
    text = text_of(path)
    try:
        document = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise CodegenError(f"{path}: not valid JSON: {error.msg} at {place}") from error
    except ValueError as error:
        raise CodegenError(f"{path}: not valid JSON: {error}") from error
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise CodegenError(f"{path}: contains half a surrogate pair, which is not text") from error
    if not is_object(document):
        raise CodegenError(f"{path}: not an OpenAPI document but a JSON {type(document).__name__}")
    version = document.get("openapi")
    if not isinstance(version, str) or not version.startswith("3."):
        raise CodegenError(f"{path}: not an OpenAPI 3.x document (openapi = {version!r})")
    _check_shape(document, path)
    complete(document, path)
    # Path items from elsewhere in the document are there now.
    _check_shape(document, path)
    return document


def text_of(path: Path) -> str:
    """Return the JSON text at `path`, without log lines in front of it.

    Raises:
        CodegenError: It cannot be read.
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
    return text


def _without_repeats(pairs: list[tuple[str, Any]]) -> Json:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"one object has the key {repeated!r} twice")
    return result


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _check_shape(document: Json, source: Path) -> None:
    """Check what the passes before the parser's own validation rely on."""
    if not is_object(document.get("paths")) or not document["paths"]:
        calls = (
            "; its webhooks are requests that the service sends" if "webhooks" in document else ""
        )
        raise CodegenError(f"{source}: has no paths, so it does not describe any operation{calls}")
    for path, item in document["paths"].items():
        if not is_object(item):
            raise CodegenError(f"{source}: path {path} is not an object")
        for key, value in item.items():
            if key not in _ITEM_KEYS and not key.startswith("x-"):
                raise CodegenError(f"{source}: path {path}: {key} is not supported")
            if key in METHODS and not is_object(value):
                raise CodegenError(f"{source}: {key.upper()} {path} is not an object")
    components = document.get("components", {})
    if not is_object(components):
        raise CodegenError(f"{source}: components is not an object")
    if not is_object(components.get("schemas", {})):
        raise CodegenError(f"{source}: components.schemas is not an object")


def by_id(document: Json, source: Path) -> dict[str, Json]:
    """Return the operations of a document by their ids.

    Raises:
        CodegenError: An operation has no id, or two have the same.
    """
    found: dict[str, Json] = {}
    for path, method, operation in operations(document):
        operation_id = operation.get("operationId")
        if not operation_id or not isinstance(operation_id, str):
            raise CodegenError(f"{source}: {method.upper()} {path} has no operationId")
        tags = operation.get("tags", [])
        if not is_list(tags) or not all(isinstance(tag, str) for tag in tags):
            raise CodegenError(f"{source}: operation {operation_id}: tags is not a list of names")
        if operation_id in found:
            raise CodegenError(f"{source}: operationId {operation_id} is used twice")
        found[operation_id] = operation
    return found


def check_references(document: Json, source: Path) -> None:
    """Refuse references to nothing, or to another document.

    Raises:
        CodegenError: There is such a reference; the message names it.
    """
    for node in nodes(document):
        target = node.get("$ref")
        if not isinstance(target, str):
            continue
        if not target.startswith("#/"):
            raise CodegenError(
                f"{source}: $ref to another document is not supported: {target}; join the documents"
                " into one first"
            )
        try:
            resolved(document, node)
        except KeyError:
            raise CodegenError(f"{source}: $ref points at nothing: {target}") from None


def _drop_titles(schema: Any) -> None:
    """Remove `title` keywords (not properties of that name).

    Classes are named after their component, which is unique. Titles are not unique: FastAPI gives
    two models with the same class name the same title.
    """
    if is_list(schema):
        for item in schema:
            _drop_titles(item)
    if not is_object(schema):
        return
    if isinstance(schema.get("title"), str):
        del schema["title"]
    for key, value in schema.items():
        if key == "properties" and is_object(value):
            for item in value.values():
                _drop_titles(item)
        elif key not in ("default", "example", "examples", "enum", "const"):
            _drop_titles(value)
