"""Which files an upload of many means."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from aion.exceptions import UploadError, ValidationError
from aion.uploads import _expand, _local_file
from aion.uploads._expand import expand
from aion.uploads._video_file import videos

JPEG = b"\xff\xd8\xff\xe0 and so on"


def jpeg(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(JPEG)
    return path


def names(files: Any, **wishes: Any) -> list[str]:
    return [one.filename for one in expand(files, **wishes)]


def test_positions_run_over_the_whole_expanded_input(tmp_path: Path) -> None:
    for name in ("b.jpg", "a.jpg"):
        jpeg(tmp_path / "d" / name)
    found = expand([JPEG, tmp_path / "d", JPEG], ["x", None, "y"])
    assert [(one.index, one.filename) for one in found] == [
        (0, "x"), (1, "a.jpg"), (2, "b.jpg"), (3, "y"),
    ]  # fmt: skip


def mixed(folder: Path) -> list[Any]:
    """One of each kind: found, named otherwise, in memory, unusable."""
    jpeg(folder / "d" / "a.jpg")
    (folder / "d" / "bad.jpg").write_bytes(b"no image")
    return [folder / "d", jpeg(folder / "b.jpg"), JPEG]


def test_files_are_given_by_position_as_they_were_checked(tmp_path: Path) -> None:
    entries = mixed(tmp_path)
    found = expand(entries, [None, "other.jpg", "bytes.jpg"])
    assert [found[index].file for index in (0, 2, 3)] == [
        _local_file.image(entries[0] / "a.jpg", None),
        _local_file.image(entries[1], "other.jpg"),
        _local_file.image(JPEG, "bytes.jpg"),
    ]
    assert found[1].upload is None


def test_files_are_counted_and_sliced_as_a_sequence_is(tmp_path: Path) -> None:
    found = expand(mixed(tmp_path), [None, "other.jpg", "bytes.jpg"])
    assert [one.index for one in found[1:]] == [1, 2, 3]
    assert (len(found), found[-1].filename) == (4, "bytes.jpg")
    with pytest.raises(IndexError):
        found[4]


def test_the_path_of_a_file_is_that_which_was_given(tmp_path: Path) -> None:
    jpeg(tmp_path / "a.jpg")
    (tmp_path / "x").mkdir()
    for path in (tmp_path / "a.jpg", str(tmp_path / "a.jpg"), f"{tmp_path}/./x/../a.jpg"):
        assert expand([path])[0].source == str(Path(path))


@pytest.mark.parametrize("name", ["a.JPG", "a.jpeg", "a.Png", "a.webp", "a.gif"])
def test_endings_are_compared_without_case(name: str, tmp_path: Path) -> None:
    jpeg(tmp_path / name)
    assert names(tmp_path) == [name]


def test_a_directory_below_a_hidden_one_is_hidden(tmp_path: Path) -> None:
    jpeg(tmp_path / ".cache" / "below" / "a.jpg")
    jpeg(tmp_path / "b.jpg")
    assert names(tmp_path) == ["b.jpg"]
    assert sorted(names(tmp_path, include_hidden=True)) == ["a.jpg", "b.jpg"]


def test_a_flat_listing_leaves_directories_below_alone(tmp_path: Path) -> None:
    jpeg(tmp_path / "a.jpg")
    jpeg(tmp_path / "below" / "b.jpg")
    assert names(tmp_path, recursive=False) == ["a.jpg"]


def test_a_pipe_in_a_directory_is_passed_by(tmp_path: Path) -> None:
    jpeg(tmp_path / "a.jpg")
    os.mkfifo(tmp_path / "b.jpg")
    assert names(tmp_path) == ["a.jpg"]


def test_a_link_to_its_own_directory_ends(tmp_path: Path) -> None:
    jpeg(tmp_path / "a.jpg")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert names(tmp_path) == ["a.jpg"]


def test_a_link_that_leads_nowhere_is_a_problem_of_that_file(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").symlink_to(tmp_path / "gone.jpg")
    (found,) = expand(tmp_path)
    assert found.upload is None
    assert "does not exist" in str(found.problem)


def test_a_video_that_a_link_to_nowhere_promises_is_a_problem_of_that_file(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.mp4").symlink_to(tmp_path / "gone.mp4")
    with pytest.raises(ValidationError, match=r"a\.mp4 does not exist") as caught:
        videos(tmp_path)
    assert caught.value.details["filenames"] == ["a.mp4"]


def test_a_named_file_that_is_not_an_image_is_an_error_of_the_caller(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_text("hello")
    with pytest.raises(ValidationError, match="is not a JPEG"):
        expand([path])


def test_a_directory_that_cannot_be_read_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scan(path: str) -> Any:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", scan)
    with pytest.raises(UploadError, match="Permission denied") as caught:
        expand(tmp_path)
    assert caught.value.filename == str(tmp_path)


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_expand, "MOST_FILES", 2)
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        jpeg(tmp_path / name)
    with pytest.raises(ValidationError, match="at most 2 files"):
        expand(tmp_path)
    with pytest.raises(ValidationError, match="at most 2 files"):
        expand([JPEG] * 3, ["a"] * 3)


def test_a_directory_takes_no_name(tmp_path: Path) -> None:
    jpeg(tmp_path / "a.jpg")
    with pytest.raises(ValidationError, match="None for a directory"):
        expand([tmp_path], ["x"])


@pytest.mark.parametrize("files", [bytearray(JPEG), memoryview(JPEG)])
def test_all_kinds_of_bytes_are_one_file(files: Any) -> None:
    assert names(files, filenames=["a.jpg"]) == ["a.jpg"]


@pytest.mark.parametrize("files", [None, 3, {"a.jpg": 1}])
def test_what_gives_no_files_is_refused(files: Any) -> None:
    with pytest.raises(ValidationError, match="a path, bytes, or a list"):
        expand(files)


@pytest.mark.parametrize("made", [iter, set, tuple, deque])
def test_any_iterable_of_files_is_a_list_of_them(
    made: Callable[[Any], Any], tmp_path: Path
) -> None:
    paths = [tmp_path / "a.jpg", tmp_path / "b.jpg"]
    for path in paths:
        jpeg(path)
    assert sorted(names(made(paths))) == ["a.jpg", "b.jpg"]


def test_an_iterator_without_an_end_is_too_many_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aion.uploads._expand.MOST_FILES", 2)
    with pytest.raises(ValidationError, match="at most 2 files"):
        expand(repeat("a.jpg"))


def test_a_set_of_files_takes_no_names() -> None:
    with pytest.raises(ValidationError, match="left out for a set"):
        expand({JPEG}, ["a.jpg"])
