"""The exceptions that stop a run with a message for the maintainer."""

from __future__ import annotations

import json
from typing import Any, cast


class CodegenError(Exception):
    """A contract, patch or construct that cannot be turned into code.

    The message is one line that names the file, operation or schema that causes it.
    """


class UnsupportedError(CodegenError):
    """A construct without an equivalent in the generated code.

    The message has the operation or schema, the construct, and a patch to paste.
    """

    def __init__(self, place: str, why: str, patch: Patch) -> None:
        super().__init__(f"{place}: {why}")
        self._arguments = place, why, patch
        self.patch = patch

    def __reduce__(self) -> tuple[type[UnsupportedError], tuple[Any, ...]]:
        return type(self), self._arguments

    def report(self) -> str:
        """Return the message on a line of its own, and below it the patch."""
        line = " ".join(str(self).split())
        return f"codegen: {line}\nTo go on, add to codegen/patches.toml, and edit:\n\n{self.patch}"


class Patch:
    """The lines of a correction in `patches.toml`, as a proposal.

    Args:
        subject: What `at` is relative to, such as ``operation = "read"``; empty for the document.
        at: A JSON pointer.
        found: What is there.
        value: What could be there instead; None removes it.
        reason: Why.
    """

    def __init__(
        self, subject: tuple[str, str] | None, at: str, found: Any, value: Any, reason: str
    ) -> None:
        self._subject = subject
        self._at = at
        self._found = found
        self._value = value
        self._reason = reason

    def __str__(self) -> str:
        lines = ["[[patch]]"]
        if self._subject:
            key, name = self._subject
            lines.append(f"{key} = {_toml(name)}")
        lines += [f"at = {_toml(self._at)}", f"expect = {_toml(self._found)}"]
        if self._value is not None:
            lines.append(f"value = {_toml(self._value)}")
        return "\n".join([*lines, f"reason = {_toml(self._reason)}"])


def escaped(key: str) -> str:
    """Return a key as it is written in a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def _toml(value: Any) -> str:
    """Write JSON data as TOML; both have the same strings and numbers."""
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value)
        inside = ", ".join(f"{json.dumps(key)} = {_toml(one)}" for key, one in pairs.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        items = cast("list[object]", value)
        return f"[{', '.join(map(_toml, items))}]"
    return json.dumps(value)
