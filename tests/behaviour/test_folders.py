"""Arrange files in folders, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from aion.exceptions import ResourceNotFoundError, ValidationError
from aion.testing import Sandbox
from aion.types.folders import Folder
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import FORMATS, draw

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def files(sandbox: Sandbox) -> list[str]:
    """The ids of four images."""
    with sandbox.sync_client() as client:
        return [
            client.upload_one(draw(kind), filename=name).image_id for kind, name in FORMATS.items()
        ]


def folder(sandbox: Sandbox, *names: str) -> Folder:
    """The last of folders inside each other, which are made."""
    with sandbox.sync_client() as client:
        made = client.folders.create(names[0])
        for name in names[1:]:
            made = client.folders.create(name, parent_id=made.id)
    return made


# create, tree, get


def test_a_folder_is_made_at_the_root(calls: Calls, sandbox: Sandbox) -> None:
    made = calls(calls.client(sandbox).folders.create("Invoices"))
    assert (made.name, made.parent_id, made.depth) == ("Invoices", None, 0)
    assert (made.file_count, made.subfolder_count) == (0, 0)
    assert made.created_at == made.updated_at is not None


def test_a_folder_is_made_in_another_one(calls: Calls, sandbox: Sandbox) -> None:
    outer = folder(sandbox, "2026")
    inner = calls(calls.client(sandbox).folders.create("May", parent_id=outer.id))
    assert (inner.parent_id, inner.depth) == (outer.id, 1)


def test_a_taken_name_is_refused_only_in_the_same_place(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    outer = folder(sandbox, "2026")
    with pytest.raises(ValidationError) as caught:
        calls(client.folders.create("2026"))
    assert caught.value.status_code == 409
    assert calls(client.folders.create("2026", parent_id=outer.id)).depth == 1


@pytest.mark.parametrize("name", ["", "x" * 256, "a/b", "a\\b", "a\0b", None, 7])
def test_a_name_that_is_not_allowed_is_refused_unsent(
    name: Any, calls: Calls, sandbox: Sandbox
) -> None:
    folders = calls.client(sandbox).folders
    with pytest.raises(ValidationError, match=r"^name"):
        calls(folders.create(name))
    with pytest.raises(ValidationError, match=r"^name"):
        calls(folders.rename(UNKNOWN, name))
    assert sandbox.requests == []


def test_ten_levels_are_enough_and_eleven_too_many(calls: Calls, sandbox: Sandbox) -> None:
    last = folder(sandbox, *(str(level) for level in range(10)))
    assert last.depth == 9
    with pytest.raises(ValidationError) as caught:
        calls(calls.client(sandbox).folders.create("10", parent_id=last.id))
    assert caught.value.status_code == 422


def test_the_tree_lists_parents_before_their_children(calls: Calls, sandbox: Sandbox) -> None:
    folder(sandbox, "b", "z")
    folder(sandbox, "a", "y")
    tree = calls(calls.client(sandbox).folders.tree())
    assert [(one.name, one.depth) for one in tree.folders] == [
        ("a", 0), ("y", 1), ("b", 0), ("z", 1),
    ]  # fmt: skip
    assert [one.subfolder_count for one in tree.folders] == [1, 0, 1, 0]


def test_an_empty_tree_has_no_folders(calls: Calls, sandbox: Sandbox) -> None:
    assert calls(calls.client(sandbox).folders.tree()).folders == []


def test_a_folder_is_read_with_its_path_and_its_counts(
    calls: Calls, sandbox: Sandbox, files: list[str]
) -> None:
    client = calls.client(sandbox)
    inner = folder(sandbox, "2026", "May")
    calls(client.folders.create("Week 1", parent_id=inner.id))
    calls(client.folders.move_files(files, folder_id=inner.id))
    contents = calls(client.folders.get(inner.id, limit=3))
    assert contents.folder is not None
    assert (contents.folder.name, contents.folder.file_count) == ("May", 4)
    assert [one.name for one in contents.breadcrumbs] == ["2026", "May"]
    assert [one.name for one in contents.subfolders] == ["Week 1"]
    assert (contents.total_files, contents.has_more_files) == (4, True)
    assert not calls(client.folders.get(inner.id, limit=3, offset=3)).has_more_files


def test_the_breadcrumbs_end_with_the_folder_itself(calls: Calls, sandbox: Sandbox) -> None:
    inner = folder(sandbox, "2026", "May")
    path = calls(calls.client(sandbox).folders.get_breadcrumbs(inner.id)).breadcrumbs
    assert [(one.name, one.depth) for one in path] == [("2026", 0), ("May", 1)]
    assert path[-1].id == inner.id


@pytest.mark.parametrize("arguments", [{"limit": 0}, {"limit": 101}, {"offset": -1}])
def test_a_page_out_of_range_is_refused_unsent(
    arguments: dict[str, Any], calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(ValidationError):
        calls(calls.client(sandbox).folders.get(UNKNOWN, **arguments))
    assert sandbox.requests == []


def test_what_is_not_there_is_not_found(calls: Calls, sandbox: Sandbox) -> None:
    folders = calls.client(sandbox).folders
    with pytest.raises(ResourceNotFoundError):
        calls(folders.get(UNKNOWN))
    with pytest.raises(ResourceNotFoundError):
        calls(folders.get_breadcrumbs(UNKNOWN))
    with pytest.raises(ResourceNotFoundError):
        calls(folders.create("x", parent_id=UNKNOWN))
    with pytest.raises(ResourceNotFoundError):
        calls(folders.move_files([UNKNOWN], folder_id=UNKNOWN))


# rename, move


def test_a_folder_gets_another_name(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    made = folder(sandbox, "Old")
    renamed = calls(client.folders.rename(made.id, "New"))
    assert (renamed.id, renamed.name, renamed.created_at) == (made.id, "New", made.created_at)
    assert [one.name for one in calls(client.folders.tree()).folders] == ["New"]


def test_a_name_that_is_taken_cannot_be_given(calls: Calls, sandbox: Sandbox) -> None:
    made = folder(sandbox, "One")
    folder(sandbox, "Two")
    with pytest.raises(ValidationError) as caught:
        calls(calls.client(sandbox).folders.rename(made.id, "Two"))
    assert caught.value.status_code == 409


def test_a_folder_moves_with_what_is_in_it(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    target = folder(sandbox, "Archive")
    inner = folder(sandbox, "2026", "May")
    assert inner.parent_id is not None
    moved = calls(client.folders.move(inner.parent_id, new_parent_id=target.id))
    assert (moved.parent_id, moved.depth, moved.subfolder_count) == (target.id, 1, 1)
    path = calls(client.folders.get_breadcrumbs(inner.id)).breadcrumbs
    assert [one.name for one in path] == ["Archive", "2026", "May"]


def test_a_folder_without_a_new_parent_moves_to_the_root(calls: Calls, sandbox: Sandbox) -> None:
    inner = folder(sandbox, "2026", "May")
    moved = calls(calls.client(sandbox).folders.move(inner.id))
    assert (moved.parent_id, moved.depth) == (None, 0)


def test_a_folder_cannot_move_into_itself_or_below(calls: Calls, sandbox: Sandbox) -> None:
    inner = folder(sandbox, "2026", "May")
    assert inner.parent_id is not None
    for target in (inner.parent_id, inner.id):
        with pytest.raises(ValidationError) as caught:
            calls(calls.client(sandbox).folders.move(inner.parent_id, new_parent_id=target))
        assert caught.value.status_code == 422


def test_a_move_counts_the_levels_that_come_along(calls: Calls, sandbox: Sandbox) -> None:
    target = folder(sandbox, *(str(level) for level in range(9)))
    inner = folder(sandbox, "tall", "taller")
    assert inner.parent_id is not None
    with pytest.raises(ValidationError) as caught:
        calls(calls.client(sandbox).folders.move(inner.parent_id, new_parent_id=target.id))
    assert caught.value.status_code == 422
    assert calls(calls.client(sandbox).folders.move(inner.id, new_parent_id=target.id)).depth == 9


def test_an_empty_parent_id_is_not_a_root(calls: Calls, sandbox: Sandbox) -> None:
    folders = calls.client(sandbox).folders
    with pytest.raises(ValidationError, match=r"^parent_id"):
        calls(folders.create("x", parent_id=""))
    with pytest.raises(ValidationError, match=r"^new_parent_id"):
        calls(folders.move(UNKNOWN, new_parent_id=""))
    with pytest.raises(ValidationError, match=r"^folder_id"):
        calls(folders.move_files([UNKNOWN], folder_id=""))
    assert sandbox.requests == []


# files


def test_files_move_into_a_folder_and_back_to_the_root(
    calls: Calls, sandbox: Sandbox, files: list[str]
) -> None:
    client = calls.client(sandbox)
    made = folder(sandbox, "Kept")
    moved = calls(client.folders.move_files(files[:2], folder_id=made.id))
    assert (moved.moved, moved.total_requested) == (2, 2)
    page = calls(client.files.list(folder_id=made.id))
    assert {file.id for file in page.files} == set(files[:2])
    assert calls(client.folders.move_files(files[:1])).moved == 1
    assert calls(client.folders.get(made.id)).total_files == 1


def test_unknown_files_are_left_out_and_show_in_the_counts(
    calls: Calls, sandbox: Sandbox, files: list[str]
) -> None:
    moved = calls(calls.client(sandbox).folders.move_files([files[0], UNKNOWN]))
    assert (moved.moved, moved.total_requested) == (1, 2)


@pytest.mark.parametrize("ids", [[], ["a", "a"], [""], "abc", [str(n) for n in range(101)]])
def test_a_list_of_files_out_of_range_is_refused_unsent(
    ids: Any, calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(ValidationError, match=r"^file_ids"):
        calls(calls.client(sandbox).folders.move_files(ids))
    assert sandbox.requests == []


# delete


def test_a_deleted_folder_leaves_its_contents_one_level_up(
    calls: Calls, sandbox: Sandbox, files: list[str]
) -> None:
    client = calls.client(sandbox)
    inner = folder(sandbox, "2026", "May", "Week 1")
    assert inner.parent_id is not None
    calls(client.folders.move_files(files, folder_id=inner.parent_id))
    gone = calls(client.folders.delete(inner.parent_id))
    assert (gone.id, gone.mode) == (inner.parent_id, "move_to_parent")
    assert (gone.files_affected, gone.subfolders_affected) == (4, 1)
    tree = calls(client.folders.tree()).folders
    assert [(one.name, one.depth, one.file_count) for one in tree] == [
        ("2026", 0, 4), ("Week 1", 1, 0),
    ]  # fmt: skip


def test_a_folder_can_be_deleted_with_all_that_is_in_it(
    calls: Calls, sandbox: Sandbox, files: list[str]
) -> None:
    client = calls.client(sandbox)
    inner = folder(sandbox, "2026", "May", "Week 1")
    assert inner.parent_id is not None
    calls(client.folders.move_files(files[:1], folder_id=inner.id))
    gone = calls(client.folders.delete(inner.parent_id, mode="delete_all"))
    assert (gone.mode, gone.files_affected, gone.subfolders_affected) == ("delete_all", 1, 1)
    with pytest.raises(ResourceNotFoundError):
        calls(client.files.get(files[0]))
    assert [one.name for one in calls(client.folders.tree()).folders] == ["2026"]


def test_an_unknown_mode_is_refused_unsent(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ValidationError, match=r"^mode"):
        calls(calls.client(sandbox).folders.delete(UNKNOWN, mode="burn"))
    assert sandbox.requests == []
