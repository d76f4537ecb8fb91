"""The outcome of a correction: left out, or in conflict with the contract."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from codegen.errors import CodegenError
from codegen.toml import as_toml

FILE = "codegen/patches.toml"
ABSENT = "absent"
Table = Literal["patch", "optional", "explicit", "order", "rename_schemas", "repeatable"]
_SHOWN = 300


@dataclass(frozen=True)
class LeftOut:
    """A correction that was not applied.

    Attributes:
        table: The table of `patches.toml` that holds it.
        name: The place that it corrects.
        reason: Why it was left out.
        entry: Where it stands in its table: the number of a patch, from 0; a schema and one of its
            properties; the old name of a schema; an operation.
    """

    table: Table
    name: str
    reason: str
    entry: tuple[str, ...] | int

    def __str__(self) -> str:
        return f"{self.table.removesuffix('_schemas')} {self.name}: {self.reason}"


@dataclass(frozen=True)
class Conflict:
    """A correction whose place holds something else than it expects.

    Attributes:
        name: The correction.
        line: The line of `patches.toml` where it begins.
        found: What the contract has there, or `ABSENT`.
        expected: What the correction expects.
        advice: What to do.
    """

    name: str
    line: int
    found: Any
    expected: Any
    advice: str = ""

    def __str__(self) -> str:
        lines = [
            f"{FILE}:{self.line}: {self.name}: its place holds something else",
            f"    expected  {short(self.expected)}",
            f"    found     {short(self.found)}",
            f"    {self.advice or self._rewritten()}",
        ]
        return "\n".join(lines)

    def _rewritten(self) -> str:
        if (text := as_toml(self.found)) is None:
            return "Set its `expect` to what was found if it is still right; else remove it."
        return f"If it is still right, write `expect = {text}`; else remove it."


class ConflictingPatches(CodegenError):
    """Some corrections contradict the contract; the message names each of them."""

    def __init__(self, conflicts: Iterable[Conflict]) -> None:
        self.conflicts = tuple(conflicts)
        super().__init__("\n".join(map(str, self.conflicts)))

    def __reduce__(self) -> tuple[type[ConflictingPatches], tuple[tuple[Conflict, ...]]]:
        # Parts of a build run in other processes.
        return type(self), (self.conflicts,)


def short(value: Any) -> str:
    """Return JSON data as one line, cut if it is long."""
    if value == ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} ... ({len(text)} characters)"
