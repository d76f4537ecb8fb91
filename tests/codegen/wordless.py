"""A document as the vendor publishes it: with other words than ours, or with none."""

from __future__ import annotations

from copy import deepcopy

from codegen.document import Json, nodes


def wordless(document: Json, text: str = "-") -> Json:
    """The vendor's document, with other words or none."""
    result = deepcopy(document)
    for node in nodes(result):
        for key in ("summary", "description", "example"):
            if isinstance(node.get(key), str):
                if text:
                    node[key] = text
                else:
                    del node[key]
    return result
