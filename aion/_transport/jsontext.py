"""Reading the JSON of answers: with orjson where the extra ``speed`` is installed.

Both readers give the same values and refuse the same bodies. What the standard library reads and
orjson does not (``NaN``, UTF-16, lone surrogates) or reads otherwise (integers beyond 64 bits, as
floats) is left to the standard library.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

_Reader = Callable[[bytes], Any]
_scan = json.JSONDecoder().raw_decode
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_LONG_NUMBER = b"0" * 19
"""No shorter number is beyond 64 bits."""


def _quick() -> _Reader | None:
    """A reader that uses orjson, or None where it is not installed."""
    try:
        from orjson import loads as quick
    except ImportError:
        return None

    def read(body: bytes) -> Any:
        if _LONG_NUMBER not in body.translate(_DIGITS):
            try:
                return quick(body)
            except ValueError:
                # Read again below: with the standard library's result, or its error.
                pass
        return json.loads(body)

    return read


_reader: _Reader | None = None


def loads(body: bytes) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: It is none.
        RecursionError: It is nested too deeply.
    """
    return (_reader or use_orjson(True))(body)


def read(text: str) -> Any:
    """The value of a JSON text that is decoded already, and short: at less cost than `loads`.

    Raises:
        ValueError: It is none.
        RecursionError: It is nested too deeply.
    """
    try:
        value, end = _scan(text)
    except ValueError:
        return json.loads(text)
    # Spaces may follow; anything else is refused.
    return value if end == len(text) else json.loads(text)


def use_orjson(wanted: bool) -> _Reader:
    """Choose the reader: orjson if it is `wanted` and installed. Gives the one chosen."""
    global _reader
    _reader = (_quick() if wanted else None) or json.loads
    return _reader
