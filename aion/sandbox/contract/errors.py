"""Error bodies, in the shape that each group of routes uses.

A handler raises `ApiError` (or `InvalidRequest` for a 422) whatever the shape: the same error is
`{"error": {...}}` on most routes, the chat shape under /chat, the flat shape under
/user-files, and an older flat one on /describe/ and /verify/. The code is the same string in
every shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from aion.sandbox.settings.options import API_PREFIX

Group = Literal["general", "chat", "files", "older"]
"""Which error shape a path uses."""

DEFAULT_CODES: Final = {
    400: "VALIDATION_ERROR",
    401: "INVALID_API_KEY",
    402: "SUBSCRIPTION_REQUIRED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "CONFLICT",
    413: "FILE_TOO_LARGE",
    429: "RATE_LIMIT_ERROR",
    500: "INTERNAL_ERROR",
    501: "NOT_IN_SANDBOX",
    502: "IMAGE_PROCESSING_ERROR",
    503: "SERVICE_UNAVAILABLE",
    504: "TIMEOUT",
}
"""Default error code of a status."""


class ApiError(Exception):
    """An error response, before it is put into the shape of its route."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        details: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or DEFAULT_CODES.get(status, f"HTTP_{status}")
        self.details = details
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a request, and its place."""

    loc: tuple[str | int, ...]
    msg: str
    type: str


class InvalidRequest(Exception):
    """A request that does not match the contract: status 422, whatever the route."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{'.'.join(map(str, p.loc))}: {p.msg}" for p in problems))
        self.problems = tuple(problems)

    def body(self) -> dict[str, Any]:
        """Return the list of problems in its wire form."""
        return {
            "detail": [{"loc": list(p.loc), "msg": p.msg, "type": p.type} for p in self.problems]
        }


def group_of(path: str) -> Group:
    """Return the error shape that a path uses."""
    if path.startswith(f"{API_PREFIX}/chat/") or path == f"{API_PREFIX}/chat":
        return "chat"
    if path.startswith(f"{API_PREFIX}/user-files/") or path == f"{API_PREFIX}/user-files":
        return "files"
    if path in {f"{API_PREFIX}/describe/", f"{API_PREFIX}/verify/"}:
        return "older"
    return "general"


def error_body(error: ApiError, group: Group, request_id: str, now: str) -> dict[str, Any]:
    """Return the error in the shape of its group; the chat shape has no request id."""
    if group == "chat":
        return {
            "error": error.message,
            "error_code": error.code,
            "detail": None,
            "timestamp": now,
        }
    if group == "files":
        details = {**(error.details or {}), "request_id": request_id}
        return {"error": error.code, "message": error.message, "details": details}
    if group == "older":
        return {
            "error_code": error.code,
            "message": error.message,
            "details": error.details,
            "request_id": request_id,
            "timestamp": now,
        }
    return {
        "error": {"code": error.code, "message": error.message, "details": error.details or {}},
        "request_id": request_id,
    }


ERROR_SCHEMAS: Final[dict[Group, dict[str, Any]]] = {
    "general": {
        "type": "object",
        "required": ["error", "request_id"],
        "additionalProperties": False,
        "properties": {
            "request_id": {"type": "string"},
            "error": {
                "type": "object",
                "required": ["code", "message", "details"],
                "additionalProperties": False,
                "properties": {
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "details": {"type": "object"},
                },
            },
        },
    },
    "chat": {"$ref": "#/components/schemas/ChatErrorResponse"},
    "files": {"$ref": "#/components/schemas/UserFilesError"},
    "older": {"$ref": "#/components/schemas/ErrorResponse"},
}
"""Schemas of error responses where the contract declares no body for the status."""
