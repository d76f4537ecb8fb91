"""Reads corrections from `patches.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

from codegen.document import escaped, is_list, is_object, pointer
from codegen.errors import CodegenError
from codegen.patching.outcome import ABSENT

_TABLES = {"explicit", "order", "patch", "optional", "rename_schemas", "repeatable"}
_KEYS = {"operation", "schema", "at", "expect", "value", "reason"}
_REQUIRED = {"at", "expect", "reason"}
_HEADER = re.compile(r"\s*\[\[\s*patch\s*\]\]")
_RENAMES = re.compile(r"\s*\[\s*rename_schemas\s*\]")
Names = Mapping[str, list[str]]


@dataclass(frozen=True)
class Patch:
    """One correction at one place.

    Attributes:
        number: Its number in the file, from 0.
        line: The line where it begins.
        operation: The id of the operation that it corrects, or an empty string.
        schema: The name of the schema that it corrects; without both, it is the document.
        at: The keys from there to the place.
        expect: What is there, or `ABSENT`.
        value: What it becomes.
        removes: Whether the key is removed instead.
    """

    number: int
    line: int
    operation: str
    schema: str
    at: tuple[str, ...]
    expect: Any
    value: Any
    removes: bool

    @property
    def name(self) -> str:
        """The place as people write it."""
        return "/".join([self.operation or self.schema, *map(escaped, self.at)])


@dataclass(frozen=True)
class Patches:
    """The corrections of `patches.toml`.

    Attributes:
        patches: Single places.
        optional: Schema -> required properties that an answer may lack all the same.
        explicit: Schema -> optional properties whose field has no default.
        order: Schema -> properties that come first, in this order.
        renames: Name of a schema -> the name that its class has instead.
        repeatable: Operations that may be sent twice although they are a POST or a PATCH.
        rename_lines: Name of a schema -> the line of its rename.
    """

    patches: tuple[Patch, ...] = ()
    optional: Names = field(default_factory=dict[str, list[str]])
    explicit: Names = field(default_factory=dict[str, list[str]])
    order: Names = field(default_factory=dict[str, list[str]])
    renames: Mapping[str, str] = field(default_factory=dict[str, str])
    repeatable: tuple[str, ...] = ()
    rename_lines: Mapping[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def load(cls, path: Path) -> Patches:
        """Read a patch file.

        Raises:
            CodegenError: The file is not TOML, or an entry does not have the documented form.
        """
        try:
            text = path.read_text(encoding="utf-8")
            data = tomllib.loads(text)
        except OSError as error:
            raise CodegenError(f"{path}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise CodegenError(f"{path}: not UTF-8 at byte {error.start}") from error
        except tomllib.TOMLDecodeError as error:
            raise CodegenError(f"{path}: not valid TOML: {error}") from error
        if unknown := data.keys() - _TABLES:
            raise CodegenError(f"{path}: unknown table {min(unknown)}")
        patches = data.get("patch", [])
        if not is_list(patches):
            raise CodegenError(f"{path}: patch is not a list of tables: write each as [[patch]]")
        for number, patch in enumerate(patches, 1):
            if fault := _fault(patch):
                raise CodegenError(f"{path}: patch {number} {fault}")
        renames = data.get("rename_schemas", {})
        if not _is_text_table(renames):
            raise CodegenError(f"{path}: rename_schemas is not a table: write old = new names")
        repeatable = data.get("repeatable", {})
        repeated = repeatable.get("operations", []) if is_object(repeatable) else None
        if not _is_text_list(repeated):
            raise CodegenError(f"{path}: repeatable.operations is not a list of operation ids")
        for table in ("optional", "order", "explicit"):
            found = data.get(table, {})
            if not is_object(found) or not all(map(_is_text_list, found.values())):
                raise CodegenError(
                    f"{path}: {table} is not a table: write schema = [names of properties]"
                )
        lines = text.splitlines()
        starts = [number for number, line in enumerate(lines, 1) if _HEADER.match(line)]
        # Inline tables in one `patch = [...]` have no header.
        starts = starts if len(starts) == len(patches) else [1] * len(patches)
        return cls(
            patches=tuple(map(_patch, range(len(patches)), starts, patches)),
            optional=data.get("optional", {}),
            order=data.get("order", {}),
            explicit=data.get("explicit", {}),
            renames=renames,
            repeatable=tuple(repeated),
            rename_lines={name: _line_of_rename(name, lines) for name in renames},
        )


def _patch(number: int, line: int, data: Mapping[str, Any]) -> Patch:
    return Patch(
        number=number,
        line=line,
        operation=data.get("operation", ""),
        schema=data.get("schema", ""),
        at=tuple(pointer(data["at"])),
        expect=data["expect"],
        value=data.get("value"),
        removes="value" not in data,
    )


def _line_of_rename(name: str, lines: list[str]) -> int:
    """Return the line of a rename; other tables have the same names of schemas."""
    is_inside = False
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("["):
            is_inside = _RENAMES.match(line) is not None
        elif is_inside and line.partition("=")[0].strip().strip("\"'") == name:
            return number
    return 1


def _fault(patch: Any) -> str:
    if not is_object(patch):
        return "is not a table"
    if missing := _REQUIRED - patch.keys():
        return f"lacks {', '.join(sorted(missing))}"
    # A misspelt `value` would otherwise turn a replacement into a removal.
    if unknown := patch.keys() - _KEYS:
        return f"has an unknown key {min(unknown)}"
    if not all(isinstance(patch.get(key, ""), str) for key in ("operation", "schema", "reason")):
        return "has an operation, schema or reason that is not text"
    if not isinstance(patch["at"], str) or not patch["at"].startswith("/"):
        return "has an `at` that is not a JSON pointer such as /a/b"
    if patch["expect"] == ABSENT and "value" not in patch:
        return "expects nothing and has no `value`, so it would do nothing"
    return ""


def _is_text_table(value: object) -> TypeGuard[dict[str, str]]:
    return is_object(value) and _is_text_list(list(value.values()))


def _is_text_list(value: object) -> TypeGuard[list[str]]:
    return is_list(value) and all(isinstance(item, str) for item in value)
