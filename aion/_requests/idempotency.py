"""Idempotency keys: the service uses them to recognize a request that is resent."""

from __future__ import annotations

import secrets
from typing import Any, TypeVar

from aion import _checks as check
from aion_api import Request

T = TypeVar("T")


def new_key() -> str:
    """Return a key for one call: 32 letters and digits, the same for all of its attempts."""
    return secrets.token_hex(16)


def key_of(given: Any) -> str:
    """Return the key of the caller, or a new one for None.

    Raises:
        ValidationError: It is not a text of 1 to 128 characters.
    """
    return new_key() if given is None else check.text("idempotency_key", given, 1, 128)


def keyed(request: Request[T]) -> Request[T]:
    """Return the same request, marked as safe to repeat because it carries a key."""
    request.repeatable = True
    return request
