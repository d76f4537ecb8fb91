"""Reading the JSON of answers: large ones with msgspec where the extra ``speed`` is installed.

Both readers give the same values and refuse the same bodies: integers beyond 64 bits are exact,
and what the standard library reads and msgspec does not (``NaN``, ``1e400``, UTF-16, lone
surrogates) is left to the standard library. orjson reads such integers as floats; to look for them
first costs more than it is faster.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

_Reader = Callable[[bytes], Any]
_scan = json.JSONDecoder().raw_decode
_SMALL = 4096
"""Bytes below which reading is so cheap that nothing is loaded for it."""


def _quick() -> _Reader | None:
    """A reader that uses msgspec, or None where it is not installed."""
    try:
        from msgspec import MsgspecError
        from msgspec.json import Decoder
    except ImportError:
        return None
    decode = Decoder().decode

    def read(body: bytes) -> Any:
        try:
            return decode(body)
        except (MsgspecError, ValueError, RecursionError):
            # The standard library's result, or its error.
            return json.loads(body)

    return read


_reader: _Reader | None = None


def loads(body: bytes) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: It is none.
        RecursionError: It is nested too deeply.
    """
    if len(body) < _SMALL:
        return json.loads(body)
    return (_reader or use_msgspec(True))(body)


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


def use_msgspec(wanted: bool) -> _Reader:
    """Choose the reader: msgspec if it is `wanted` and installed. Gives the one chosen."""
    global _reader
    _reader = (_quick() if wanted else None) or json.loads
    return _reader
