"""Folders: the tree, one folder, and changes of the tree."""

from __future__ import annotations

from typing import Any

from aion.sandbox.contract.errors import InvalidRequest, Problem
from aion.sandbox.handlers.registry import operation
from aion.sandbox.library.folders import Folder, Folders
from aion.sandbox.runtime.call import Call, Response


@operation("get_folder_tree")
async def get_folder_tree(call: Call) -> Response:
    """List all folders, parents first."""
    folders = Folders(call.state)
    return Response({"folders": folders.as_json(folders.tree())})


@operation("create_folder")
async def create_folder(call: Call) -> Response:
    """Create a folder at the root or in another one."""
    with call.state.database.transaction():
        made = Folders(call.state).create(call.body["name"], call.body.get("parent_id"))
    return _one(call, made, status=201)


@operation("get_folder_contents")
async def get_folder_contents(call: Call) -> Response:
    """Return a folder, its path, its subfolders, and the number of its files."""
    folders = Folders(call.state)
    path = folders.path(call.path["folder_id"])
    total = folders.file_counts().get(path[-1].id, 0)
    return Response(
        {
            "folder": folders.as_json(path[-1:])[0],
            "breadcrumbs": [_crumb(one) for one in path],
            "subfolders": folders.as_json(folders.children(path[-1])),
            "total_files": total,
            "has_more_files": call.query["offset"] + call.query["limit"] < total,
        }
    )


@operation("get_folder_breadcrumbs")
async def get_folder_breadcrumbs(call: Call) -> Response:
    """Return the path of a folder, itself included."""
    path = Folders(call.state).path(call.path["folder_id"])
    return Response({"breadcrumbs": [_crumb(one) for one in path]})


@operation("rename_folder")
async def rename_folder(call: Call) -> Response:
    """Rename a folder."""
    folders = Folders(call.state)
    with call.state.database.transaction():
        changed = folders.rename(folders.require(call.path["folder_id"]), call.body["name"])
    return _one(call, changed)


@operation("move_folder")
async def move_folder(call: Call) -> Response:
    """Move a folder; without a new parent, to the root."""
    folders = Folders(call.state)
    with call.state.database.transaction():
        folder = folders.require(call.path["folder_id"])
        moved = folders.move(folder, call.body.get("new_parent_id"))
    return _one(call, moved)


@operation("delete_folder")
async def delete_folder(call: Call) -> Response:
    """Delete a folder, and keep or delete its content."""
    folders = Folders(call.state)
    mode = call.query["mode"] or "move_to_parent"
    with call.state.database.transaction():
        folder = folders.require(call.path["folder_id"])
        remove = folders.delete_all if mode == "delete_all" else folders.delete_keeping
        files, subfolders = remove(folder)
    return Response(
        {
            "id": folder.id,
            "files_affected": files,
            "subfolders_affected": subfolders,
            "mode": mode,
        }
    )


@operation("move_files_to_folder")
async def move_files_to_folder(call: Call) -> Response:
    """Move files into a folder or to the root; unknown ids are ignored."""
    ids: list[str] = [one.lower() for one in call.body["file_ids"]]
    if len(set(ids)) < len(ids):
        raise InvalidRequest([Problem(("body", "file_ids"), "an id occurs twice", "unique")])
    with call.state.database.transaction():
        moved = Folders(call.state).move_files(ids, call.body.get("folder_id"))
    return Response({"moved": len(moved), "total_requested": len(ids)})


def _one(call: Call, folder: Folder, status: int = 200) -> Response:
    return Response(Folders(call.state).as_json([folder])[0], status=status)


def _crumb(folder: Folder) -> dict[str, Any]:
    return {"id": folder.id, "name": folder.name, "depth": folder.depth}
