"""Removes corrections from the text of `patches.toml`. Comments stay, those of removed ones too."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from typing import Any

import tomlkit

from codegen.document import Json
from codegen.errors import CodegenError
from codegen.patching.outcome import FILE, LeftOut

_HEADER = re.compile(r"\s*\[\[?\s*[\w\"'. -]+\]\]?\s*(#.*)?$")
_PATCH = re.compile(r"\s*\[\[\s*patch\s*\]\]")


def without(text: str, dropped: Iterable[LeftOut]) -> str:
    """Return the text of a patch file without some of its corrections.

    Raises:
        CodegenError: The layout of the file does not allow it.
    """
    dropped = list(dropped)
    patches = {one.entry for one in dropped if isinstance(one.entry, int)}
    result = _without_entries(_without_patches(text, patches), dropped)
    if tomllib.loads(result) != _expected(tomllib.loads(text), dropped):
        names = "; ".join(f"{one.table} {one.name}" for one in dropped)
        raise CodegenError(
            f"{FILE}: its layout does not allow to remove corrections; remove by hand: {names}"
        )
    return result


def _without_patches(text: str, numbers: set[int]) -> str:
    lines = text.splitlines(keepends=True)
    headers = [number for number, line in enumerate(lines) if _HEADER.match(line)]
    starts = [number for number in headers if _PATCH.match(lines[number])]
    gone: set[int] = set()
    for number, start in enumerate(starts):
        if number not in numbers:
            continue
        end = next((one for one in headers if one > start), len(lines))
        # What is above the next header belongs to that.
        while end > start and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
            end -= 1
        gone.update(range(start, end))
        if end < len(lines) and not lines[end].strip():
            gone.add(end)
    return "".join(line for number, line in enumerate(lines) if number not in gone)


def _without_entries(text: str, dropped: Iterable[LeftOut]) -> str:
    document: Any = tomlkit.parse(text)
    _remove(document, dropped)
    return tomlkit.dumps(document)  # pyright: ignore[reportUnknownMemberType]  # its own types


def _expected(data: Json, dropped: list[LeftOut]) -> Json:
    gone = {one.entry for one in dropped if isinstance(one.entry, int)}
    _remove(data, dropped)
    if kept := [one for number, one in enumerate(data.pop("patch", [])) if number not in gone]:
        data["patch"] = kept
    return data


def _remove(document: Any, dropped: Iterable[LeftOut]) -> None:
    """Remove what stands in a table, from data or from a document of the library."""
    for one in dropped:
        if isinstance(one.entry, int):
            continue
        key, *rest = one.entry
        table = document[one.table]
        if one.table == "repeatable":
            table["operations"].remove(key)
            continue
        if rest:
            table[key].remove(rest[0])
        if not rest or not table[key]:
            del table[key]
