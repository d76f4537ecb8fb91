"""Collects the reasons why a module has no twin, and raises them as one error."""

from __future__ import annotations

from codegen.errors import CodegenError


class BlockingError(CodegenError):
    """An async source cannot be turned into blocking code.

    The message has one line for each finding: file, line, name, and what to use instead.
    """


class Findings:
    """Collects findings of one file, so that its author sees all of them after one run."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._found: dict[tuple[int, str], str] = {}

    def add(self, line: int, name: str, advice: str) -> None:
        """Record that `name` on `line` is not allowed; the first advice for a place wins."""
        self._found.setdefault((line, name), advice)

    def __bool__(self) -> bool:
        return bool(self._found)

    def check(self) -> None:
        """Raise `BlockingError` if anything was found."""
        if self._found:
            rows = sorted(self._found.items())
            raise BlockingError(
                "\n".join(
                    f"{self._path}:{line}: `{name}`: {advice}" for (line, name), advice in rows
                )
            )
