"""Rewrites a corrected contract in the few forms that the rest of the generator reads.

Documents of different origin say the same in many ways. Each module here takes one kind of
construct, and the result has one form for each: named classes, one type of content per body and
response, parameters with their style. What has no equivalent stops the run by name.
"""

from __future__ import annotations

from codegen.document import Json, is_object, operations
from codegen.preparing.answers import answer
from codegen.preparing.bodies import body, multipart_schemas
from codegen.preparing.parameters import parameters
from codegen.preparing.schemas import Schemas


def simplified(document: Json) -> Json:
    """Return a document of the same meaning in the forms that `codegen.parse` reads.

    Raises:
        CodegenError: A construct has no equivalent; the message names its place.
    """
    schemas = Schemas(document, multipart_schemas(document))
    paths: Json = {}
    for path, method, op in operations(document):
        paths.setdefault(path, {})[method] = _operation(document, path, method, op, schemas)
    rest = {key: value for key, value in document.items() if key not in ("paths", "components")}
    return {**rest, "paths": paths, "components": {"schemas": schemas.finished()}}


def _operation(document: Json, path: str, method: str, op: Json, schemas: Schemas) -> Json:
    result: Json = {
        key: value
        for key, value in op.items()
        if key in ("operationId", "tags", "summary", "description", "x-repeatable")
    }
    item = document["paths"][path]
    result["parameters"] = parameters(document, path, method, item, op, schemas)
    sent = body(document, path, method, op, schemas)
    if sent is not None:
        result["requestBody"] = sent
    result["x-answer"] = answer(document, path, method, op, schemas)
    if servers := op.get("servers") or item.get("servers"):
        result["x-servers"] = [one["url"] for one in servers if is_object(one) and "url" in one]
    return result
