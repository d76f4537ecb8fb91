"""Reads a request into a validated `Call`: parameters, JSON bodies, forms of both kinds."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl

from aion.sandbox.asgi.exchange import Exchange
from aion.sandbox.auth.identity import Actor
from aion.sandbox.contract.contract import Operation
from aion.sandbox.contract.errors import InvalidRequest, Problem
from aion.sandbox.runtime.call import Call
from aion.sandbox.runtime.state import State
from aion.sandbox.store.jsontext import parse_json
from aion.sandbox.store.multipart import Form, FormReceiver

_FORM: Final = "application/x-www-form-urlencoded"


async def read_call(
    state: State,
    exchange: Exchange,
    operation: Operation,
    values: tuple[str, ...],
    actor: Actor,
) -> Call:
    """Read and validate a whole request; raises InvalidRequest or ApiError."""
    validators = state.validators
    path = dict(zip(operation.path_names, ([value] for value in values), strict=True))
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(exchange.query, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    headers = {
        one.name: [given]
        for one in operation.placed("header")
        if (given := exchange.header(one.name.lower().encode())) is not None
    }
    validators.parameters(operation, "header", headers)
    call = Call(
        operation=operation,
        state=state,
        actor=actor,
        path=validators.parameters(operation, "path", path),
        query=validators.parameters(operation, "query", query),
        body=None,
        form=None,
        origin=exchange.origin(),
        headers={key.decode("latin-1"): text.decode("latin-1") for key, text in exchange.headers},
        request_id=exchange.request_id,
        ip_address=exchange.ip_address(),
    )
    if operation.body_type == "multipart/form-data":
        call.form = await _multipart(state, exchange, operation)
    elif operation.body_type == _FORM:
        call.body = await _urlencoded(state, exchange, operation)
    elif operation.body_schema is not None:
        call.body = await _json(state, exchange, operation)
    elif exchange.has_body() and await exchange.body():
        raise InvalidRequest([Problem(("body",), "This operation takes no body", "extra")])
    return call


async def _json(state: State, exchange: Exchange, operation: Operation) -> Any:
    data = await exchange.body()
    if not data and not operation.body_required:
        return None
    if not data:
        raise InvalidRequest([Problem(("body",), "Field required", "missing")])
    _refuse_other_type(exchange, "application/json")
    try:
        value = parse_json(data)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest([Problem(("body",), f"not JSON: {error}", "json")]) from None
    state.validators.body(operation, value)
    return value


async def _urlencoded(state: State, exchange: Exchange, operation: Operation) -> dict[str, Any]:
    data = await exchange.body()
    if data:
        _refuse_other_type(exchange, _FORM)
    try:
        pairs = parse_qsl(data.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        raise InvalidRequest([Problem(("body",), "not a URL-encoded form", "form")]) from None
    readers = state.validators.form_readers(operation)
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, text in pairs:
        try:
            if name in values:
                raise ValueError("Sent more than once")
            # The schema reports an unknown field.
            values[name] = readers[name](text) if name in readers else text
        except ValueError as error:
            problems.append(Problem(("body", name), str(error), "parsing"))
    if problems:
        raise InvalidRequest(problems)
    state.validators.body(operation, values)
    return {**state.validators.form_defaults(operation), **values}


async def _multipart(state: State, exchange: Exchange, operation: Operation) -> Form:
    validators = state.validators
    fields = validators.form_files(operation)
    receiver = FormReceiver(
        state.objects,
        validators.form_readers(operation),
        fields,
        state.options.limits.max_file_bytes,
    )
    try:
        content_type = exchange.header(b"content-type") or ""
        form = await receiver.receive(content_type, exchange.pieces())
        repeated = frozenset(name for name, many in fields.items() if many)
        validators.body(operation, form.as_instance(repeated))
    except BaseException:
        receiver.form.discard()
        raise
    return form


def _refuse_other_type(exchange: Exchange, wanted: str) -> None:
    given = exchange.header(b"content-type") or ""
    if given.partition(";")[0].strip().lower() != wanted:
        raise InvalidRequest([Problem(("body",), f"Content-Type must be {wanted}", "content_type")])
