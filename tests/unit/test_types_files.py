"""Files and folders: what the documented types add to the wire."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from aion.types.files import (
    BatchDeleteFilesResponse,
    DeleteFileResult,
    FullDescription,
    ProcessingHistory,
    UpdateFileResult,
    UserFileDetails,
)
from aion.types.folders import (
    DeleteFolderResult,
    Folder,
    FolderBreadcrumb,
    FolderContents,
    FolderTree,
    MoveFilesResult,
)

GROUPS: dict[str, Any] = {
    "deleted": [{"id": "a", "status": "deleted", "deleted_at": "2026-05-04T09:00:00Z"}],
    "skipped": [{"id": "b", "status": "skipped", "message": "busy"}],
    "failed": [],
    "summary": {"total": 2, "deleted": 1, "skipped": 1, "failed": 0},
}


def test_every_group_of_a_batch_deletion_is_read() -> None:
    answer = BatchDeleteFilesResponse.from_api_response({**GROUPS, "took_ms": 4})
    assert [one.id for one in answer.deleted] == ["a"]
    assert answer.deleted[0].deleted_at is not None
    assert [one.message for one in answer.skipped] == ["busy"]
    assert answer.failed == []
    assert answer.summary["total"] == 2
    assert answer.additional_properties == {"took_ms": 4}
    assert not answer.all_deleted


@pytest.mark.parametrize("absent", ["missing", "null"])
def test_p18_a_group_that_is_not_there_is_empty(absent: str) -> None:
    data = {"deleted": GROUPS["deleted"], "summary": {"total": 1}}
    if absent == "null":
        data |= {"skipped": None, "failed": None}
    answer = BatchDeleteFilesResponse.from_api_response(data)
    assert (answer.skipped, answer.failed, answer.all_deleted) == ([], [], True)


def test_a_summary_that_is_not_there_is_counted() -> None:
    answer = BatchDeleteFilesResponse.from_api_response({**GROUPS, "summary": None})
    assert answer.summary == {"total": 2, "deleted": 1, "skipped": 1, "failed": 0}


def test_what_a_batch_deletion_is_written_as_reads_back_the_same() -> None:
    answer = BatchDeleteFilesResponse.from_api_response(GROUPS)
    assert BatchDeleteFilesResponse.from_api_response(answer.to_dict()) == answer
    assert pickle.loads(pickle.dumps(answer)) == copy.deepcopy(answer) == answer


def test_fields_with_a_documented_default_may_be_left_out() -> None:
    assert Folder("f", "Invoices") == Folder.from_api_response({"id": "f", "name": "Invoices"})
    assert FolderBreadcrumb("f", "Invoices").depth == 0
    assert DeleteFolderResult("f", "delete_all").files_affected == 0
    assert DeleteFileResult("f").message == ""
    assert UpdateFileResult("f").tags is None
    assert FullDescription("d", "A pier.").created_at is None
    assert ProcessingHistory("h", "completed").created_at is None
    details = UserFileDetails("f", "images/f.jpg", 1, "image/jpeg", "ab")
    assert (details.format, details.upload_method, details.dimensions) == (None, None, None)


def test_p18_an_older_folder_without_counts_can_be_read() -> None:
    folder = Folder.from_api_response({"id": "f", "name": "n", "file_count": None, "color": "red"})
    assert (folder.depth, folder.file_count, folder.subfolder_count) == (0, 0, 0)
    assert folder.additional_properties == {"color": "red"}


def test_a_folder_is_read_with_all_that_is_around_it() -> None:
    data: dict[str, Any] = {
        "folder": None,
        "breadcrumbs": [{"id": "f", "name": "n"}],
        "subfolders": [{"id": "g", "name": "m", "parent_id": "f", "depth": 1}],
    }
    contents = FolderContents.from_api_response(data)
    assert contents.folder is None
    assert (contents.total_files, contents.has_more_files) == (0, False)
    assert contents.subfolders[0].parent_id == contents.breadcrumbs[0].id
    assert FolderTree.from_api_response({"folders": data["subfolders"]}).folders == (
        contents.subfolders
    )
    assert MoveFilesResult.from_api_response({"moved": 1, "total_requested": 2}).moved == 1
