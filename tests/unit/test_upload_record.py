"""The journal of a bulk upload: what survives, and what of it still holds."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aion.exceptions import (
    ValidationError,
)
from aion.types.common import DescriptionStatus
from aion.types.upload import UploadResult
from aion.uploads import _expand
from aion.uploads._expand import UploadInput
from aion.uploads._open_journal import OpenJournal
from aion.uploads._plan import Item
from aion.uploads._record import JournalRecord, restored, resume_plan
from aion.uploads.journal import Journal, State

URL = "https://api.example.com/api/v2"
PNG = b"\x89PNG\r\n\x1a\n"


def found(path: Path, count: int = 3) -> list[UploadInput]:
    path.mkdir(exist_ok=True)
    for number in range(count):
        if not (path / f"{number}.png").exists():
            (path / f"{number}.png").write_bytes(PNG + bytes([number]))
    return _expand.expand(path)


def items(files: list[UploadInput]) -> list[Item]:
    return [Item(one.index, one.upload) for one in files if one.upload is not None]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return tmp_path / "photos"


def again(path: Path, files: list[UploadInput]) -> JournalRecord:
    return JournalRecord(path, files, URL)


def test_a_new_journal_plans_every_file(path: Path, photos: Path) -> None:
    JournalRecord(path, found(photos), URL).close()
    report = Journal(path).report()
    assert [(one.filename, one.size, one.state) for one in report] == [
        (f"{number}.png", 9, State.PLANNED) for number in range(3)
    ]
    assert report[0].mtime_ns == (photos / "0.png").stat().st_mtime_ns


def test_a_result_comes_back_as_it_was_without_its_signed_link(path: Path, photos: Path) -> None:
    files = found(photos, 1)
    result = UploadResult(
        "id", "0.png", "key", "blue \udcff sky", ["sea"], "EXIT", 0.5,
        DescriptionStatus.COMPLETED, "https://x/?signature=1", datetime(2026, 5, 1, tzinfo=UTC),
    )  # fmt: skip
    record = JournalRecord(path, files, URL)
    record.stored([(0, result)])
    record.close()
    record = again(path, files)
    kept = restored(record.done()[0])
    record.close()
    assert kept is not None
    assert kept.thumbnail_url is None
    assert (kept.description, kept.tags, kept.created_at, kept.description_status) == (
        result.description, result.tags, result.created_at, result.description_status,
    )  # fmt: skip


def test_what_was_being_sent_is_in_doubt_and_the_rest_is_to_be_sent(
    path: Path, photos: Path
) -> None:
    files = found(photos, 4)
    record = JournalRecord(path, files, URL)
    record.sending(items(files)[:3])
    record.sent("session", items(files)[2:3])
    record.close()
    record = again(path, files)
    plain, doubtful, sessions = resume_plan(items(files), record.done())
    record.close()
    assert list(plain) == [3]
    assert [one.index for one in doubtful] == [0, 1]
    assert [(one.session_id, [item.index for item in one.items]) for one in sessions] == [
        ("session", [2])
    ]


def test_what_is_stored_counts_as_taken_under_the_name_that_the_service_gave_it(
    path: Path, photos: Path
) -> None:
    files = found(photos, 2)
    record = JournalRecord(path, files, URL)
    record.sent("session", items(files))
    record.stored([(0, UploadResult("id", "changed.png", ""))])
    record.close()
    record = again(path, files)
    _, _, sessions = resume_plan(items(files), record.done())
    record.close()
    assert [dict(one.taken) for one in sessions] == [{("changed.png", "id"): 1}]


def test_what_was_not_committed_does_not_count(path: Path, photos: Path) -> None:
    files = found(photos)
    record = JournalRecord(path, files, URL)
    with pytest.raises(KeyError):
        record.sending([*items(files), Item(99, items(files)[0].upload)])
    record.close()
    assert {one.state for one in Journal(path).report()} == {State.PLANNED}


def test_p22_a_name_that_is_not_valid_text_may_be_part_of_a_reason(
    path: Path, photos: Path
) -> None:
    found(photos, 1)
    Path(os.fsdecode(os.fsencode(photos) + b"/bad\xff.png")).write_bytes(b"no picture")
    JournalRecord(path, _expand.expand(photos), URL).close()
    bad = Journal(path).report()[1]
    assert (bad.filename, bad.state) == ("bad\udcff.png", State.FAILED)
    assert "bad\\udcff.png" in str(bad.reason)


def full(path: Path, photos: Path) -> OpenJournal:
    """A journal that has no room for anything long."""
    made = OpenJournal(path, found(photos, 1), URL, "images", {})
    pages = made._database.execute("PRAGMA page_count").fetchone()[0]
    made._database.execute(f"PRAGMA max_page_count = {pages}")
    return made


def test_p22_a_full_disk_is_reported_as_what_it_is(path: Path, photos: Path) -> None:
    record = full(path, photos)
    with pytest.raises(ValidationError, match="disk is full"), record.whole():
        record.set(0, reason="x" * 200_000)
    record.close()


def test_p22_a_change_that_cannot_be_kept_does_not_block_later_ones(
    path: Path, photos: Path
) -> None:
    record = OpenJournal(path, found(photos, 1), URL, "images", {})
    # A deferred constraint is the easiest way to make a commit fail.
    record._database.executescript(
        "PRAGMA foreign_keys = ON;"
        "CREATE TABLE one (n INTEGER REFERENCES files DEFERRABLE INITIALLY DEFERRED);"
    )
    with pytest.raises(ValidationError, match="FOREIGN KEY"), record.whole():
        record._database.execute("INSERT INTO one VALUES (99)")
    with record.whole():
        record.set(0, reason="later")
    record.close()
    assert Journal(path).report()[0].reason == "later"


def test_the_order_of_the_files_may_be_another(path: Path, photos: Path) -> None:
    files = found(photos)
    record = JournalRecord(path, files, URL)
    record.stored([(2, UploadResult("two", "2.png", ""))])
    record.close()
    turned = _expand.expand([one.source for one in reversed(files)])
    record = again(path, turned)
    assert {index: row.image_id for index, row in record.done().items()} == {0: "two"}
    record.close()


def test_a_touched_file_is_the_same_where_its_hash_is_known(path: Path, photos: Path) -> None:
    files = found(photos, 2)
    record = JournalRecord(path, files, URL)
    record.stored([(one.index, UploadResult(f"{one.index}", "", "")) for one in files])
    from aion.uploads._hashing import sha256

    record.hashed(0, sha256(photos / "0.png"))
    record.close()
    for number in range(2):
        os.utime(photos / f"{number}.png", ns=(1, 1))
    record = again(path, found(photos, 2))
    assert list(record.done()) == [0]
    record.close()


def test_a_file_given_twice_has_two_rows(path: Path, photos: Path) -> None:
    one = found(photos, 1)[0].source
    files = _expand.expand([one, one])
    record = JournalRecord(path, files, URL)
    record.stored([(1, UploadResult("second", "0.png", ""))])
    record.close()
    record = again(path, files)
    assert {index: row.image_id for index, row in record.done().items()} == {1: "second"}
    record.close()


def test_two_uploads_cannot_write_one_journal(path: Path, photos: Path) -> None:
    files = found(photos)
    record = JournalRecord(path, files, URL)
    with pytest.raises(ValidationError, match="is in use"):
        again(path, files)
    record.close()


def test_a_journal_that_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(ValidationError, match="does not exist"):
        Journal(path).report()
    assert not path.exists()


def test_an_empty_file_becomes_a_journal(path: Path, photos: Path) -> None:
    path.touch()
    with pytest.raises(ValidationError, match="is empty"):
        Journal(path).report()
    JournalRecord(path, found(photos), URL).close()
    assert len(Journal(path).report()) == 3
