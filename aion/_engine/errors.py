"""The one place where an answer becomes a value or an exception of this package.

Whatever the service, a proxy or a broken connection sends, what leaves here is the decoded value
or a typed error with the method, path, status, code and request id filled in.
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
    QuotaExceededError,
    RateLimitError,
    ResourceNotFoundError,
    ServerError,
    ValidationError,
)
from aion_api import PREFIX, Operation

T = TypeVar("T")
_EXCERPT = 200
"""How much of an unreadable body an error message shows, in characters."""


@dataclass(slots=True)
class Problem:
    """What an error body says, whichever of its shapes it has."""

    code: str | None = None
    message: str | None = None
    details: dict[str, Any] = field(default_factory=dict[str, Any])
    request_id: str | None = None


def problem(reply: Reply) -> Problem:
    """Read an error body. Anything that is no known shape is quoted, shortened."""
    try:
        data = json.loads(reply.body) if reply.body and not reply.truncated else None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        return Problem(message=_excerpt(reply))
    body = cast("dict[str, Any]", data)
    error = body.get("error")
    detail = body.get("detail")
    found = Problem(request_id=_text(body.get("request_id")))
    if isinstance(error, dict):
        inner = cast("dict[str, Any]", error)
        found.code = _text(inner.get("code"))
        found.message = _text(inner.get("message"))
        found.details = _mapping(inner.get("details"))
        found.request_id = found.request_id or _text(inner.get("request_id"))
    elif isinstance(detail, list):
        found.code = "VALIDATION_ERROR"
        found.message = _field_errors(cast("Sequence[Any]", detail))
        found.details = {"errors": detail}
    else:
        found.code = _text(body.get("error_code")) or _text(body.get("code"))
        message = _text(body.get("message"))
        if message is None and isinstance(detail, dict):
            inner = cast("dict[str, Any]", detail)
            found.code = found.code or _text(inner.get("code")) or _text(inner.get("error_code"))
            message = _text(inner.get("message"))
            found.details = dict(inner)
        kind, more = _text(error), _text(detail)
        found.message = message or kind or more
        if found.code is None and kind is not None and message is not None:
            # The user-files routes name the kind of error in lower case.
            found.code = kind.upper()
        found.details = found.details or _mapping(body.get("details"))
        if more is not None and (said := message or kind) is not None:
            # The chat routes name the error, and tell more of it in `detail`.
            found.details.setdefault("detail", more)
            found.message = _both(said, more)
    for flag in ("requires_reauth",):
        if flag in body:
            found.details[flag] = body[flag]
    if found.message is None:
        found.message = _excerpt(reply)
    return found


def error_of_reply(reply: Reply, operation: Operation[Any], path: str) -> AionvisionError:
    """The exception for an answer that is no success."""
    # What a proxy says of the credentials that it refuses may quote them.
    found = problem(reply) if reply.status != 407 else Problem()
    error = _typed(reply, found, operation, path)
    if found.code:
        error.code = found.code
    error.details = {**found.details, **error.details}
    request_id = found.request_id or reply.header("x-request-id")
    return error.at(
        status_code=reply.status,
        request_id=request_id,
        method=operation.method,
        path=operation.template.removeprefix(PREFIX),
    )


def _typed(reply: Reply, found: Problem, operation: Operation[Any], path: str) -> AionvisionError:
    status = reply.status
    text = found.message or f"the service answered {status}"
    if found.code in retry.QUOTA_CODES:
        return QuotaExceededError(
            text,
            available=_number(found.details.get("available")) or 0,
            limit=_number(found.details.get("limit")) or 0,
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
                "the proxy wants other credentials (407): correct the user name and password"
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


def _object_of(operation: Operation[Any], path: str) -> str:
    """The id that a call was about: the last parameter of its path."""
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
    """The exception for a call that brought no answer."""
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


def decode(reply: Reply, operation: Operation[T]) -> T:
    """The value of a successful answer.

    Raises:
        ServerError: The body is not what the contract says; code ``INVALID_RESPONSE``.
    """
    if operation.kind == "json":
        value = _json(reply, operation)
    elif operation.kind == "text":
        value = reply.body.decode("utf-8", "replace")
    elif operation.kind == "redirect":
        value = reply.header("location")
        if not value:
            raise unreadable("the answer is no redirect to an object", reply, operation)
        try:
            value = targets.reference(targets.located(value))
        except targets.Unusable as error:
            reason = str(error)
            raise unreadable(reason, reply, operation) from None
    else:
        value = reply.body
    try:
        found = operation.decode(value)
        conform(found)
    except KeyError as error:
        reason = f"the answer lacks the field {error.args[0]!r}"
    except (TypeError, ValueError, AttributeError, IndexError, ArithmeticError) as error:
        reason = f"the answer does not have the shape of the contract: {error}"
    else:
        return found
    raise unreadable(reason, reply, operation)


def _json(reply: Reply, operation: Operation[Any]) -> Any:
    try:
        return jsontext.loads(reply.body)
    except RecursionError:
        reason = "the answer is nested too deeply to be read"
    except ValueError as error:
        if not reply.body:
            reason = "the answer is empty"
        else:
            kind = reply.header("content-type") or "no content type"
            reason = f"the answer is not JSON ({kind}; {error}): {_excerpt(reply)}"
    raise unreadable(reason, reply, operation)


def unreadable(reason: str, reply: Reply, operation: Operation[Any]) -> ServerError:
    """The exception for a success that cannot be used."""
    error = ServerError(reason)
    error.code = "INVALID_RESPONSE"
    return error.at(
        status_code=reply.status,
        request_id=reply.header("x-request-id"),
        method=operation.method,
        path=operation.template.removeprefix(PREFIX),
    )


def wait_of(reply: Reply) -> int | None:
    """The whole seconds that an answer asks to wait, or None.

    A date is read against the clock that wrote it, the `Date` of the same answer; against the
    local one where the answer has none that can be read.
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
        return f"the service answered {reply.status} with {what}"
    short = text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}..."
    return f"the service answered {reply.status}: {short}"


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
    """A message and its detail, without saying anything twice."""
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
