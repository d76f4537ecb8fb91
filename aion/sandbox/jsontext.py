"""JSON as the sandbox stores and sends it: compact, and safe for any text."""

from __future__ import annotations

import json
from typing import Any, NoReturn


def json_text(value: Any) -> str:
    """Compact JSON in ASCII, so that no character of a text can break its encoding."""
    return _ENCODER.encode(value)


def parse_json(data: bytes) -> Any:
    """Decode JSON strictly.

    Raises:
        ValueError: not JSON; or a number or text that JSON cannot carry (NaN, lone surrogates).
    """
    value = json.loads(data, parse_constant=_refuse)
    if b"\\u" in data:
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_ENCODER = json.JSONEncoder(separators=(",", ":"))
