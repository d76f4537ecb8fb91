"""Checks recorded interactions against the contract, with the checks of the sandbox."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aion.sandbox.contract.contract import Operation, load_contract
from aion.sandbox.contract.errors import InvalidRequest
from aion.sandbox.contract.validation import Validators, load_validators
from aion.sandbox.store.signing import OBJECTS_PREFIX
from aion.testing._scrubbing import REDACTED, parts_of

_FIELD = re.compile(r'\bname="([^"]*)"')
_JSON = "application/json"
_BESIDES = {"send_chat_message": ("images", "metadata")}
"""Fields of a response in the documentation that the contract does not have."""


def problems(request: Any, response: Any) -> list[str]:
    """Return violations of the contract by a recorded request or its response.

    Args:
        request: A request as vcrpy stores it.
        response: Its response.
    """
    parts = urlsplit(str(request.uri))
    if parts.path.startswith(OBJECTS_PREFIX):
        # Object storage is outside of the contract; a credential has no place there.
        return ["a key was sent to storage"] if "authorization" in request.headers else []
    operations, values = load_contract().find(parts.path)
    operation = operations.get(request.method)
    if operation is None:
        return [f"{request.method} {parts.path} is not in the contract"]
    return [*_of_request(operation, values, request, parts.query), *_of_answer(operation, response)]


def _of_request(
    operation: Operation, values: tuple[str, ...], request: Any, query: str
) -> Iterator[str]:
    checks = load_validators()
    given: dict[str, dict[str, list[str]]] = {
        "path": {name: [value] for name, value in zip(operation.path_names, values, strict=True)},
        "query": {},
        "header": {
            one.name: [request.headers[one.name]]
            for one in operation.placed("header")
            if one.name in request.headers
        },
    }
    for name, value in parse_qsl(query, keep_blank_values=True):
        given["query"].setdefault(name, []).append(value)
    try:
        for place, found in given.items():
            checks.parameters(operation, place, found)
        if operation.body_schema is None:
            if request.body:
                yield "a body was sent, and the operation takes none"
        elif request.body or operation.body_required:
            checks.body(operation, _sent(checks, operation, request))
    except InvalidRequest as error:
        yield f"the request is off contract: {error.body()}"


def _sent(checks: Validators, operation: Operation, request: Any) -> Any:
    body: bytes = request.body or b""
    kind: str = request.headers.get("content-type", "")
    if operation.body_type == "multipart/form-data":
        return _form(checks, operation, parts_of(body, kind))
    if operation.body_type == _JSON:
        # A redacted value had a valid length, which its replacement does not show.
        return json.loads(body.replace(f'"{REDACTED}"'.encode(), b'"%s"' % (b"x" * 40)))
    readers = checks.form_readers(operation)
    pairs = parse_qsl(body.decode(), keep_blank_values=True)
    return {name: readers[name](text) if name in readers else text for name, text in pairs}


def _form(
    checks: Validators, operation: Operation, parts: list[tuple[str, bytes]]
) -> dict[str, Any]:
    readers, files = checks.form_readers(operation), checks.form_files(operation)
    form: dict[str, Any] = {}
    for head, content in parts:
        found = _FIELD.search(head)
        assert found is not None, f"a part without a name: {head}"
        name = found[1]
        if name not in files:
            form[name] = readers[name](content.decode()) if name in readers else content.decode()
        elif files[name]:
            form.setdefault(name, []).append("file")
        else:
            form[name] = "file"
    return form


def _of_answer(operation: Operation, response: Any) -> Iterator[str]:
    status: int = response["status"]["code"]
    body: bytes = response["body"]["string"]
    kinds: list[str] = response["headers"].get("content-type", [""])
    if kinds[0].startswith(_JSON):
        value = json.loads(body)
        for name in _BESIDES.get(operation.id.partition("_api_v2")[0], ()):
            value.pop(name, None)
        found = load_validators().answer(operation, status, value)
        if found is not None:
            yield f"the answer is off contract: {found}"
    elif str(status) not in operation.answers:
        yield f"status {status} of {operation.id} is not declared"
    elif status == 204 and body:
        yield "an answer 204 has a body"
