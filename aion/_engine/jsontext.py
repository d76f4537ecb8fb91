"""Parses the JSON of responses, large ones with msgspec if the extra ``speed`` is installed.

Both readers return the same values and refuse the same bodies: integers beyond 64 bits are exact,
and what the standard library reads but msgspec does not (``NaN``, ``1e400``, UTF-16, lone
surrogates) is left to the standard library. orjson reads such integers as floats; searching for
them first costs more time than orjson saves.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

_Reader = Callable[[bytes], Any]
_scan = json.JSONDecoder().raw_decode
_SMALL = 4096
"""Bytes below which parsing is so cheap that msgspec is not imported for it."""


def _quick() -> _Reader | None:
    """Return a reader that uses msgspec, or None if it is not installed."""
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
            # The standard library decides: its result, or its error.
            return json.loads(body)

    return read


_reader: _Reader | None = None


def loads(body: bytes) -> Any:
    """Parse JSON.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested too deeply.
    """
    if len(body) < _SMALL:
        return json.loads(body)
    return (_reader or use_msgspec(True))(body)


def read(text: str) -> Any:
    """Parse a short JSON text that is already decoded, faster than `loads` does.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested too deeply.
    """
    try:
        value, end = _scan(text)
    except ValueError:
        return json.loads(text)
    # Only white space may follow.
    return value if end == len(text) else json.loads(text)


def use_msgspec(enabled: bool) -> _Reader:
    """Choose the reader, msgspec if it is `enabled` and installed, and return it."""
    global _reader
    _reader = (_quick() if enabled else None) or json.loads
    return _reader
