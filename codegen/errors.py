"""The exceptions that stop a run with a message for the maintainer."""

from __future__ import annotations

from typing import Any

from codegen.toml import as_toml


class CodegenError(Exception):
    """A contract, patch or construct that cannot be turned into code.

    The message is one line that names the file, operation or schema that causes it.
    """


class UnsupportedError(CodegenError):
    """A construct without an equivalent in the generated code.

    The message has the operation or schema, the construct, and a patch to paste.
    """

    def __init__(self, place: str, why: str, patch: ProposedPatch) -> None:
        super().__init__(f"{place}: {why}")
        self._arguments = place, why, patch
        self.patch = patch

    def __reduce__(self) -> tuple[type[UnsupportedError], tuple[Any, ...]]:
        return type(self), self._arguments

    def report(self) -> str:
        """Return the message on a line of its own, and below it the patch."""
        line = " ".join(str(self).split())
        return f"codegen: {line}\nTo go on, add to codegen/patches.toml, and edit:\n\n{self.patch}"


_NULL = "...  # it holds a null, which TOML does not have: choose a place below it"


class ProposedPatch:
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
            lines.append(f"{key} = {as_toml(name)}")
        lines += [f"at = {as_toml(self._at)}", f"expect = {as_toml(self._found) or _NULL}"]
        if self._value is not None:
            lines.append(f"value = {as_toml(self._value) or _NULL}")
        return "\n".join([*lines, f"reason = {as_toml(self._reason)}"])
