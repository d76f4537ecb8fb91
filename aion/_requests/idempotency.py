"""Makes idempotency keys, by which the service recognizes a resent request."""

from __future__ import annotations

import secrets
from typing import TypeVar

from aion_api import Request

T = TypeVar("T")


def new_key() -> str:
    """Return a key for one call: 32 letters and digits, the same for all its attempts."""
    return secrets.token_hex(16)


def keyed(request: Request[T]) -> Request[T]:
    """Mark a request as safe to resend, because it carries an idempotency key."""
    request.repeatable = True
    return request
