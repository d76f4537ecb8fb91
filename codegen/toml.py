"""Writes JSON data as TOML."""

from __future__ import annotations

import json
from typing import Any

from codegen.document import is_list, is_object


def as_toml(value: Any) -> str | None:
    """Return JSON data as a TOML value on one line; None if it has a null, which TOML lacks."""
    if value is None:
        return None
    if is_list(value):
        items = [as_toml(item) for item in value]
        return None if None in items else f"[{', '.join(map(str, items))}]"
    if is_object(value):
        pairs = [(json.dumps(key), as_toml(item)) for key, item in value.items()]
        if any(text is None for _, text in pairs):
            return None
        return f"{{ {', '.join(f'{key} = {text}' for key, text in pairs)} }}" if pairs else "{}"
    # A JSON string is a basic string of TOML, but for an escaped half of a pair.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
