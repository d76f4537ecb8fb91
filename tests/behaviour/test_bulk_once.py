"""Exactly once: even if responses are lost, each file is stored once and complete."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aion.exceptions import AionvisionConnectionError, AionvisionError, UploadError
from aion.testing import Sandbox
from aion.uploads.journal import Journal, State
from tests.behaviour.bulk import STREAM, folder, held, names, requests_of
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import draw

CHECK = "check_duplicates"


def test_a_response_that_is_lost_after_the_work_was_done_stores_nothing_twice(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    small.faults.cut(STREAM, times=2)
    client = calls.client(small)
    results = calls(client.upload(folder(tmp_path, 20)))
    assert results.summary() == "20 succeeded"
    assert [one.filename for one in results] == names(20)
    assert held(calls, small) == dict.fromkeys(names(20), 1)
    assert requests_of(small, STREAM) == 3
    assert len({one.image_id for one in results}) == 20


def test_a_request_that_never_did_its_work_is_resent(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    small.faults.drop(STREAM, times=2)
    results = calls(calls.client(small).upload(folder(tmp_path, 20)))
    assert results.summary() == "20 succeeded"
    assert held(calls, small) == dict.fromkeys(names(20), 1)
    assert requests_of(small, STREAM) == 5


@pytest.mark.parametrize("status", [500, 504])
def test_an_error_of_the_service_is_asked_about(
    status: int, calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    small.faults.fail(STREAM, status=status)
    results = calls(calls.client(small).upload(folder(tmp_path, 9)))
    assert results.summary() == "9 succeeded"
    assert requests_of(small, CHECK) == 1
    assert held(calls, small) == dict.fromkeys(names(9), 1)


def test_a_response_that_comes_too_late_stores_nothing_twice(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    small.faults.delay(STREAM, seconds=0.6)
    client = calls.client(small, timeout=0.4)
    results = calls(client.upload(folder(tmp_path, 4)))
    assert results.summary() == "4 succeeded"
    time.sleep(0.7)
    assert held(calls, small) == dict.fromkeys(names(4), 1)


def test_nothing_is_hashed_while_all_goes_well(
    calls: Calls, small: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(content: object) -> None:
        raise AssertionError("hashed")

    monkeypatch.setattr("aion._flows.bulk_recovery.hashing", refuse)
    monkeypatch.setattr("aion.sync._flows.bulk_recovery.hashing", refuse)
    calls(calls.client(small).upload(folder(tmp_path, 3)))
    assert requests_of(small, CHECK) == 0


def test_a_failure_that_says_that_nothing_was_done_is_not_asked_about(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    small.faults.fail(STREAM, status=413, times=None)
    client = calls.client(small)
    with pytest.raises(AionvisionError):
        calls(client.upload(folder(tmp_path, 3)))
    assert requests_of(small, CHECK) == 0


def test_files_of_the_same_bytes_and_of_the_same_name_are_all_stored(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    for place in ("a", "b"):
        folder(tmp_path / place, 3)
    (tmp_path / "b" / "002.png").write_bytes(draw("PNG", (50, 50)))
    small.faults.cut(STREAM)
    small.faults.drop(STREAM)
    results = calls(calls.client(small).upload(tmp_path))
    assert results.summary() == "6 succeeded"
    assert "50x50" in str(results[5].description)
    assert "12x10" in str(results[2].description)


def test_what_was_there_before_under_another_name_is_not_stored_again_in_doubt(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(small)
    older = calls(client.upload(draw("PNG"), filename="older.png"))
    (tmp_path / "new.png").write_bytes(draw("PNG"))
    small.faults.drop(STREAM)
    results = calls(client.upload(tmp_path))
    assert results[0].image_id == older[0].image_id


@pytest.mark.parametrize("lost", ["before the work", "after the work"])
def test_a_copy_that_was_there_before_is_not_mistaken_for_the_one_that_was_sent(
    lost: str, calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(small)
    (tmp_path / "pier.png").write_bytes(draw("PNG"))
    older = calls(client.upload(tmp_path))
    small.step_clock(60)
    if lost == "before the work":
        small.faults.drop(STREAM)
    else:
        small.faults.cut(STREAM)
    again = calls(client.upload(tmp_path, tags=["again"]))
    assert again[0].image_id != older[0].image_id
    assert held(calls, small) == {"pier.png": 2}
    (found,) = calls(client.files.list(tags=["again"])).files
    assert found.id == again[0].image_id


def test_an_upload_that_is_always_refused_fails_though_a_copy_was_there_before(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(small, max_retries=1)
    (tmp_path / "pier.png").write_bytes(draw("PNG"))
    calls(client.upload_one(tmp_path / "pier.png"))
    small.step_clock(60)
    small.faults.fail(STREAM, status=500, times=None)
    for upload in (client.upload_one, client.upload):
        with pytest.raises(AionvisionError, match="500"):
            calls(upload(tmp_path / "pier.png"))
    assert held(calls, small) == {"pier.png": 1}


def test_a_service_without_a_time_is_asked_all_the_same(
    calls: Calls, small: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aion._flows.quota.http_date", dateless)
    monkeypatch.setattr("aion.sync._flows.quota.http_date", dateless)
    small.faults.cut(STREAM)
    results = calls(calls.client(small).upload(folder(tmp_path, 3)))
    assert results.summary() == "3 succeeded"
    assert held(calls, small) == dict.fromkeys(names(3), 1)


def dateless(_: str) -> None:
    """The time of the service is unknown, because no response has a date."""


def test_a_service_that_stays_away_is_given_up(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    small.faults.drop(STREAM, times=None)
    client = calls.client(small, max_retries=2)
    with pytest.raises(AionvisionConnectionError):
        calls(client.upload(folder(tmp_path / "in", 3), journal=journal))
    assert requests_of(small, STREAM) == 3
    assert {one.state for one in Journal(journal).report()} == {State.SENDING}


def test_P22_a_broken_request_is_asked_about_by_the_next_call(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    photos = folder(tmp_path / "in", 12)
    small.faults.cut(STREAM, times=None)
    client = calls.client(small, max_retries=0)
    with pytest.raises(AionvisionError):
        calls(client.upload(photos, journal=journal))
    small.faults.clear()
    assert calls(client.upload(photos, journal=journal)).summary() == "12 succeeded"
    assert held(calls, small) == dict.fromkeys(names(12), 1)
    assert all(one.sha256 for one in Journal(journal).report() if one.session_id is None)


# Files that change while they are sent


class Writer:
    """Overwrites a file, with the same size, as soon as it is read."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from aion._http import content

        real = content._PathSource._counted

        def counted(source: Any, handle: Any) -> Iterator[bytes]:
            for piece in real(source, handle):
                yield piece
                if source._path == path:
                    data = path.read_bytes()
                    with path.open("r+b") as target:
                        target.seek(len(data) - 1)
                        target.write(b"\0")

        monkeypatch.setattr(content._PathSource, "_counted", counted)


def test_a_file_that_changes_while_it_is_sent_fails_and_is_not_stored_torn(
    calls: Calls, small: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder(tmp_path, 4)
    Writer(tmp_path / "002.png", monkeypatch)
    client = calls.client(small)
    with pytest.raises(UploadError, match="changed while it was sent") as caught:
        calls(client.upload(tmp_path))
    assert caught.value.partial_results.summary() == "3 succeeded, 1 failed (1 retryable)"
    assert "002.png" not in held(calls, small)


def test_a_file_that_grows_while_it_is_sent_stops_no_other(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    folder(tmp_path, 3)
    with (tmp_path / "001.png").open("ab") as file:
        file.write(bytes(8 * 1024 * 1024))
    stop = threading.Event()

    def grow() -> None:
        while not stop.is_set():
            with (tmp_path / "001.png").open("ab") as file:
                file.write(b"x")

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        results = calls(calls.client(small).upload(tmp_path, raise_on_failure=False))
    finally:
        stop.set()
        writer.join()
    assert [one.is_stored for one in results] == [True, False, True]
