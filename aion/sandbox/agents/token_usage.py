"""Token counts of a run: an estimate by the number of characters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_CHARACTERS_A_TOKEN: Final = 4


def token_usage(read: Iterable[str], written: Iterable[str], calls: int = 1) -> dict[str, int]:
    """Return the token counts of what was read and written, at four characters a token."""
    given, made = (
        sum(-(-len(text) // _CHARACTERS_A_TOKEN) for text in texts) for texts in (read, written)
    )
    return {
        "input_tokens": given,
        "output_tokens": made,
        "total_tokens": given + made,
        "cache_read_input_tokens": 0,
        "cache_creation_input_tokens": 0,
        "call_count": calls,
    }
