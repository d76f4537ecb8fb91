"""The tree of folders: names unique in one place, ten levels, no folder inside itself.

Folders are records of the kind `folder`; each file has the id of its folder. Handlers and agents
change the tree through this module, inside a transaction of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem
from aion.sandbox.store.records import Record

if TYPE_CHECKING:
    from aion.sandbox.runtime.state import State

LEVELS: Final = 10
"""Maximum depth of the tree; folders at the root are the first level."""

_KIND: Final = "folder"
_FORBIDDEN: Final = frozenset("/\\\0")


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder and its place."""

    id: str
    name: str
    parent_id: str | None
    depth: int
    """0 at the root."""
    created_at: str
    updated_at: str


class Folders:
    """The folders of one sandbox."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._records = state.records
        self._database = state.database

    def require(self, folder_id: str) -> Folder:
        """Return the folder of an id.

        Raises:
            ApiError: 404, unknown folder.
        """
        return self.path(folder_id)[-1]

    def path(self, folder_id: str) -> list[Folder]:
        """Return the folders from the root down to this one, itself included; 404 if unknown."""
        records: list[Record] = []
        wanted: str | None = folder_id.lower()
        while wanted is not None:
            record = self._records.get(_KIND, wanted)
            if record is None:
                raise ApiError(404, f"no folder {folder_id}", details={"folder_id": folder_id})
            records.append(record)
            wanted = record.parent
        return [_folder(record, depth) for depth, record in enumerate(reversed(records))]

    def tree(self) -> list[Folder]:
        """Return all folders: parents before their children, siblings by name."""
        below: dict[str | None, list[Record]] = {}
        for record in self._records.find(_KIND)[0]:
            below.setdefault(record.parent, []).append(record)
        found: list[Folder] = []

        def walk(parent: str | None, depth: int) -> None:
            for record in sorted(below.get(parent, ()), key=_by_name):
                found.append(_folder(record, depth))
                walk(record.id, depth + 1)

        walk(None, 0)
        return found

    def children(self, folder: Folder) -> list[Folder]:
        """Return the direct subfolders of a folder, by name."""
        records, _ = self._records.find(_KIND, parent=folder.id)
        return [_folder(record, folder.depth + 1) for record in sorted(records, key=_by_name)]

    def child(self, name: str, parent_id: str | None) -> Folder | None:
        """Return the folder of a name in a parent; None is the root."""
        records, _ = self._records.find(
            _KIND, parent=parent_id, where=lambda record: record.body["name"] == name
        )
        depth = 0 if parent_id is None else self.require(parent_id).depth + 1
        return _folder(records[0], depth) if records else None

    def create(self, name: str, parent_id: str | None = None) -> Folder:
        """Create a folder.

        Raises:
            ApiError: 400 for the name, 404 for the parent, 409 for a name that is taken.
            InvalidRequest: The tree would be too deep.
        """
        _check_name(name)
        parent = self.require(parent_id) if parent_id is not None else None
        depth = parent.depth + 1 if parent is not None else 0
        _check_depth("parent_id", depth)
        place = parent.id if parent is not None else None
        self._check_free(name, place)
        record = self._records.put(
            _KIND, self._records.new_id(_KIND), {"name": name}, parent=place
        )  # fmt: skip
        return _folder(record, depth)

    def rename(self, folder: Folder, name: str) -> Folder:
        """Rename a folder: 400 for a name that is not allowed, 409 for one that is taken."""
        _check_name(name)
        self._check_free(name, folder.parent_id, besides=folder.id)
        return self._put(folder.id, name, folder.parent_id)

    def move(self, folder: Folder, parent_id: str | None) -> Folder:
        """Move a folder into another one, or to the root.

        Raises:
            ApiError: 404 for the new parent, 409 for a name that is taken there.
            InvalidRequest: The new parent is inside the folder, or the tree would be too deep.
        """
        way = self.path(parent_id) if parent_id is not None else []
        if any(one.id == folder.id for one in way):
            text = "a folder cannot be moved into itself or into a folder inside it"
            raise _invalid("new_parent_id", text, "folder_cycle")
        _check_depth("new_parent_id", len(way) + self._height(folder))
        place = way[-1].id if way else None
        self._check_free(folder.name, place, besides=folder.id)
        return self._put(folder.id, folder.name, place)

    def delete_keeping(self, folder: Folder) -> tuple[int, int]:
        """Delete a folder; its content moves one level up.

        Returns:
            The numbers of moved files and folders.

        Raises:
            ApiError: 409, a folder in it has a name that is taken one level up; nothing changes.
        """
        children = self.children(folder)
        for child in children:
            self._check_free(child.name, folder.parent_id, besides=folder.id)
        for child in children:
            self._put(child.id, child.name, folder.parent_id)
        sql = "UPDATE files SET folder_id = ? WHERE folder_id = ? AND deleted_at IS NULL"
        files = self._database.run(sql, (folder.parent_id, folder.id))
        self._records.delete(_KIND, folder.id)
        return files, len(children)

    def delete_all(self, folder: Folder) -> tuple[int, int]:
        """Delete a folder with its content; returns the numbers of files and folders."""
        doomed = self._below(folder)
        now = self._state.clock.stamp()
        files = 0
        for one in (folder, *doomed):
            files += self._database.run(
                "UPDATE files SET deleted_at = ?, updated_at = ? "
                "WHERE folder_id = ? AND deleted_at IS NULL",
                (now, now, one.id),
            )
            self._records.delete(_KIND, one.id)
        return files, len(doomed)

    def move_files(self, file_ids: Iterable[str], folder_id: str | None) -> list[str]:
        """Move files into a folder, or to the root; returns the ids of those that exist."""
        place = self.require(folder_id).id if folder_id is not None else None
        now = self._state.clock.stamp()
        moved: list[str] = []
        for file_id in file_ids:
            file = self._state.files.get(file_id)
            if file is not None:
                self._state.files.update(file.n, folder_id=place, updated_at=now)
                moved.append(file.id)
        return moved

    def file_counts(self) -> dict[str, int]:
        """Return the number of direct files of each folder that has any."""
        sql = (
            "SELECT folder_id, count(*) FROM files "
            "WHERE folder_id IS NOT NULL AND deleted_at IS NULL GROUP BY folder_id"
        )
        return dict(self._database.rows(sql))

    def as_json(self, folders: Sequence[Folder]) -> list[dict[str, Any]]:
        """Return folders in their wire form, with counts of their direct content."""
        files = self.file_counts()
        return [
            {
                "id": one.id,
                "name": one.name,
                "parent_id": one.parent_id,
                "depth": one.depth,
                "file_count": files.get(one.id, 0),
                "subfolder_count": self._records.count(_KIND, parent=one.id),
                "created_at": one.created_at,
                "updated_at": one.updated_at,
            }
            for one in folders
        ]

    def _put(self, folder_id: str, name: str, parent_id: str | None) -> Folder:
        self._records.put(_KIND, folder_id, {"name": name}, parent=parent_id)
        return self.require(folder_id)

    def _below(self, folder: Folder) -> list[Folder]:
        found: list[Folder] = []
        for child in self.children(folder):
            found += [child, *self._below(child)]
        return found

    def _height(self, folder: Folder) -> int:
        """Return the number of levels below a folder."""
        return max((one.depth - folder.depth for one in self._below(folder)), default=0)

    def _check_free(self, name: str, parent_id: str | None, besides: str | None = None) -> None:
        taken = self.child(name, parent_id)
        if taken is not None and taken.id != besides:
            raise ApiError(
                409,
                f"a folder {name!r} already exists in this place",
                details={"name": name, "folder_id": taken.id},
            )


def _folder(record: Record, depth: int) -> Folder:
    name: str = record.body["name"]
    return Folder(record.id, name, record.parent, depth, record.created_at, record.updated_at)


def _by_name(record: Record) -> tuple[str, int]:
    return record.body["name"].casefold(), record.n


def _check_name(name: str) -> None:
    if not _FORBIDDEN.isdisjoint(name):
        raise ApiError(400, "a folder name must not contain a slash, a backslash or NUL")


def _check_depth(field: str, depth: int) -> None:
    if depth >= LEVELS:
        raise _invalid(field, f"folders can be at most {LEVELS} levels deep", "folder_depth")


def _invalid(field: str, text: str, kind: str) -> InvalidRequest:
    return InvalidRequest([Problem(("body", field), text, kind)])
