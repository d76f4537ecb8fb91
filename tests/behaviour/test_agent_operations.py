"""Reports, analyses and folders made by agents, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from aion.exceptions import ResourceNotFoundError, ValidationError
from aion.testing import Sandbox
from aion.types.data_types import CategorizationResult
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import NAVY, RED, draw

UNKNOWN = "00000000-0000-0000-0000-000000000000"
POLES = b"# Poles\n\nThe wooden pole at the harbor leans.\n\n# Costs\n\nRepairs cost 40 euros.\n"
BOATS = b"Boats cost nothing at the harbor.\n"


@pytest.fixture
def images(sandbox: Sandbox) -> dict[str, str]:
    """Two red images and a navy one: their ids by name."""
    ids: dict[str, str] = {}
    with sandbox.sync_client() as client:
        for name, color in (("rose.jpg", RED), ("night.jpg", NAVY), ("brick.png", RED)):
            kind = "JPEG" if name.endswith("jpg") else "PNG"
            ids[name] = client.upload_one(draw(kind, (64, 48), color), filename=name).image_id
    return ids


@pytest.fixture
def documents(sandbox: Sandbox) -> dict[str, str]:
    """Two documents: their ids by name."""
    with sandbox.sync_client() as client:
        return {
            name: client.documents.upload_one(data, filename=name).document_id
            for name, data in (("poles.md", POLES), ("boats.txt", BOATS))
        }


def sent(sandbox: Sandbox) -> int:
    return len(sandbox.requests)


# synthesize


def test_a_report_covers_every_image_and_document(
    calls: Calls, sandbox: Sandbox, images: dict[str, str], documents: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    result = calls(
        client.agent_operations.synthesize(
            "What stands at the harbor?",
            image_ids=list(images.values()),
            document_ids=list(documents.values()),
        )
    )
    assert (result.success, result.image_count, result.document_count) == (True, 3, 2)
    assert result.report.startswith("# [sandbox] What stands at the harbor?\n")
    assert f"[[img:{images['night.jpg'][:8]}|night.jpg]]: [sandbox] JPEG" in result.report
    assert "The wooden pole at the harbor leans." in result.report
    assert result.saved_document_id is None


def test_a_report_on_nothing_in_particular_chooses_what_fits(
    calls: Calls, sandbox: Sandbox, images: dict[str, str]
) -> None:
    result = calls(calls.client(sandbox).agent_operations.synthesize("everything navy"))
    assert (result.image_count, result.document_count) == (1, 0)
    assert "night.jpg" in result.report


def test_a_report_can_be_kept_as_a_document(
    calls: Calls, sandbox: Sandbox, images: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    result = calls(
        client.agent_operations.synthesize("Sum up", image_ids=[images["rose.jpg"]], auto_save=True)
    )
    assert result.saved_document_id is not None
    saved = calls(client.files.get(result.saved_document_id))
    assert (saved.media_type, saved.size_bytes) == ("document", len(result.report.encode()))


def test_a_report_on_files_that_are_not_there_is_a_run_that_failed(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    result = calls(client.agent_operations.synthesize("Sum up", image_ids=[UNKNOWN]))
    assert (result.success, result.report) == (False, "")
    assert "nothing to report on" in result.summary


# analyze_documents


def test_an_analysis_points_to_the_passages_it_relies_on(
    calls: Calls, sandbox: Sandbox, documents: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    result = calls(
        client.agent_operations.analyze_documents("What does it cost?", list(documents.values()))
    )
    assert (result.success, result.document_count) == (True, 2)
    assert "Repairs cost 40 euros." in result.analysis
    assert {one.document_id for one in result.chunk_references} == set(documents.values())
    names = {one.document_filename for one in result.chunk_references}
    assert names == {"poles.md", "boats.txt"}
    assert result.categorization is None


def test_documents_are_put_into_categories_where_that_is_asked_for(
    calls: Calls, sandbox: Sandbox, documents: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    result = calls(
        client.agent_operations.analyze_documents("Group them", list(documents.values()))
    )
    assert result.categorization is not None
    found = CategorizationResult.from_dict(result.categorization)
    assert {one.name: one.document_ids for one in found.categories} == {
        "md": (documents["poles.md"],),
        "txt": (documents["boats.txt"],),
    }


def test_an_analysis_of_documents_that_are_not_there_is_a_run_that_failed(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    result = calls(client.agent_operations.analyze_documents("Compare", [UNKNOWN]))
    assert (result.success, result.document_count, result.chunk_references) == (False, 0, [])


# organize


def test_images_are_really_moved_into_folders(
    calls: Calls, sandbox: Sandbox, images: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    result = calls(
        client.agent_operations.organize("Sort by color", image_ids=list(images.values()))
    )
    assert (result.success, result.folders_created, result.files_moved) == (True, 2, 3)
    navy, red = result.actions
    assert (navy.action, navy.folder_name, navy.file_count) == ("create_and_move_files", "Navy", 1)
    assert (red.folder_name, red.file_count) == ("Red", 2)
    page = calls(client.files.list(folder_id=red.folder_id))
    assert {file.id for file in page.files} == {images["rose.jpg"], images["brick.png"]}


def test_files_that_lie_where_they_belong_are_left_there(
    calls: Calls, sandbox: Sandbox, images: dict[str, str]
) -> None:
    organize = calls.client(sandbox).agent_operations.organize
    calls(organize("Sort by color", image_ids=[images["rose.jpg"]]))
    again = calls(organize("Sort by color", image_ids=[images["rose.jpg"], images["brick.png"]]))
    assert (again.folders_created, again.files_moved) == (0, 1)
    assert [one.action for one in again.actions] == ["move_files"]


def test_folders_are_made_below_a_parent(
    calls: Calls, sandbox: Sandbox, images: dict[str, str], documents: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    parent = calls(client.folders.create("Archive"))
    result = calls(
        client.agent_operations.organize(
            "By kind",
            image_ids=[images["rose.jpg"]],
            document_ids=[documents["poles.md"]],
            parent_folder_id=parent.id,
        )
    )
    assert [one.folder_name for one in result.actions] == ["Documents", "Images"]
    folder = calls(client.folders.get(result.actions[0].folder_id or ""))
    assert [crumb.name for crumb in folder.breadcrumbs] == ["Archive", "Documents"]


def test_without_files_all_that_lie_in_no_folder_are_sorted(
    calls: Calls, sandbox: Sandbox, images: dict[str, str]
) -> None:
    result = calls(calls.client(sandbox).agent_operations.organize('Put it into "All of it"'))
    assert [(one.folder_name, one.file_count) for one in result.actions] == [("All of it", 3)]


def test_a_parent_that_is_not_there_is_not_found(
    calls: Calls, sandbox: Sandbox, images: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ResourceNotFoundError) as caught:
        calls(
            client.agent_operations.organize(
                "By kind", image_ids=[images["rose.jpg"]], parent_folder_id=UNKNOWN
            )
        )
    assert caught.value.path == "/agents/organize"
    assert calls(client.files.list(folder_id=UNKNOWN)).total_count == 0


def test_videos_that_are_not_there_are_nothing_to_sort(calls: Calls, sandbox: Sandbox) -> None:
    organize = calls.client(sandbox).agent_operations.organize
    result = calls(organize("By kind", video_ids=[UNKNOWN]))
    assert (result.success, result.actions, result.files_moved) == (False, [], 0)


# arguments


@pytest.mark.parametrize(
    ("method", "name", "value"),
    [
        ("synthesize", "intent", ""),
        ("synthesize", "intent", "x" * 2001),
        ("synthesize", "image_ids", "one-id"),
        ("synthesize", "document_ids", [None]),
        ("analyze_documents", "intent", " "),
        ("analyze_documents", "document_ids", []),
        ("analyze_documents", "document_ids", None),
        ("analyze_documents", "document_ids", ["a", ".."]),
        ("organize", "intent", None),
        ("organize", "image_ids", 3),
        ("organize", "video_ids", [""]),
        ("organize", "parent_folder_id", ""),
    ],
)
def test_an_argument_out_of_range_is_refused_unsent(
    method: str, name: str, value: Any, calls: Calls, sandbox: Sandbox
) -> None:
    arguments: dict[str, Any] = {"intent": "do it", name: value}
    if method == "analyze_documents":
        arguments.setdefault("document_ids", [UNKNOWN])
    with pytest.raises(ValidationError, match=f"^{name}"):
        calls(getattr(calls.client(sandbox).agent_operations, method)(**arguments))
    assert sent(sandbox) == 0
