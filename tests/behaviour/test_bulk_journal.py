"""P22: a batch resumes where it ended, with its journal."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from aion.exceptions import AionvisionTimeoutError, UploadError, ValidationError
from aion.testing import Sandbox
from aion.uploads.journal import Journal, State
from aion.uploads.progress import UploadProgress
from tests.behaviour.bulk import STREAM, folder, held, names, requests_of
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import NAVY, draw


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "upload.journal"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return tmp_path / "photos"


def states(journal: Path) -> list[State]:
    return [one.state for one in Journal(journal).report()]


def test_P22_a_finished_journal_gives_the_same_results_without_a_request(
    calls: Calls, small: Sandbox, photos: Path, journal: Path
) -> None:
    client = calls.client(small, polling_interval=0.1)
    first = calls(client.upload(folder(photos, 20), journal=journal))
    before = len(small.requests)
    again = calls(client.upload(photos, journal=journal))
    assert len(small.requests) == before
    assert [(one.image_id, one.filename, one.description, one.tags) for one in again] == [
        (one.image_id, one.filename, one.description, one.tags) for one in first
    ]
    assert again.summary() == "20 succeeded"


def test_P22_the_report_names_every_file_with_its_outcome(
    calls: Calls, small: Sandbox, photos: Path, journal: Path
) -> None:
    folder(photos, 3)
    (photos / "bad.png").write_text("no image")
    results = calls(calls.client(small).upload(photos, journal=journal, raise_on_failure=False))
    report = Journal(journal).report()
    assert [one.filename for one in report] == [*names(3), "bad.png"]
    assert [one.state for one in report] == [State.DESCRIBED] * 3 + [State.FAILED]
    assert [one.image_id for one in report[:3]] == [one.image_id for one in results[:3]]
    assert "no" in str(report[3].reason)
    assert report[0].path == photos / "000.png"


def test_P22_a_batch_that_broke_resumes_with_what_is_missing(
    calls: Calls, small: Sandbox, photos: Path, journal: Path
) -> None:
    folder(photos, 28)
    small.faults.fail(STREAM, status=413, message="too much", every=3)
    client = calls.client(small, polling_interval=0.1)
    with pytest.raises(UploadError, match="too much"):
        calls(client.upload(photos, journal=journal))
    assert {State.PLANNED, State.SENDING} & set(states(journal)) == {State.PLANNED}
    small.faults.clear()
    results = calls(client.upload(photos, journal=journal))
    assert [one.filename for one in results] == names(28)
    assert results.summary() == "28 succeeded"
    assert held(calls, small) == dict.fromkeys(names(28), 1)


def test_P22_what_is_not_described_is_polled_and_not_sent(
    calls: Calls, small: Sandbox, photos: Path, journal: Path
) -> None:
    small.faults.hold_description()
    client = calls.client(small, polling_interval=0.1)
    with pytest.raises(AionvisionTimeoutError):
        calls(client.upload(folder(photos, 20), journal=journal, description_timeout=0.3))
    assert set(states(journal)) <= {State.SENT, State.STORED}
    sent = requests_of(small, STREAM)
    small.faults.clear()
    results = calls(client.upload(photos, journal=journal))
    assert results.summary() == "20 succeeded"
    assert requests_of(small, STREAM) == sent
    assert requests_of(small, "check_upload_quota") == 1


def test_P22_stored_files_are_polled_a_hundred_at_a_time(
    calls: Calls, small: Sandbox, photos: Path, journal: Path
) -> None:
    client = calls.client(small, polling_interval=0.1)
    folder(photos, 105)
    for one in calls(client.upload(photos, journal=journal, wait_for_descriptions=False)):
        calls(client.uploads.wait_for_description(one.image_id))
    before = len(small.requests)
    assert calls(client.upload(photos, journal=journal)).summary() == "105 succeeded"
    assert [one.path for one in small.requests[before:]] == ["/api/v2/user-files"] * 2


def test_P22_a_changed_file_is_resent(
    calls: Calls, small: Sandbox, photos: Path, journal: Path
) -> None:
    client = calls.client(small, polling_interval=0.1)
    first = calls(client.upload(folder(photos, 10), journal=journal))
    (photos / "003.png").write_bytes(draw("PNG", (77, 10)))
    again = calls(client.upload(photos, journal=journal))
    assert [old.image_id == new.image_id for old, new in zip(first, again, strict=True)] == [
        number != 3 for number in range(10)
    ]
    assert "77x10" in str(again[3].description)


def test_P22_a_stored_file_that_is_not_an_image_any_more_is_still_stored(
    calls: Calls, small: Sandbox, photos: Path, journal: Path
) -> None:
    client = calls.client(small)
    before = calls(client.upload(folder(photos, 3), journal=journal))
    (photos / "000.png").write_text("no image")
    steps: list[UploadProgress] = []
    after = calls(client.upload(photos, journal=journal, progress=steps.append))
    assert after[0].image_id == before[0].image_id
    assert steps[-1].failed == 0


def test_P22_bytes_are_known_by_their_hash(calls: Calls, small: Sandbox, journal: Path) -> None:
    client = calls.client(small, polling_interval=0.1)
    files = [draw(), draw(color=NAVY)]
    first = calls(client.upload(files, filenames=["a.jpg", "b.jpg"], journal=journal))
    files[1] = draw(color=(1, 200, 1))
    again = calls(client.upload(files, filenames=["a.jpg", "b.jpg"], journal=journal))
    assert again[0].image_id == first[0].image_id
    assert again[1].image_id != first[1].image_id
    assert requests_of(small, STREAM) == 2


def test_P22_what_the_service_refused_is_not_resent_until_it_changes(
    calls: Calls, small: Sandbox, photos: Path, journal: Path
) -> None:
    folder(photos, 3)
    good = (photos / "001.png").read_bytes()
    (photos / "001.png").write_bytes(good[:40])
    client = calls.client(small, polling_interval=0.1)
    for _ in range(2):
        results = calls(client.upload(photos, journal=journal, raise_on_failure=False))
        assert results.summary() == "2 succeeded, 1 failed"
    assert requests_of(small, STREAM) == 1
    (photos / "001.png").write_bytes(good)
    assert calls(client.upload(photos, journal=journal)).summary() == "3 succeeded"


def test_P22_a_raising_callback_leaves_what_is_done(
    calls: Calls, small: Sandbox, photos: Path, journal: Path
) -> None:
    told: list[Any] = []

    def stop(event: Any) -> None:
        told.append(event)
        if len(told) == 12:
            raise InterruptedError("enough")

    client = calls.client(small, polling_interval=0.1)
    folder(photos, 30)
    with pytest.raises(InterruptedError, match="enough"):
        calls(client.upload(photos, journal=journal, on_file_complete=stop))
    assert sum(one.is_stored for one in Journal(journal).report()) >= 12
    assert calls(client.upload(photos, journal=journal)).summary() == "30 succeeded"
    assert held(calls, small) == dict.fromkeys(names(30), 1)


def test_P22_an_allowance_has_to_suffice_for_what_is_missing_alone(
    calls: Calls, small: Sandbox, photos: Path, journal: Path
) -> None:
    client = calls.client(small, polling_interval=0.1)
    calls(client.upload(folder(photos, 9), journal=journal))
    small.faults.zero_quota()
    assert calls(client.upload(photos, journal=journal)).summary() == "9 succeeded"


def test_files_of_one_name_in_a_session_keep_their_own_results_p22(
    calls: Calls, small: Sandbox, journal: Path
) -> None:
    sizes = [(10 + number, 20) for number in range(7)]
    images = [draw("PNG", size) for size in sizes]
    client = calls.client(small, polling_interval=0.1)

    def upload(**more: Any) -> Any:
        return client.upload(images, filenames=["a.png"] * 7, journal=journal, **more)

    small.faults.hold_description()
    with pytest.raises(AionvisionTimeoutError):
        calls(upload(description_timeout=0.1))
    small.faults.clear()
    results = calls(upload())
    shown = [
        f"{size[0]}x20" in str(one.description) for size, one in zip(sizes, results, strict=True)
    ]
    assert shown == [True] * 7
    assert requests_of(small, STREAM) == 1


# Journals that do not fit


def test_a_journal_of_other_files_is_refused(
    calls: Calls, small: Sandbox, photos: Path, journal: Path
) -> None:
    client = calls.client(small, polling_interval=0.1)
    calls(client.upload(folder(photos, 3), journal=journal))
    (photos / "new.png").write_bytes(draw("PNG"))
    (photos / "000.png").unlink()
    before = len(small.requests)
    with pytest.raises(ValidationError, match="another set of files") as caught:
        calls(client.upload(photos, journal=journal))
    assert "new.png" in str(caught.value)
    assert "000.png" in str(caught.value)
    assert caught.value.details["field"] == "journal"
    assert len(small.requests) == before


def test_a_journal_of_another_service_is_refused(
    calls: Calls, small: Sandbox, sandbox: Sandbox, photos: Path, journal: Path
) -> None:
    calls(calls.client(small).upload(folder(photos, 2), journal=journal))
    with pytest.raises(ValidationError, match="belongs to uploads to"):
        calls(calls.client(sandbox).upload(photos, journal=journal))


@pytest.mark.parametrize("kind", ["text", "database", "newer"])
def test_a_file_that_is_not_a_journal_is_refused_and_kept(
    kind: str, calls: Calls, small: Sandbox, photos: Path, journal: Path
) -> None:
    if kind == "text":
        journal.write_text("my diary, which is not to be lost\n" * 100)
    else:
        with closing(sqlite3.connect(journal)) as database:
            database.execute("CREATE TABLE diary (day TEXT)")
            if kind == "newer":
                database.execute("PRAGMA application_id = 0x41494F4E")
                database.execute("PRAGMA user_version = 99")
            database.commit()
    before = journal.read_bytes()
    with pytest.raises(ValidationError, match="the journal"):
        calls(calls.client(small).upload(folder(photos, 2), journal=journal))
    assert journal.read_bytes() == before


def test_a_journal_serves_one_upload_at_a_time(
    calls: Calls, small: Sandbox, photos: Path, journal: Path
) -> None:
    caught: list[ValidationError] = []

    def read(event: object) -> None:
        with pytest.raises(ValidationError, match="is in use") as found:
            Journal(journal).report()
        caught.append(found.value)

    calls(calls.client(small).upload(folder(photos, 1), journal=journal, on_file_complete=read))
    assert len(caught) == 1
    assert Journal(journal).report()[0].state is State.DESCRIBED


def test_a_journal_in_no_folder_is_refused(
    calls: Calls, small: Sandbox, photos: Path, tmp_path: Path
) -> None:
    client = calls.client(small, polling_interval=0.1)
    with pytest.raises(ValidationError, match="cannot be used"):
        calls(client.upload(folder(photos, 1), journal=tmp_path / "nowhere" / "j"))


def test_names_of_files_need_not_be_text(
    calls: Calls, small: Sandbox, photos: Path, journal: Path
) -> None:
    folder(photos, 1)
    odd = os.fsdecode(b"\xff\xfe.png")
    (photos / odd).write_bytes(draw("PNG"))
    client = calls.client(small, polling_interval=0.1)
    calls(client.upload(photos, journal=journal))
    assert [one.filename for one in Journal(journal).report()] == ["000.png", odd]
    assert calls(client.upload(photos, journal=journal)).summary() == "2 succeeded"


def test_a_journal_keeps_no_key_and_no_signed_link(
    calls: Calls, small: Sandbox, photos: Path, journal: Path
) -> None:
    calls(calls.client(small).upload(folder(photos, 9), journal=journal))
    content = journal.read_bytes()
    assert small.api_key.encode() not in content
    assert b"signature" not in content.lower()
