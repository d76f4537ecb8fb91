"""What the progress of an upload says while nothing can be sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aion.exceptions import ServerError
from aion.testing import Sandbox
from aion.uploads.progress import UploadProgress
from tests.behaviour.bulk import STREAM, folder
from tests.behaviour.calls import Calls

ASKED = "waiting 2 s: the service asked to"


class Seen(list[UploadProgress]):
    """All steps of an upload."""

    @property
    def waits(self) -> list[UploadProgress]:
        return [one for one in self if one.waiting_seconds is not None]


def watched(calls: Calls, sandbox: Sandbox, photos: Path, **options: Any) -> Seen:
    """Upload a folder and return all steps."""
    seen = Seen()
    client = calls.client(sandbox, polling_interval=0.1)
    calls(client.upload(photos, progress=seen.append, **options))
    return seen


@pytest.mark.parametrize("operation", ["check_upload_quota", STREAM, "get_session_status"])
@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_the_service_asks_for_is_reported(
    operation: str, status: int, calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.faults.fail(operation, status=status, retry_after=2)
    # More files than a response has results for.
    seen = watched(calls, sandbox, folder(tmp_path, 7))
    assert seen.waits[0].status == ASKED


def test_the_seconds_of_a_wait_count_down(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.fail(STREAM, status=429, retry_after=3)
    seen = watched(calls, sandbox, folder(tmp_path, 1))
    assert list(dict.fromkeys(round(one.waiting_seconds or 0) for one in seen.waits)) == [3, 2, 1]


def test_a_wait_has_ended_by_the_next_step(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.fail(STREAM, status=429, retry_after=2)
    seen = watched(calls, sandbox, folder(tmp_path, 1))
    after = seen.index(seen.waits[-1]) + 1
    assert {one.waiting_seconds for one in seen[after:]} == {None}


def test_a_wait_of_one_of_several_requests_is_reported(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    small.faults.fail(STREAM, status=429, retry_after=2, every=2)
    seen = watched(calls, small, folder(tmp_path, 16))
    assert seen.waits[0].waiting_reason == "the service asked to"


def test_a_wait_after_the_last_attempt_of_a_call_is_reported(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    seen = Seen()
    client = calls.client(sandbox, polling_interval=0.1, timeout=1.5)
    sandbox.faults.fail(STREAM, status=429, retry_after=2)
    calls(client.upload(folder(tmp_path, 1), progress=seen.append))
    assert seen.waits[0].status == ASKED


def test_a_short_wait_is_not_reported(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.fail(STREAM, status=429, retry_after=1)
    assert watched(calls, sandbox, folder(tmp_path, 1)).waits == []


def test_an_error_of_the_callable_during_a_wait_reaches_the_caller(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    def stop(now: UploadProgress) -> None:
        if now.waiting_seconds is not None:
            raise InterruptedError

    sandbox.faults.fail(STREAM, status=429, retry_after=2)
    client = calls.client(sandbox)
    with pytest.raises(InterruptedError):
        calls(client.upload(folder(tmp_path, 1), progress=stop))


def test_a_coroutine_function_is_awaited_during_a_wait(sandbox: Sandbox, tmp_path: Path) -> None:
    seen = Seen()

    async def note(now: UploadProgress) -> None:
        seen.append(now)

    calls = Calls("async")
    sandbox.faults.fail(STREAM, status=429, retry_after=2)
    calls(calls.client(sandbox).upload(folder(tmp_path, 1), progress=note))
    calls.close()
    assert seen.waits[0].status == ASKED


def test_what_is_sent_while_a_callback_waits_is_not_the_progress_of_the_upload(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    inner = Calls("sync")

    def ask(_: object) -> None:
        sandbox.faults.fail("list_user_files", status=429, retry_after=2)
        inner(inner.client(sandbox).files.list())

    seen = watched(calls, sandbox, folder(tmp_path, 1), on_file_complete=ask)
    inner.close()
    assert seen.waits == []


def test_a_resume_says_which_files_it_checks(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    photos, journal = folder(tmp_path / "in", 3), tmp_path / "journal"
    sandbox.faults.fail(STREAM, status=502, times=None)
    sandbox.faults.fail("check_duplicates", status=403, times=None)
    client = calls.client(sandbox)
    with pytest.raises(ServerError):
        calls(client.upload(photos, journal=journal))
    sandbox.faults.clear()
    seen = watched(calls, sandbox, photos, journal=journal)
    checks = [one.status for one in seen if one.phase == "checking"]
    assert checks == ["checking which of 3 files arrived"]


def test_a_lost_response_says_which_files_are_checked(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.faults.fail(STREAM, status=502)
    seen = watched(calls, sandbox, folder(tmp_path, 3))
    assert "checking which of 3 files arrived" in [one.status for one in seen]


def test_nothing_is_described_before_something_is_stored(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    seen = watched(calls, small, folder(tmp_path, 30))
    early = [str(one) for one in seen if not one.stored]
    assert early
    assert not [text for text in early if "described" in text]


def test_the_phases_come_in_their_order(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    phases: list[str] = []

    def note(now: UploadProgress) -> None:
        phases.append(now.phase)
        if now.phase == "describing":
            sandbox.faults.clear()

    sandbox.faults.hold_description()
    client = calls.client(sandbox, polling_interval=0.1)
    calls(client.upload(folder(tmp_path, 1), progress=note))
    assert list(dict.fromkeys(phases)) == ["starting", "sending", "describing", "done"]


def test_after_sending_the_progress_says_how_many_results_are_missing(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    seen = watched(calls, sandbox, folder(tmp_path, 7))
    assert "waiting for the results of 7 files" in [one.status for one in seen]


def test_without_waiting_an_upload_is_done_once_the_files_are_stored(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    seen = watched(calls, sandbox, folder(tmp_path, 7), wait_for_descriptions=False)
    assert seen[-1].phase == "done"


@pytest.mark.parametrize("terminal", [False, True])
def test_what_is_shown_names_the_wait(
    terminal: bool,
    calls: Calls,
    sandbox: Sandbox,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if terminal:
        monkeypatch.setenv("FORCE_COLOR", "1")
    sandbox.faults.fail(STREAM, status=429, retry_after=2)
    calls(calls.client(sandbox).upload(folder(tmp_path, 1), progress=True))
    assert ASKED in capsys.readouterr().err
