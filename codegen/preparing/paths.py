"""Completes the operations of a document: path items that are references, and missing ids.

Both are needed before patches are applied, because a patch names an operation by its id.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from copy import deepcopy
from pathlib import Path

from codegen import names
from codegen.document import METHODS, Json, is_object, operations, resolved
from codegen.errors import CodegenError

ALIKE = "x-alike"
"""Marks an operation with the name that it would have if no other had that name, too."""


def complete(document: Json, source: Path) -> None:
    """Replace references to path items by what they name, and give each operation an id.

    Raises:
        CodegenError: A reference names no path item of this document.
    """
    _include(document, source)
    _identify(document)


def _include(document: Json, source: Path) -> None:
    items: Json = document["paths"]
    used = {str(op.get("operationId")) for item in items.values() for op in _operations(item)}
    for path, item in items.items():
        target = item.get("$ref")
        if target is None:
            continue
        if not isinstance(target, str) or not target.startswith("#/"):
            raise CodegenError(
                f"{source}: path {path}: a path item of another document is not supported:"
                f" {target}; copy it into this document"
            )
        try:
            found = resolved(document, item)
        except KeyError:
            raise CodegenError(f"{source}: path {path}: $ref points at nothing: {target}") from None
        own = {key: value for key, value in item.items() if key != "$ref"}
        copied = deepcopy(found)
        for op in _operations(copied):
            # An operation at a second path needs an id of its own.
            if str(op.get("operationId")) in used:
                op.pop("operationId", None)
            used.add(str(op.get("operationId")))
        items[path] = {**copied, **own}


def _operations(item: Json) -> list[Json]:
    return [op for method in METHODS if is_object(op := item.get(method))]


def _identify(document: Json) -> None:
    """Derive a missing id from method and path.

    An id depends on its own operation alone unless two become equal; then both get a part that is
    computed from method and path. So the order of operations does not matter.
    """
    given = {
        _module_and_name(op, op["operationId"], path, method)
        for path, method, op in operations(document)
        if isinstance(op.get("operationId"), str) and op["operationId"]
    }
    derived: dict[tuple[str, str], list[tuple[str, str, Json]]] = defaultdict(list)
    for path, method, op in operations(document):
        if op.get("operationId") in (None, ""):
            name = derived_name(path, method)
            derived[_module_and_name(op, name, path, method)].append((path, method, op))
    for key, found in derived.items():
        for path, method, op in found:
            name = derived_name(path, method)
            if len(found) > 1 or key in given:
                op[ALIKE] = name
                name += "_" + hashlib.sha256(f"{method} {path}".encode()).hexdigest()[:6]
            op["operationId"] = name


def derived_name(path: str, method: str) -> str:
    """Return a readable name, such as ``get_pets_by_pet_id`` for ``GET /pets/{petId}``."""
    parts = [method]
    # Every second piece is the name of a parameter.
    for place, piece in enumerate(re.split(r"\{([^{}]*)\}", path)):
        found = [word.lower() for word in names.words(piece)]
        parts += ["by", *found] if place % 2 else found
    return "_".join(parts) if len(parts) > 1 else f"{method}_root"


def _module_and_name(op: Json, operation_id: str, path: str, method: str) -> tuple[str, str]:
    tags = op.get("tags")
    first = tags[0] if isinstance(tags, list) and tags and isinstance(tags[0], str) else "service"
    return names.snake(first), names.operation(operation_id, path, method)
