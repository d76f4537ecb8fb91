"""Upload many images: requests, results, and what is reported when something fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from aion._http.async_connection import AsyncConnection
from aion._http.bounded_connection import BoundedConnection
from aion.exceptions import (
    AionvisionTimeoutError,
    AuthenticationError,
    DescriptionError,
    QuotaExceededError,
    UploadError,
    ValidationError,
)
from aion.testing import Sandbox
from aion.transport import Reply, Wire
from aion.types.upload import BatchUploadResults
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import NAVY, draw

STREAM = "stream_batch_upload"


def requests_of(sandbox: Sandbox, operation: str) -> int:
    return sum((one.operation or "").startswith(operation) for one in sandbox.requests)


def folder(path: Path, count: int) -> Path:
    """Make a directory with `count` different images, called 00.png and so on."""
    for number in range(count):
        (path / f"{number:02}.png").write_bytes(draw("PNG", (10 + number, 10)))
    return path


# What goes in


def test_a_directory_gives_its_images_in_order(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    folder(tmp_path, 3)
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "z.jpg").write_bytes(draw())
    (tmp_path / ".hidden.jpg").write_bytes(draw())
    results = calls(calls.client(sandbox).upload(tmp_path))
    assert [one.filename for one in results] == ["00.png", "01.png", "02.png", "z.jpg"]
    assert (results.succeeded_count, results.has_failures) == (4, False)


def test_a_directory_may_be_read_flat_and_with_hidden_files(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    folder(tmp_path, 1)
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "z.jpg").write_bytes(draw())
    (tmp_path / ".hidden.jpg").write_bytes(draw())
    results = calls(calls.client(sandbox).upload(tmp_path, recursive=False, include_hidden=True))
    assert [one.filename for one in results] == [".hidden.jpg", "00.png"]


def test_paths_bytes_and_directories_can_be_mixed(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    folder(tmp_path, 2)
    files: list[str | Path | bytes] = [tmp_path, draw(color=NAVY), tmp_path / "01.png"]
    results = calls(
        calls.client(sandbox).uploads.upload_batch(files, filenames=[None, "blue.jpg", "again.png"])
    )
    assert [one.filename for one in results] == ["00.png", "01.png", "blue.jpg", "again.png"]
    assert "mostly navy" in str(results[2].description)


def test_one_file_needs_no_list(calls: Calls, sandbox: Sandbox) -> None:
    results = calls(calls.client(sandbox).upload(draw(), filename="a.jpg"))
    assert isinstance(results, BatchUploadResults)
    assert [(one.filename, one.is_completed) for one in results] == [("a.jpg", True)]


def test_tags_and_duplicates_reach_the_service(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    first = calls(client.uploads.upload(draw(), filename="a.jpg", tags=["sea", "boats"]))
    again = calls(client.uploads.upload(draw(), filename="b.jpg", skip_duplicates=True))
    assert {"sea", "boats"} <= set(first[0].tags or ())
    assert again[0].image_id == first[0].image_id


def test_images_without_a_description_to_come_are_neither_good_nor_bad(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    results = calls(client.uploads.upload(draw(), filename="a.jpg", auto_describe=False))
    assert results.summary() == "1 stored without a description"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"files": []}, "files"),
        ({"files": 3}, "files"),
        ({"files": b"x", "filename": None}, "filename"),
        ({"files": [b"x"], "filenames": ["a", "b"]}, "filenames"),
        ({"files": [b"x"], "filenames": "a"}, "filenames"),
        ({"files": b"hello", "filename": "a.txt"}, "file"),
        ({"files": "/nowhere/a.jpg"}, "file"),
        ({"files": draw(), "filename": "a", "filenames": ["a"]}, "filename"),
        ({"files": draw(), "filename": "a", "storage_target": "tape"}, "storage_target"),
        ({"files": draw(), "filename": "a", "tags": ["a,b"]}, "tags[0]"),
        ({"files": draw(), "filename": "a", "tags": ["x"] * 41}, "tags"),
        ({"files": draw(), "filename": "a", "description_timeout": 0}, "description_timeout"),
    ],
)
def test_what_cannot_be_uploaded_is_refused_before_anything_is_sent(
    arguments: dict[str, Any], field: str, calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ValidationError) as caught:
        calls(client.uploads.upload(**arguments))
    assert caught.value.details["field"] == field
    assert sandbox.requests == []


@pytest.mark.parametrize(
    ("argument", "value"), [("intent", "admire"), ("verification_level", "deep")]
)
def test_unknown_options_are_refused_before_anything_is_sent(
    argument: str, value: str, calls: Calls, sandbox: Sandbox
) -> None:
    wishes: dict[str, Any] = {argument: value}
    client = calls.client(sandbox)
    with pytest.raises(ValidationError, match=f"{argument} has to be one of"):
        calls(client.uploads.upload_batch([draw()], filenames=["a.jpg"], **wishes))
    assert sandbox.requests == []


def test_an_empty_directory_is_nothing_to_upload(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ValidationError, match="nothing to upload"):
        calls(client.upload(tmp_path))
    assert sandbox.requests == []


def test_an_intent_of_the_older_contract_is_sent_on(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ValidationError, match="intent 'verify' is not served"):
        calls(client.uploads.upload_batch([draw()], filenames=["a.jpg"], intent="verify"))


# Requests


def test_many_files_go_in_requests_of_as_many_as_the_service_takes(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    results = calls(calls.client(small).upload(folder(tmp_path, 20)))
    assert results.summary() == "20 succeeded"
    assert [one.filename for one in results] == [f"{number:02}.png" for number in range(20)]
    assert [f"{10 + number}x10" in str(one.description) for number, one in enumerate(results)] == [
        True
    ] * 20
    assert requests_of(small, STREAM) == 3


def test_descriptions_of_a_batch_share_their_polls(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    calls(calls.client(small, polling_interval=0.1).upload(folder(tmp_path, 20)))
    assert requests_of(small, "list_user_files") < 20


def test_files_of_one_name_keep_their_own_results(calls: Calls, small: Sandbox) -> None:
    sizes = [(10 + number, 20) for number in range(7)]
    results = calls(
        calls.client(small).upload([draw("PNG", size) for size in sizes], filenames=["a.png"] * 7)
    )
    assert [
        f"{size[0]}x20" in str(one.description) for size, one in zip(sizes, results, strict=True)
    ] == ([True] * 7)


def test_without_waiting_all_ids_are_there_and_nothing_is_polled(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    small.faults.hold_description("pending")
    results = calls(calls.client(small).upload(folder(tmp_path, 12), wait_for_descriptions=False))
    assert (results.pending_count, len({one.image_id for one in results})) == (12, 12)
    assert {one.method for one in small.requests if "quota" not in one.path} == {"POST"}
    assert requests_of(small, STREAM) == 3


@pytest.mark.parametrize("count", [3, 7])
@pytest.mark.parametrize("wait", [True, False])
def test_images_that_are_not_to_be_described_are_not_asked_for_descriptions(
    count: int, wait: bool, calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    results = calls(
        calls.client(small).upload(
            folder(tmp_path, count), auto_describe=False, wait_for_descriptions=wait
        )
    )
    assert results.summary() == f"{count} stored without a description"
    assert len({one.image_id for one in results}) == count
    assert requests_of(small, "list_user_files") == 0


def test_an_older_image_may_get_a_description_that_was_not_asked_for(
    calls: Calls, small: Sandbox
) -> None:
    client = calls.client(small)
    older = calls(client.upload_one(draw(), filename="a.jpg"))
    results = calls(
        client.upload(
            [draw(), draw(color=(1, 2, 3))],
            filenames=["a.jpg", "b.jpg"],
            auto_describe=False,
            skip_duplicates=True,
        )
    )
    assert results[0].image_id == older.image_id
    assert [one.is_pending for one in results] == [True, False]


# Callbacks


def test_callbacks_are_called_for_every_file_in_the_positions_of_the_input(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    small.faults.fail_description("provider timed out", filename="03.png")
    events: dict[str, list[Any]] = {"sent": [], "stored": [], "described": [], "failed": []}
    results = calls(
        calls.client(small).upload(
            folder(tmp_path, 10),
            raise_on_failure=False,
            on_progress=events["sent"].append,
            on_file_complete=events["stored"].append,
            on_description_progress=events["described"].append,
            on_description_failed=events["failed"].append,
        )
    )
    assert sorted(one.file_index for one in events["sent"]) == list(range(10))
    assert {one.progress_percent for one in events["sent"]} == {100.0}
    assert sorted(one.file_index for one in events["stored"]) == list(range(10))
    assert {one.file_index: one.result.image_id for one in events["stored"]} == {
        index: one.image_id for index, one in enumerate(results)
    }
    assert [one.completed_count for one in events["described"]] == list(range(1, 11))
    assert (events["described"][-1].total_count, events["described"][-1].remaining_count) == (10, 0)
    assert [(one.file_index, one.error_message) for one in events["failed"]] == [
        (3, "provider timed out")
    ]


def test_what_a_callback_raises_reaches_the_caller(calls: Calls, sandbox: Sandbox) -> None:
    def stop(event: object) -> None:
        raise InterruptedError("enough")

    client = calls.client(sandbox)
    with pytest.raises(InterruptedError, match="enough"):
        calls(client.upload(draw(), filename="a.jpg", on_file_complete=stop))


# Failures


def test_a_bad_file_of_a_directory_stops_no_other(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    folder(tmp_path, 2)
    (tmp_path / "00a.jpg").write_text("hello")
    (tmp_path / "00b.jpg").write_bytes(b"")
    results = calls(calls.client(sandbox).upload(tmp_path, raise_on_failure=False))
    assert [one.is_stored for one in results] == [True, False, False, True]
    assert results.summary() == "2 succeeded, 2 failed"
    assert "is not a JPEG" in str(results[1].description_error)
    assert "is empty" in str(results[2].description_error)


def test_a_file_that_the_service_refuses_stops_no_other(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    folder(tmp_path, 8)
    (tmp_path / "03.png").write_bytes(draw("PNG")[:60])
    client = calls.client(small)
    with pytest.raises(UploadError, match=r"03\.png was not stored: it was not accepted") as caught:
        calls(client.upload(tmp_path))
    error = caught.value
    assert (error.stage, error.filename) == ("upload", "03.png")
    assert error.partial_results.summary() == "7 succeeded, 1 failed"


class EveryResult(BoundedConnection):
    """Gives results of rejected files, too, as a service may do."""

    def exchange(self, wire: Wire, **limits: Any) -> Any:
        return every_result(super().exchange(wire, **limits))


class AsyncEveryResult(AsyncConnection):
    async def exchange(self, wire: Wire, **limits: Any) -> Any:
        return every_result(await super().exchange(wire, **limits))


REJECTED = {
    "image_id": "", "filename": "a.png", "object_key": "", "status": "failed",
    "created_at": None, "error": "no image", "error_message": "no image",
}  # fmt: skip


def every_result(reply: Any) -> Any:
    if not isinstance(reply, Reply) or b'"session_id"' not in reply.body:
        return reply
    body = json.loads(reply.body)
    for name in ("immediate_results", "results"):
        if body.get(name):
            body[name].insert(0, REJECTED)
    return Reply(reply.status, [(b"content-type", b"application/json")], json.dumps(body).encode())


@pytest.mark.parametrize("count", [2, 7])
def test_p22_a_file_is_not_treated_as_a_rejected_one_of_its_name(
    count: int, calls: Calls, small: Sandbox
) -> None:
    transport = AsyncEveryResult if calls.kind == "async" else EveryResult
    client = calls.client(small, transport=transport)
    files = [draw("PNG")[:60], *(draw("PNG", (10 + number, 9)) for number in range(count - 1))]
    results = calls(client.upload(files, filenames=["a.png"] * count, raise_on_failure=False))
    assert [one.is_stored for one in results] == [False] + [True] * (count - 1)
    assert "it was not accepted" in str(results[0].description_error)


def test_a_failed_description_raises_with_all_results(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.faults.fail_description("the provider answered 503", filename="01.png")
    client = calls.client(sandbox)
    with pytest.raises(DescriptionError, match="has no description") as caught:
        calls(client.upload(folder(tmp_path, 3)))
    results: BatchUploadResults = caught.value.partial_results
    assert results.summary() == "2 succeeded, 1 failed (1 retryable)"
    assert caught.value.image_id == results.retryable()[0].image_id


def test_a_used_up_allowance_stops_everything_before_it_begins(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.faults.zero_quota()
    client = calls.client(sandbox)
    with pytest.raises(QuotaExceededError) as caught:
        calls(client.upload(folder(tmp_path, 3)))
    assert caught.value.details["stage"] == "quota"
    assert requests_of(sandbox, STREAM) == 0


def test_an_error_before_anything_is_stored_comes_as_it_is(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.faults.fail(STREAM, status=401, times=None)
    client = calls.client(sandbox)
    with pytest.raises(AuthenticationError):
        calls(client.upload(folder(tmp_path, 3)))


def test_a_batch_that_breaks_midway_shows_what_is_stored(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    small.faults.fail(STREAM, status=413, message="too much", every=2)
    client = calls.client(small)
    with pytest.raises(UploadError, match="too much") as caught:
        calls(client.upload(folder(tmp_path, 20), wait_for_descriptions=False))
    error = caught.value
    assert (error.stage, error.status_code, error.details["cause"]) == (
        "upload", 413, "FILE_TOO_LARGE",
    )  # fmt: skip
    assert error.session_id is not None
    stored = {one.image_id for one in error.partial_results if one.is_stored}
    assert len(error.partial_results) == 20
    assert stored == {one.id for one in calls(client.files.list()).files}
    assert 0 < len(stored) < 20


def test_an_allowance_that_runs_out_midway_shows_what_is_stored(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    small.faults.fail(STREAM, status=429, code="USAGE_LIMIT_EXCEEDED", every=2)
    client = calls.client(small)
    with pytest.raises(QuotaExceededError) as caught:
        calls(client.upload(folder(tmp_path, 20), wait_for_descriptions=False))
    assert caught.value.partial_results.pending_count > 0


def test_a_file_that_vanishes_while_it_waits_stops_no_other(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    folder(tmp_path, 4)

    def vanish(event: Any) -> None:
        (tmp_path / "02.png").unlink(missing_ok=True)

    results = calls(
        calls.client(small).upload(tmp_path, on_progress=vanish, raise_on_failure=False)
    )
    assert [one.is_stored for one in results] == [True, True, False, True]
    assert "cannot be read" in str(results[2].description_error)


# Waiting


@pytest.mark.parametrize("count", [3, 7])
def test_descriptions_that_do_not_come_raise_with_all_results_p23(
    count: int, calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    small.faults.hold_description(filename="01.png")
    client = calls.client(small)
    with pytest.raises(AionvisionTimeoutError, match="do not upload them again") as caught:
        calls(client.upload(folder(tmp_path, count), description_timeout=0.6))
    results: Any = caught.value.last_result
    assert results.summary() == f"{count - 1} succeeded, 1 pending"
    small.faults.clear()
    assert requests_of(small, STREAM) == 1


def test_a_cancelled_session_ends_the_wait_p23(
    calls: Calls, small: Sandbox, tmp_path: Path
) -> None:
    small.faults.hold_description()
    client = calls.client(small)

    def cancel(event: Any) -> None:
        with httpx.Client(
            base_url=small.base_url, headers={"Authorization": f"Bearer {small.api_key}"}
        ) as http:
            for one in http.get("/uploads/sessions?status=processing").json()["sessions"]:
                http.post(f"/uploads/sessions/{one['session_id']}/cancel")

    results = calls(
        client.upload(folder(tmp_path, 3), on_file_complete=cancel, description_timeout=5.0)
    )
    assert results.summary() == "3 stored without a description"


def test_polls_that_fail_show_what_is_stored(calls: Calls, small: Sandbox, tmp_path: Path) -> None:
    small.faults.fail("list_user_files", status=403, times=None)
    client = calls.client(small)
    with pytest.raises(UploadError) as caught:
        calls(client.upload(folder(tmp_path, 3)))
    assert (caught.value.stage, caught.value.status_code) == ("session_results", 403)
    assert caught.value.partial_results.pending_count == 3


@pytest.mark.parametrize("callback", ["on_file_complete", "on_description_progress"])
def test_the_error_of_a_callback_notes_what_is_stored(
    callback: str, calls: Calls, sandbox: Sandbox
) -> None:
    def tell(_: object) -> None:
        raise KeyError("mine")

    client = calls.client(sandbox)
    hooks: dict[str, Any] = {callback: tell}
    with pytest.raises(KeyError) as caught:
        calls(client.upload([draw()], filename="a.jpg", **hooks))
    assert len(calls(client.files.list()).files) == 1
    assert "known to be stored: 1; upload the others only" in caught.value.__notes__[0]


def test_named_files_that_are_bad_stop_no_other_where_failures_are_results(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(draw())
    files: list[Path | bytes] = [tmp_path / "no.jpg", tmp_path / "a.jpg", b"hello", b""]
    names = [None, None, "b.jpg", "c.jpg"]
    client = calls.client(sandbox)
    results = calls(client.uploads.upload(files, filenames=names, raise_on_failure=False))
    assert [(one.filename, one.is_stored) for one in results] == [
        ("no.jpg", False),
        ("a.jpg", True),
        ("b.jpg", False),
        ("c.jpg", False),
    ]
    assert "no.jpg does not exist" in str(results[0].description_error)
    assert results.retryable() == []


def test_nothing_but_bad_files_sends_nothing(calls: Calls, sandbox: Sandbox) -> None:
    results = calls(calls.client(sandbox).upload("no.jpg", raise_on_failure=False))
    assert [one.is_failed for one in results] == [True]
    assert sandbox.requests == []


def test_a_named_file_that_was_missing_is_sent_with_the_same_journal_once_it_is_there(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    client, journal = calls.client(sandbox), tmp_path / "journal"
    files = [tmp_path / "a.jpg", tmp_path / "b.jpg"]
    files[0].write_bytes(draw())
    calls(client.upload(files, raise_on_failure=False, journal=journal))
    files[1].write_bytes(draw(color=NAVY))
    results = calls(client.upload(files, journal=journal))
    assert [one.is_stored for one in results] == [True, True]
    assert len(calls(client.files.list()).files) == 2


def test_files_that_are_found_one_by_one_are_uploaded(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(draw())
    (tmp_path / "b.jpg").write_bytes(draw(color=NAVY))
    results = calls(calls.client(sandbox).upload(tmp_path.glob("*.jpg")))
    assert sorted(one.filename for one in results) == ["a.jpg", "b.jpg"]
