"""Keys by which the service knows a repeated request again."""

from __future__ import annotations

import secrets
from typing import TypeVar

from aion_api import Request

T = TypeVar("T")


def new_key() -> str:
    """A key for one call: 32 letters and digits, the same for all of its attempts."""
    return secrets.token_hex(16)


def keyed(request: Request[T]) -> Request[T]:
    """The request, which carries a key and so is safe to repeat."""
    request.repeatable = True
    return request
