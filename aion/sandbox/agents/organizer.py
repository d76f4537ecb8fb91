"""Sorts files into folders by an intent: derives a rule from its text and applies it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aion.sandbox.agents.markup import count_noun
from aion.sandbox.images.color_names import NAMED
from aion.sandbox.images.description import MARK
from aion.sandbox.library.folders import Folders
from aion.sandbox.runtime.state import State
from aion.sandbox.store.files import StoredFile

_QUOTED: Final = re.compile(r"[\"“”]([^\"“”]{1,255})[\"“”]|(?<!\w)'([^']{1,255})'(?!\w)")
_NAMED_FOLDER: Final = re.compile(r"\bfolder (?:called|named) (\w[\w -]{0,254})", re.I)
_BY: Final = re.compile(r"\b(?:by|per|for each)\b(.{0,60})", re.I)
_SHAPES: Final = ("landscape", "portrait", "square")
_KINDS: Final = {"image": "Images", "document": "Documents", "video": "Videos", "link": "Links"}
_OTHER: Final = "Other"

Rule = Callable[[StoredFile], str]
"""Returns the name of the folder of a file."""


@dataclass(frozen=True, slots=True)
class SortResult:
    """The actions and counts of a run."""

    actions: list[dict[str, Any]]
    folders_created: int
    files_moved: int
    summary: str


def organize(
    state: State, intent: str, files: Sequence[StoredFile], parent_id: str | None
) -> SortResult:
    """Create the folders of the intent, and move the files into them, inside a transaction.

    Raises:
        ApiError: 404, unknown parent.
        InvalidRequest: The parent is at the maximum depth.
    """
    folders = Folders(state)
    parent = folders.require(parent_id).id if parent_id is not None else None
    groups: dict[str, list[StoredFile]] = {}
    rule = read_rule(intent)
    for file in files:
        groups.setdefault(_allowed(rule(file)), []).append(file)
    actions: list[dict[str, Any]] = []
    created = moved = 0
    for name, members in sorted(groups.items()):
        folder = folders.child(name, parent)
        new = folder is None
        folder = folder or folders.create(name, parent)
        strangers = [file.id for file in members if file.folder_id != folder.id]
        count = len(folders.move_files(strangers, folder.id))
        if new or count:
            actions.append(
                {
                    "action": "create_and_move_files" if new else "move_files",
                    "folder_id": folder.id,
                    "folder_name": folder.name,
                    "file_count": count,
                }
            )
        created += new
        moved += count
    names = ", ".join(f"{one['folder_name']} ({one['file_count']})" for one in actions)
    summary = (
        f"{MARK} created {count_noun(created, 'folder')} and moved {count_noun(moved, 'file')}"
    )
    return SortResult(actions, created, moved, f"{summary}: {names}." if names else f"{summary}.")


def read_rule(intent: str) -> Rule:
    """Return the rule of an intent; by the kind of file if it names none."""
    named = _QUOTED.search(intent) or _NAMED_FOLDER.search(intent)
    if named is not None:
        name = next(group for group in named.groups() if group)
        return lambda _: name
    by = _BY.search(intent)
    instruction = (by.group(1) if by is not None else intent).lower()
    for words, rule in _RULES:
        if any(re.search(rf"\b{word}", instruction) for word in words):
            return rule
    return _kind


def _date(file: StoredFile) -> str:
    return file.content_created_at or file.created_at


def _kind(file: StoredFile) -> str:
    return _KINDS.get(file.media_type, _OTHER)


def _format(file: StoredFile) -> str:
    return file.format.upper() or _OTHER


def _color(file: StoredFile) -> str:
    return next((tag for tag in file.tag_list() if tag in NAMED), _OTHER).capitalize()


def _shape(file: StoredFile) -> str:
    return next((tag for tag in file.tag_list() if tag in _SHAPES), _OTHER).capitalize()


def _tag(file: StoredFile) -> str:
    return (file.tag_list() or [_OTHER])[0].capitalize()


_RULES: Final[tuple[tuple[tuple[str, ...], Rule], ...]] = (
    (("colou?r",), _color),
    (("year",), lambda file: _date(file)[:4]),
    (("month",), lambda file: _date(file)[:7]),
    (("date", "day"), lambda file: _date(file)[:10]),
    (("orientation", "shape"), _shape),
    (("format", "extension", "file type"), _format),
    (("tag", "topic", "subject", "content", "theme"), _tag),
    (("type", "kind"), _kind),
)


def _allowed(name: str) -> str:
    """Return a folder name without forbidden characters."""
    return re.sub(r"[/\\\0]+", "-", name).strip()[:255] or _OTHER
