"""Rewrites a corrected contract in the few forms that the rest of the generator reads.

Documents of different origin say the same in many ways. Each module here takes one kind of
construct, and the result has one form for each: named classes, one type of content per body and
response, parameters with their style. What has no equivalent stops the run by name.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from codegen.document import Json, is_list, is_object, operations, text
from codegen.errors import CodegenError
from codegen.preparing.answers import answer
from codegen.preparing.bodies import body, multipart_schemas
from codegen.preparing.parameters import parameters
from codegen.preparing.paths import ALIKE
from codegen.preparing.schemas import Schemas


def simplified(document: Json) -> Json:
    """Return a document of the same meaning in the forms that `codegen.parse` reads.

    Raises:
        CodegenError: A construct has no equivalent; the message names its place.
    """
    with _named("the document"):
        schemas = Schemas(document, multipart_schemas(document))
        result: Json = {"info": _info(document), "tags": _tags(document), "paths": {}}
    for path, method, op in operations(document):
        with _named(f"operation {op['operationId']}"):
            made = _operation(document, path, method, op, schemas)
            result["paths"].setdefault(path, {})[method] = made
    with _named("the schemas"):
        return {**result, "components": {"schemas": schemas.finished()}}


@contextmanager
def _named(place: str) -> Generator[None, None, None]:
    """Turn errors of reading into one that names the place.

    A document has a value of another type in so many places that not each of them has a check.
    """
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise CodegenError(f"{place}: is not valid OpenAPI: {reason}") from error


def _info(document: Json) -> Json:
    info = document.get("info")
    if not is_object(info) or not all(isinstance(info.get(k), str) for k in ("title", "version")):
        raise CodegenError("the contract is not valid OpenAPI: info has no title and version")
    return info


def _tags(document: Json) -> list[Json]:
    tags: Any = document.get("tags") or []
    if not is_list(tags) or not all(is_object(t) and isinstance(t.get("name"), str) for t in tags):
        raise CodegenError("the contract is not valid OpenAPI: tags is not a list of named objects")
    return [{"name": tag["name"], "description": text(tag.get("description"))} for tag in tags]


def _operation(document: Json, path: str, method: str, op: Json, schemas: Schemas) -> Json:
    result: Json = {key: op[key] for key in ("operationId", "tags", "x-repeatable") if key in op}
    result |= {key: text(op.get(key)) for key in ("summary", "description")}
    if ALIKE in op:
        result["description"] += (
            f"\n\nThe contract gives it no operationId, and `{op[ALIKE]}` is the name of another"
            " operation, too: patch the id for a name that reads better."
        )
    item = document["paths"][path]
    result["parameters"] = parameters(document, path, method, item, op, schemas)
    sent = body(document, path, method, op, schemas)
    if sent is not None:
        result["requestBody"] = sent
    result["x-answer"] = answer(document, path, method, op, schemas)
    if servers := op.get("servers") or item.get("servers"):
        urls = [text(one.get("url")) for one in servers if is_object(one)]
        result["x-servers"] = [url for url in urls if url]
    return result
