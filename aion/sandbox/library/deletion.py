"""Deletes files: one, or many in one request with an outcome each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from aion.sandbox.contract.errors import InvalidRequest, Problem
from aion.sandbox.runtime.state import State
from aion.sandbox.store.files import StoredFile


def delete_file(state: State, file: StoredFile) -> str:
    """Mark a file as deleted; returns when."""
    now = state.clock.stamp()
    state.files.update(file.n, deleted_at=now, updated_at=now)
    return now


def delete_files(
    state: State, field: str, ids: Sequence[str], noun: str, get: Callable[[str], StoredFile | None]
) -> dict[str, Any]:
    """Delete files in one transaction; those whose work is unfinished are skipped.

    Args:
        state: The sandbox's state.
        field: Name of the field of the body that has the ids.
        ids: Ids of the files, in either case.
        noun: What the messages call a file: `File`, `Document`.
        get: Finds a file by its id in lower case.

    Raises:
        InvalidRequest: an id occurs twice.
    """
    ids = [one.lower() for one in ids]
    if len(set(ids)) < len(ids):
        raise InvalidRequest([Problem(("body", field), "an id occurs twice", "unique")])
    groups: dict[str, list[dict[str, Any]]] = {"deleted": [], "skipped": [], "failed": []}
    with state.database.transaction():
        for file_id in ids:
            file = get(file_id)
            outcome: dict[str, Any] = {"id": file_id, "deleted_at": None}
            if file is None:
                outcome |= {"status": "failed", "message": f"{noun} not found"}
            elif file.busy:
                outcome |= {"status": "skipped", "message": f"{noun} is being processed"}
            else:
                deleted_at = delete_file(state, file)
                outcome |= {"status": "deleted", "message": None, "deleted_at": deleted_at}
            groups[outcome["status"]].append(outcome)
    summary = {name: len(group) for name, group in groups.items()}
    return {**groups, "summary": {"total": len(ids), **summary}}
