"""Makes the document that the parser of openapi-python-client reads: schemas, and nothing else.

The parser escapes enum values, strips control characters from them, and drops one of two that
become equal. It also refuses names of parameters, paths and media types, which are no concern of
types. So it gets encoded enum values and names of properties, and each schema of an operation
as a numbered response. It does not get texts and defaults: `codegen.parse` takes them
from the contract.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from codegen.document import Json, is_list, operations

_CODED = re.compile(r"\bzz((?:[0-9a-f]{2})*)zz\b")
_STRUCTURE = ("$ref", "type", "format")
ANSWER = "answer"
BODY = "body"


def prepared(document: Json) -> Json:
    """Return a simplified document for the parser."""
    named: Json = document["components"]["schemas"]
    return {
        "openapi": "3.1.0",
        "info": {"title": "contract", "version": "1"},
        "paths": {
            f"/{number}": {
                "get": {
                    "operationId": f"o{number}",
                    "tags": ["everything"],
                    "responses": {
                        str(place): {
                            "description": "",
                            "content": {"application/json": {"schema": _coded(schema)}},
                        }
                        for place, (_, schema) in enumerate(schemas_of(op))
                    },
                }
            }
            for number, (_, _, op) in enumerate(operations(document))
        },
        "components": {"schemas": {name: _coded(schema) for name, schema in named.items()}},
    }


def schemas_of(op: Json) -> Iterator[tuple[str, Json]]:
    """Yield the schemas of a simplified operation: its response, its body, its parameters."""
    yield ANSWER, op["x-answer"].get("schema", {})
    yield BODY, op.get("requestBody", {}).get("schema", {})
    for raw in op["parameters"]:
        yield f"{raw['in']} {raw['name']}", raw["schema"]


def coded(text: str) -> str:
    """Return `text` as a word that the parser leaves as it is."""
    return f"zz{text.encode().hex()}zz"


def plain(text: str) -> str:
    """Decode the coded words in `text`."""
    return _CODED.sub(lambda m: bytes.fromhex(m[1]).decode(), text)


def _coded(schema: Json) -> Json:
    """Return the structure of a schema, with encoded enum values."""
    result: Json = {key: schema[key] for key in _STRUCTURE if key in schema}
    if "enum" in schema:
        result["enum"] = [coded(value) for value in schema["enum"]]
    if "properties" in schema:
        result["properties"] = {
            coded(key): _coded(one) for key, one in schema["properties"].items()
        }
    if is_list(parts := schema.get("anyOf")):
        result["anyOf"] = [_coded(part) for part in parts]
    for key in ("items", "additionalProperties"):
        if key in schema:
            result[key] = _coded(schema[key])
    return result
