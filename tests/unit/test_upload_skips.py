"""Every entry of a directory is a file of its upload, or counted with the reason why not."""

from __future__ import annotations

import copy
import logging
import os
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aion.exceptions import ValidationError
from aion.types.documents import BatchDocumentUploadResults
from aion.types.upload import BatchUploadResults, SkipKind, SkipReason, UploadResult
from aion.types.video import VideoUploadResults
from aion.uploads import _expand, _local_file
from aion.uploads._document_file import document
from aion.uploads._expand import expand, nothing_to_upload
from aion.uploads._media_types import DOCUMENT_TYPES, VIDEO_TYPES
from aion.uploads._skips import SkipCounter
from aion.uploads._video_file import videos

Copy = Callable[[Any], Any]


def pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


COPIES: list[Copy] = [copy.copy, copy.deepcopy, pickled]
every_copy = pytest.mark.parametrize("again", COPIES)
JPEG = b"\xff\xd8\xff\xe0 and so on"
HEIC = SkipReason(SkipKind.IMAGE_FORMAT, ".heic")
UPLOADS: dict[str, dict[str, Any]] = {
    "images": {},
    "documents": {"check": document, "extensions": frozenset(DOCUMENT_TYPES)},
    "videos": {"check": _local_file.image, "extensions": frozenset(VIDEO_TYPES)},
}


def write(path: Path, data: bytes = JPEG) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def skipped(folder: Path, **options: Any) -> dict[SkipReason, int]:
    """What is left out of a directory that has one image besides."""
    write(folder / "taken.jpg")
    return dict(expand(folder, **options).skipped)


# Directory trees

names = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "", "", "."]),
        st.sampled_from("abcde"),
        st.sampled_from(["", ".jpg", ".PNG", ".heic", ".pdf", ".mp4", ".xyz", ".", ".é"]),
    ),
)
KINDS = ("file", "pipe", "link to a file", "link to a directory", "broken link")
trees = st.recursive(
    st.sampled_from(KINDS), lambda below: st.dictionaries(names, below, max_size=5), max_leaves=20
).filter(lambda tree: isinstance(tree, dict))


def grow(folder: Path, tree: dict[str, Any], root: Path) -> None:
    folder.mkdir()
    for name, entry in tree.items():
        path = folder / name
        if isinstance(entry, dict):
            grow(path, cast("dict[str, Any]", entry), root)
        elif entry == "file":
            path.write_bytes(JPEG)
        elif entry == "pipe":
            os.mkfifo(path)
        else:
            target = {"link to a file": "file", "link to a directory": "folder"}.get(entry, "gone")
            path.symlink_to(root / target)


def entries(folder: Path, *, recursive: bool, hidden: bool) -> int:
    """How many entries a walk meets; a directory that it enters stands for its entries."""
    count = 0
    for path in folder.iterdir():
        is_entered = path.is_dir() and not path.is_symlink() and recursive
        if is_entered and (hidden or not path.name.startswith(".")):
            count += entries(path, recursive=recursive, hidden=hidden)
        else:
            count += 1
    return count


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("kind", UPLOADS)
@given(tree=trees, recursive=st.booleans(), hidden=st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_entry_is_a_file_of_the_upload_or_counted_once(
    kind: str, tree: dict[str, Any], recursive: bool, hidden: bool
) -> None:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        write(root / "file")
        (root / "folder").mkdir()
        grow(root / "tree", tree, root)
        try:
            found = expand(
                root / "tree", recursive=recursive, include_hidden=hidden, **UPLOADS[kind]
            )
            taken, left_out = len(found), found.skipped
        except ValidationError as error:
            taken, left_out = 0, error.details["skipped"]
        assert taken + sum(left_out.values()) == entries(
            root / "tree", recursive=recursive, hidden=hidden
        )


# The reasons


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("a.HEIC", SkipKind.IMAGE_FORMAT, ".heic is not accepted: convert it to JPEG"),
        ("a.rtf", SkipKind.DOCUMENT_FORMAT, ".rtf is not accepted: convert it to PDF"),
        ("a.mkv", SkipKind.VIDEO_FORMAT, ".mkv is not accepted: convert it to MP4"),
        ("a.pdf", SkipKind.DOCUMENT, ".pdf is a document: client.documents.upload(...)"),
        ("a.mp4", SkipKind.VIDEO, ".mp4 is a video: client.video_uploads.upload(...)"),
        ("a.xyz", SkipKind.FORMAT, ".xyz is not accepted"),
        ("a", SkipKind.NO_EXTENSION, "no extension: pass the file by its path"),
        ("a.", SkipKind.NO_EXTENSION, "no extension: pass the file by its path"),
        (".a.jpg", SkipKind.HIDDEN, "hidden: include_hidden=True"),
        (".d/a.jpg", SkipKind.HIDDEN, "hidden: include_hidden=True"),
        ("a.\x1b[2J", SkipKind.FORMAT, "another extension is not accepted"),
    ],
)
def test_a_file_that_is_left_out_has_a_reason_that_says_what_to_do(
    name: str, kind: SkipKind, words: str, tmp_path: Path
) -> None:
    write(tmp_path / name)
    ((reason, count),) = skipped(tmp_path).items()
    assert (reason.kind, str(reason), count) == (kind, words, 1)


def test_an_image_among_documents_is_left_out_as_an_image(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", b"hello")
    write(tmp_path / "b.jpg")
    found = expand(tmp_path, **UPLOADS["documents"])
    assert list(map(str, found.skipped)) == [".jpg is an image: client.upload(...)"]


def test_a_directory_that_is_not_entered_counts_as_one(tmp_path: Path) -> None:
    for name in "ab":
        write(tmp_path / "below" / f"{name}.jpg")
    assert skipped(tmp_path, recursive=False) == {SkipReason(SkipKind.DIRECTORY): 1}


def test_a_link_to_a_directory_is_counted(tmp_path: Path) -> None:
    (tmp_path / "again.jpg").symlink_to(tmp_path, target_is_directory=True)
    assert skipped(tmp_path) == {SkipReason(SkipKind.LINK): 1}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("name", ["a.jpg", "a.txt", "a"])
def test_a_pipe_is_not_a_regular_file_whatever_its_name(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    assert skipped(tmp_path) == {SkipReason(SkipKind.SPECIAL): 1}


@pytest.mark.parametrize("name", ["my.journal", ".journal", "journal"])
def test_the_journal_of_the_upload_is_not_left_out_of_it(name: str, tmp_path: Path) -> None:
    journal = write(tmp_path / name)
    write(tmp_path / f"{name}-wal")
    assert skipped(tmp_path, journal=journal) == {}


def test_a_namesake_of_the_journal_is_counted(tmp_path: Path) -> None:
    write(tmp_path / "below" / "my.journal")
    assert sum(skipped(tmp_path, journal=tmp_path / "my.journal").values()) == 1


def test_counts_of_several_directories_are_added(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write(tmp_path / folder / "a.jpg")
        write(tmp_path / folder / "b.heic")
    assert expand([tmp_path / "a", tmp_path / "b"]).skipped == {HEIC: 2}


def test_the_videos_of_a_directory_come_with_what_is_left_out(tmp_path: Path) -> None:
    write(tmp_path / "a.avi", b"RIFF....AVI " + bytes(50))
    write(tmp_path / "b.heic")
    assert videos(tmp_path)[1] == {HEIC: 1}


extensions = st.text("abc", min_size=1, max_size=3).map(lambda name: f".q{name}")


@given(st.lists(extensions, max_size=200), st.randoms(use_true_random=False))
def test_counts_do_not_depend_on_the_order_of_the_directory(found: list[str], luck: Any) -> None:
    def counted() -> list[tuple[SkipReason, int]]:
        counter = SkipCounter()
        for extension in found:
            counter.add_file(extension)
        return list(counter.counts().items())

    first = counted()
    luck.shuffle(found)
    assert counted() == first


@given(st.lists(extensions, max_size=200))
def test_every_file_of_a_rare_extension_is_counted(found: list[str]) -> None:
    counter = SkipCounter()
    for extension in found:
        counter.add_file(extension)
    assert sum(counter.counts().values()) == len(found)


def test_counts_of_any_number_of_extensions_take_little_memory() -> None:
    counter = SkipCounter()
    for number in range(10_000):
        counter.add_file(f".x{number}")
    assert len(counter.counts()) == 21


def test_reasons_are_in_the_order_of_their_kinds() -> None:
    counter = SkipCounter()
    for kind in reversed(SkipKind):
        counter.add(kind)
    assert [reason.kind for reason in counter.counts()] == list(SkipKind)


# The log and the errors


@pytest.mark.parametrize(
    ("names", "level"),
    [([".a"], logging.INFO), ([".a", "b.heic"], logging.WARNING), (["b"], logging.WARNING)],
)
def test_what_is_left_out_is_logged_once(
    names: list[str], level: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "aion")
    for name in names:
        write(tmp_path / name)
    skipped(tmp_path)
    assert [record.levelno for record in caplog.records] == [level]


def test_the_log_says_what_is_left_out_and_why(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path / "b.heic")
    skipped(tmp_path)
    assert caplog.messages == ["an upload left out: 1 (.heic is not accepted: convert it to JPEG)"]


def test_nothing_is_logged_if_nothing_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "aion")
    skipped(tmp_path)
    assert caplog.messages == []


def test_an_upload_of_nothing_says_what_was_left_out(tmp_path: Path) -> None:
    for name in ("a.heic", "b.heic", "c.pdf"):
        write(tmp_path / name)
    with pytest.raises(ValidationError) as caught:
        expand(tmp_path)
    assert caught.value.message.endswith(
        ".webp; left out: 1 (.pdf is a document: client.documents.upload(...)),"
        " 2 (.heic is not accepted: convert it to JPEG)"
    )


@every_copy
def test_P6_the_error_of_an_upload_of_nothing_survives_copies(again: Copy) -> None:
    error = nothing_to_upload([".jpg"], {HEIC: 2})
    copied = again(error)
    assert (str(copied), copied.details) == (str(error), error.details)


# The results


@every_copy
@pytest.mark.parametrize(
    "kind", [BatchUploadResults, BatchDocumentUploadResults, VideoUploadResults]
)
def test_P6_what_was_left_out_survives_copies_of_the_results(kind: type[Any], again: Copy) -> None:
    assert again(kind(skipped={HEIC: 2})).skipped == {HEIC: 2}


def test_the_summary_says_what_was_left_out() -> None:
    results = BatchUploadResults([UploadResult("1", "a.jpg", "")], skipped={HEIC: 2_000})
    assert results.summary() == (
        "1 pending; left out: 2,000 (.heic is not accepted: convert it to JPEG)"
    )


def test_two_bad_files_of_one_name_are_told_apart_by_their_paths(tmp_path: Path) -> None:
    files = [write(tmp_path / folder / "a.jpg", b"text") for folder in "xy"]
    with pytest.raises(ValidationError) as caught:
        expand(files)
    assert all(str(path) in caught.value.message for path in files)


def test_nothing_is_left_out_of_files_that_are_named(tmp_path: Path) -> None:
    assert _expand.expand([write(tmp_path / "a")]).skipped == {}
