"""Encodes and decodes JSON as the sandbox stores and sends it: compact, and safe for any text."""

from __future__ import annotations

import json
import math
from typing import Any, Final, NoReturn

_MOST_DIGITS: Final = 308
_RANGE: Final = "a number is out of range"


def json_text(value: Any) -> str:
    """Encode compact JSON in ASCII, so that no character of a text can break its encoding."""
    return _ENCODER.encode(value)


def parse_json(data: bytes) -> Any:
    """Decode JSON strictly; a number without a fraction is an `int`, however it is written.

    Raises:
        ValueError: not JSON; or a number or text that JSON cannot carry (NaN, lone surrogates).
    """
    value = json.loads(data, parse_constant=_refuse, parse_float=_number, parse_int=_whole)
    if b"\\u" in data:
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _number(text: str) -> float:
    # The contract accepts 20.0 and 2e1 as integers, and slices need an `int`.
    value = float(text)
    if math.isinf(value):
        raise ValueError(_RANGE)
    return int(value) if value.is_integer() else value


def _whole(text: str) -> int:
    # A handler may need it as a float, which ends at 1.8e308.
    if len(text) > _MOST_DIGITS:
        raise ValueError(_RANGE)
    return int(text)


_ENCODER = json.JSONEncoder(separators=(",", ":"))
