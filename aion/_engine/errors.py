"""Turns a response into its decoded value or a typed error. No other module does.

Whatever the service, a proxy or a broken connection sends, the result is the decoded value, or a
typed error that has method, path, status, code and request id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from urllib.parse import unquote

from aion._engine import jsontext, retry
from aion._engine.shapes import conform
from aion._engine.transient import FINAL_FAULTS
from aion._http import targets
from aion._http.wire import Fault, Reply
from aion.exceptions import (
    AionvisionConnectionError,
    AionvisionError,
    AionvisionPermissionError,
    AionvisionTimeoutError,
    AuthenticationError,
    ChatError,
    MissingOperationError,
    QuotaExceededError,
    RateLimitError,
    ResourceNotFoundError,
    ServerError,
    ValidationError,
)
from aion_api import PREFIX, Operation

T = TypeVar("T")
_OF_SANDBOX = "UNKNOWN_ROUTE"
"""The sandbox's code for a path that is not in the contract."""
_STANDARD_WORDS = ("not found", "method not allowed")
"""The messages of web servers for a path or a method that they do not know."""
_MOST_METHODS = 3
"""Most methods that a message names."""
_EXCERPT = 200
"""Most characters of an unreadable body that an error message shows."""


@dataclass(slots=True)
class Problem:
    """The contents of an error body, whatever its shape."""

    code: str | None = None
    message: str | None = None
    details: dict[str, Any] = field(default_factory=dict[str, Any])
    request_id: str | None = None


def problem(reply: Reply) -> Problem:
    """Parse an error body. A body of an unknown shape is quoted and shortened."""
    try:
        data = json.loads(reply.body) if reply.body and not reply.truncated else None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        return Problem(message=_excerpt(reply))
    body = cast("dict[str, Any]", data)
    error = body.get("error")
    detail = body.get("detail")
    facts = Problem(request_id=_text(body.get("request_id")))
    if isinstance(error, dict):
        inner = cast("dict[str, Any]", error)
        facts.code = _text(inner.get("code"))
        facts.message = _text(inner.get("message"))
        facts.details = _mapping(inner.get("details"))
        facts.request_id = facts.request_id or _text(inner.get("request_id"))
    elif isinstance(detail, list):
        facts.code = "VALIDATION_ERROR"
        facts.message = _field_errors(cast("Sequence[Any]", detail))
        facts.details = {"errors": detail}
    else:
        facts.code = _text(body.get("error_code")) or _text(body.get("code"))
        message = _text(body.get("message"))
        if message is None and isinstance(detail, dict):
            inner = cast("dict[str, Any]", detail)
            facts.code = facts.code or _text(inner.get("code")) or _text(inner.get("error_code"))
            message = _text(inner.get("message"))
            facts.details = dict(inner)
        kind, more = _text(error), _text(detail)
        facts.message = message or kind or more
        if facts.code is None and kind is not None and message is not None:
            # The user-files routes name the kind of error in lower case.
            facts.code = kind.upper()
        facts.details = facts.details or _mapping(body.get("details"))
        if more is not None and (said := message or kind) is not None:
            # The chat routes name the error, and explain it in `detail`.
            facts.details.setdefault("detail", more)
            facts.message = _both(said, more)
    for flag in ("requires_reauth",):
        if flag in body:
            facts.details[flag] = body[flag]
    if facts.message is None:
        facts.message = _excerpt(reply)
    return facts


def error_of_reply(
    reply: Reply, operation: Operation[Any], path: str, advice: str = ""
) -> AionvisionError:
    """Return the error for an unsuccessful response.

    Args:
        reply: The response.
        operation: The operation that was called.
        path: Its path with the parameters filled in.
        advice: What to add if the service does not know the path.
    """
    # The body of a proxy that refuses credentials may quote them.
    facts = problem(reply) if reply.status != 407 else Problem()
    error = _typed(reply, facts, operation, path)
    if advice and _is_unknown_path(reply, facts):
        error.message += advice
    if facts.code:
        error.code = facts.code
    error.details = {**facts.details, **error.details}
    request_id = facts.request_id or reply.header("x-request-id")
    return error.at(
        status_code=reply.status,
        request_id=request_id,
        method=operation.method,
        path=operation.template.removeprefix(PREFIX),
    )


def _typed(reply: Reply, facts: Problem, operation: Operation[Any], path: str) -> AionvisionError:
    status = reply.status
    text = facts.message or f"the service responded with {status}"
    if facts.code in retry.QUOTA_CODES:
        return QuotaExceededError(
            text,
            available=_number(facts.details.get("available")) or 0,
            limit=_number(facts.details.get("limit")) or 0,
        )
    match status:
        case 401:
            return AuthenticationError(text)
        case 402 | 403:
            return AionvisionPermissionError(text)
        case 404:
            kind = operation.name.partition(".")[0]
            return ResourceNotFoundError(kind, _object_of(operation, path), message=text)
        case 407:
            error = AionvisionConnectionError(
                "the proxy requires other credentials (407): correct the user name and password"
                " of the proxy"
            )
            error.code = "PROXY_ERROR"
            return error
        case 408:
            return AionvisionTimeoutError(text)
        case 429:
            return RateLimitError(
                text,
                retry_after=wait_of(reply),
                limit=_number(reply.header("x-ratelimit-limit")),
                remaining=_number(reply.header("x-ratelimit-remaining")) or 0,
                reset=_number(reply.header("x-ratelimit-reset")),
            )
        case _ if status >= 500:
            return ServerError(text)
        case 400 | 409 | 413 | 422:
            return ValidationError(text)
        case _ if 300 <= status < 400:
            return _refused_redirect(reply)
        case _ if operation.name.startswith("chat."):
            return ChatError(text)
        case _:
            return AionvisionError(f"HTTP_{status}", text)


def _is_unknown_path(reply: Reply, facts: Problem) -> bool:
    """Return whether a response says that the path does not exist, rather than an object."""
    if reply.status not in (404, 405):
        return False
    if facts.code is not None:
        return facts.code == _OF_SANDBOX
    is_page = not reply.body.lstrip().startswith(b"{")
    return is_page or (facts.message or "").casefold() in _STANDARD_WORDS


def _object_of(operation: Operation[Any], path: str) -> str:
    """Return the id of the object of a call: the last parameter of its path."""
    pairs = zip(operation.template.split("/"), path.split("/"), strict=False)
    ids = [unquote(value) for name, value in pairs if name.startswith("{")]
    return ids[-1] if ids else path


def _refused_redirect(reply: Reply) -> ServerError:
    where = reply.header("location")
    try:
        shown = targets.shown(targets.reference(targets.located(where))) if where else "nowhere"
    except targets.Unusable as error:
        unusable = ServerError(f"the service redirects, but {error}")
        unusable.code = "INVALID_RESPONSE"
        return unusable
    refused = ServerError(f"the service redirects to {shown}, which is not followed")
    refused.code = "UNEXPECTED_REDIRECT"
    return refused


def error_of_fault(
    fault: Fault, operation: Operation[Any], attempts: int, advice: str = ""
) -> AionvisionError:
    """Return the error for a call without a response."""
    tries = f" ({attempts} attempts)" if attempts > 1 else ""
    text = f"{fault.text}{tries}{advice}"
    error: AionvisionError
    if fault.kind in ("timeout", "busy"):
        error = AionvisionTimeoutError(text)
    elif fault.kind == "garbled":
        error = ServerError(text)
        error.code = "INVALID_RESPONSE"
    else:
        error = AionvisionConnectionError(text)
        error.code = FINAL_FAULTS.get(fault.kind, error.code)
    return error.at(method=operation.method, path=operation.template.removeprefix(PREFIX))


def error_of_missing(operation: Operation[Any]) -> MissingOperationError:
    """Return the error for an operation that the contract of this package does not have."""
    from aion_api._missing import MissingOperation

    version, methods = "", ""
    if isinstance(operation, MissingOperation):
        version = f" {operation.contract}"
        methods = f", needed by {_listed(operation.needed_by)}" if operation.needed_by else ""
    error = MissingOperationError(
        f"the contract{version} that this package was generated from lacks the operation"
        f" {operation.name}{methods}; its request was not sent",
        operation=operation.name,
    )
    path = operation.template.removeprefix(PREFIX)
    return error.at(method=operation.method or None, path=path or None)


def _listed(methods: Sequence[str]) -> str:
    """Return the first names as text, and how many there are more."""
    shown, more = [*methods[:_MOST_METHODS]], len(methods) - _MOST_METHODS
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if shown[1:] else shown)


def decode(reply: Reply, operation: Operation[T], advice: str = "") -> T:
    """Decode the value of a successful response.

    Args:
        reply: The response.
        operation: The operation that was called.
        advice: What to add to the error for a page that is not JSON.

    Raises:
        ServerError: The body does not match the contract; code ``INVALID_RESPONSE``.
    """
    if operation.kind == "json" or (operation.kind == "json_or_empty" and reply.body):
        value = _json(reply, operation, advice)
    elif operation.kind == "json_or_empty":
        value = None
    elif operation.kind == "text":
        value = reply.body.decode("utf-8", "replace")
    elif operation.kind == "redirect":
        value = reply.header("location")
        if not value:
            raise unreadable("the response is not a redirect to an object", reply, operation)
        try:
            value = targets.reference(targets.located(value))
        except targets.Unusable as error:
            reason = str(error)
            raise unreadable(reason, reply, operation) from None
    else:
        value = reply.body
    try:
        decoded = operation.decode(value)
        conform(decoded)
    except KeyError as error:
        reason = f"the response lacks the field {error.args[0]!r}"
    except (TypeError, ValueError, AttributeError, IndexError, ArithmeticError) as error:
        reason = f"the response does not match the contract: {error}"
    else:
        return decoded
    raise unreadable(reason, reply, operation)


def _json(reply: Reply, operation: Operation[Any], advice: str) -> Any:
    try:
        return jsontext.loads(reply.body)
    except RecursionError:
        reason = "the response is nested too deeply to be read"
    except ValueError as error:
        if not reply.body:
            reason = "the response is empty"
        else:
            kind = reply.header("content-type") or "no content type"
            reason = f"the response is not JSON ({kind}; {error}): {_excerpt(reply)}{advice}"
    raise unreadable(reason, reply, operation)


def unreadable(reason: str, reply: Reply, operation: Operation[Any]) -> ServerError:
    """Return the error for a successful response that cannot be used."""
    error = ServerError(reason)
    error.code = "INVALID_RESPONSE"
    return error.at(
        status_code=reply.status,
        request_id=reply.header("x-request-id"),
        method=operation.method,
        path=operation.template.removeprefix(PREFIX),
    )


def wait_of(reply: Reply) -> int | None:
    """Return the whole seconds that a response asks to wait, or None.

    A date is compared with the clock that wrote it, the `Date` of the same response, or with the
    local clock if the response has no readable `Date`.
    """
    value = reply.header("retry-after")
    if value is None:
        return None
    sent = retry.http_date(reply.header("date") or "")
    return retry.retry_after(value, datetime.now(UTC) if sent is None else sent)


def _excerpt(reply: Reply) -> str:
    text = " ".join(reply.body[: 4 * _EXCERPT].decode("utf-8", "replace").split())
    if not text:
        what = "a body that cannot be read" if reply.truncated else "an empty body"
        return f"the service responded with {reply.status} and {what}"
    short = text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}..."
    return f"the service responded with {reply.status}: {short}"


def _field_errors(items: Sequence[Any]) -> str:
    parts: list[str] = []
    for item in items:
        if isinstance(item, dict):
            entry = cast("dict[str, Any]", item)
            place = entry.get("loc")
            where = (
                ".".join(map(str, cast("Sequence[Any]", place))) if isinstance(place, list) else ""
            )
            parts.append(f"{where}: {entry.get('msg', 'not valid')}".removeprefix(": "))
        else:
            parts.append(str(item))
    return "; ".join(parts) or "a parameter is not valid"


def _both(message: str, detail: str) -> str:
    """Join a message and its detail, unless one contains the other."""
    if detail.casefold() in message.casefold():
        return message
    if message.casefold() in detail.casefold():
        return detail
    return f"{message.rstrip('.')}: {detail}"


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _mapping(value: Any) -> dict[str, Any]:
    return dict(cast("Mapping[str, Any]", value)) if isinstance(value, dict) else {}


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None
