"""Validates and merges the headers that a program adds to every request, such as a gateway's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aion._plain_values import by_value
from aion._secrets import concealed, is_mapping
from aion.exceptions import ConfigurationError

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_VALUE = re.compile(r"[\x20-\x7e\xa0-\xff\t]*\Z")
_OURS = {
    "authorization": "pass the key as api_key",
    "x-tenant-id": "pass tenant_id",
    "x-request-id": "each attempt has its own; see send_request_id",
    "x-correlation-id": "each flow of calls has its own; see send_correlation_id",
    "idempotency-key": "calls that take one have an argument for it",
}
_MADE = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that the client sets for each request."""
_OF_TRACES = frozenset({"traceparent", "tracestate", "baggage"})
"""Headers that tracing sets, if it is enabled."""


def checked(field: str, headers: Any, *, tracing: bool) -> dict[str, str]:
    """Return headers that can be sent, with the values hidden from `repr`.

    The values may be credentials.

    Args:
        field: The name of the setting.
        headers: The headers by name; None for no headers.
        tracing: Whether the client sets the headers of a trace itself.

    Raises:
        ConfigurationError: A header cannot be sent, or belongs to the client. The message has no
            value.
    """
    if headers is None:
        return {}
    headers = concealed(headers)
    if not is_mapping(headers):
        raise ConfigurationError(
            f"{field} has to be a mapping of names to values, not {_kind(headers)}"
        )
    valid: dict[str, str] = {}
    for name, value in headers.items():
        if not isinstance(name, str) or not _NAME.match(name):
            raise ConfigurationError(f"{field} has a name that no header can have: {name!r}")
        name = by_value(name)
        made = "the client sets it for each request" if name.lower() in _MADE else None
        if tracing and name.lower() in _OF_TRACES:
            made = "tracing sets it; see propagate_trace_context"
        reason = _OURS.get(name.lower(), made)
        if reason is not None:
            raise ConfigurationError(f"{field} cannot have {name}: {reason}")
        if not isinstance(value, str) or not _VALUE.match(value) or value != value.strip():
            raise ConfigurationError(
                f"{field} has a value for {name} that no header can have: it has to be one line of"
                f" text in Latin-1, without white space around it; got {_kind(value)}"
            )
        if any(name.lower() == known.lower() for known in valid):
            raise ConfigurationError(f"{field} has {name} twice: upper and lower case are the same")
        valid[name] = value
    return valid


def merged(headers: Mapping[str, str], extra: Mapping[str, str]) -> dict[str, str]:
    """Return headers with extra ones added; these replace headers of the same name in any case."""
    names = {name.lower() for name in extra}
    others = {name: value for name, value in headers.items() if name.lower() not in names}
    return {**others, **extra}


def _kind(value: object) -> str:
    return type(value).__name__


__all__ = ["checked", "merged"]
