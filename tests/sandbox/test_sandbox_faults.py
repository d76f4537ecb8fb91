from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from aion.sandbox.runtime import snapshots
from aion.testing import Sandbox
from tests.sandbox.conftest import client_of, plain
from tests.sandbox.pictures import jpeg

Upload = Callable[..., dict[str, Any]]


def test_the_next_calls_fail_and_then_it_is_over(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.fail("list_user_files", status=429, retry_after=7, times=2)
    answers = [api.get("/user-files") for _ in range(3)]
    assert [one.status_code for one in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "7"
    assert answers[0].json()["error"] == "RATE_LIMIT_ERROR"


def test_a_failure_has_the_requested_code_and_text(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.fail(status=503, code="MEMORY_LIMIT_EXCEEDED", message="too much at once")
    error = api.get("/uploads/quota-check?file_count=1").json()["error"]
    assert (error["code"], error["message"]) == ("MEMORY_LIMIT_EXCEEDED", "too much at once")


def test_an_injected_422_has_the_shape_of_validation_errors(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    sandbox.faults.fail("list_user_files", status=422, message="no")
    assert api.get("/user-files").json()["detail"][0]["msg"] == "no"


def test_a_fault_strikes_only_its_operation(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.fail("list_user_files", times=None)
    assert api.get("/uploads/sessions").status_code == 200
    assert [api.get("/user-files").status_code for _ in range(3)] == [503] * 3


def test_a_fault_comes_after_authentication(sandbox: Sandbox) -> None:
    sandbox.faults.fail()
    assert plain("GET", f"{sandbox.base_url}/user-files").status_code == 401
    assert len(sandbox.faults.list()) == 1


def test_a_delay_is_waited_and_the_call_continues(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.delay("list_user_files", seconds=0.15)
    began = time.monotonic()
    assert api.get("/user-files").status_code == 200
    assert time.monotonic() - began >= 0.15


def test_a_dropped_connection_has_no_response(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.drop("list_user_files")
    with pytest.raises(httpx.TransportError):
        api.get("/user-files")
    assert api.get("/user-files").status_code == 200
    assert [one.status for one in sandbox.requests] == [None, 200]


def test_an_upload_can_be_dropped_too(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.drop("stream_upload_file")
    with pytest.raises(httpx.TransportError):
        api.post("/user-files/upload/stream", files={"file": ("a.jpg", jpeg())})
    assert api.get("/user-files").json()["total_count"] == 0


def test_html_comes_instead_of_json(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.html("list_user_files", status=200)
    answer = api.get("/user-files")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html")


def test_a_zero_quota_stops_checks_and_uploads(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.zero_quota()
    check = api.get("/uploads/quota-check?file_count=1").json()
    upload = api.post("/user-files/upload/stream", files={"file": ("a.jpg", jpeg())})
    assert (check["can_proceed"], check["available"]) == (False, 0)
    assert (upload.status_code, upload.json()["error"]) == (429, "USAGE_LIMIT_EXCEEDED")


@pytest.mark.parametrize(
    "arguments",
    [
        {"operation": "no_such_operation"},
        {"operation": "confirm_upload"},
        {"status": 200},
        {"times": 0},
        {"retry_after": "1\r\nX-Evil: 1"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(
    sandbox: Sandbox, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"operation|status|times|line"):
        sandbox.faults.fail(**arguments)


def test_faults_can_be_added_listed_and_removed_over_http(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    url = f"{sandbox.url}/_sandbox/faults"
    body = {"kind": "fail", "operation": "list_user_files", "status": 500, "times": 5}
    made = api.post(url, json=body)
    assert (made.status_code, api.get("/user-files").status_code) == (201, 500)
    (listed,) = api.get(url).json()["faults"]
    assert (listed["id"], listed["kind"], listed["times"]) == (made.json()["id"], "fail", 4)
    assert api.delete(f"{url}/{listed['id']}").json() == {"removed": 1}
    assert api.get("/user-files").status_code == 200
    assert api.delete(f"{url}/99").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "explode"},
        {"kind": "fail", "colour": "red"},
        {"kind": "fail", "status": "503"},
        {"kind": "fail", "times": "many"},
        {"kind": "delay", "seconds": -1},
        {"kind": "hold_description", "state": "done"},
        [],
    ],
)
def test_a_bad_fault_over_http_is_a_400_that_says_why(
    api: httpx.Client, sandbox: Sandbox, body: Any
) -> None:
    answer = api.post(f"{sandbox.url}/_sandbox/faults", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("body", "nearest"),
    [
        ({"kind": "fail", "operation": "list_user_file"}, "list_user_files"),
        ({"kind": "drop", "operation": "LIST_USER_FILES"}, "list_user_files"),
        ({"kind": "delay", "operation": "objects.gett"}, "objects.get"),
        ({"kind": "fail_job", "job": "extrakt"}, "extract"),
        ({"kind": "hold_job", "job": "batchitem"}, "batch_item"),
    ],
)
def test_a_fault_for_something_unknown_is_refused_and_the_nearest_name_said(
    api: httpx.Client, sandbox: Sandbox, body: dict[str, str], nearest: str
) -> None:
    answer = api.post(f"{sandbox.url}/_sandbox/faults", json=body)
    said = (answer.status_code, answer.json()["error"]["message"].partition("; ")[2])
    assert said == (400, f"did you mean {nearest!r}?")
    assert sandbox.faults.list() == []


def test_control_routes_want_the_key(sandbox: Sandbox) -> None:
    assert plain("POST", f"{sandbox.url}/_sandbox/reset").status_code == 401


def test_an_unknown_control_route_names_the_known_ones(api: httpx.Client, sandbox: Sandbox) -> None:
    assert "/_sandbox/clock" in api.get(f"{sandbox.url}/_sandbox/x").json()["error"]["message"]
    assert api.put(f"{sandbox.url}/_sandbox/reset").headers["allow"] == "POST"


def test_the_clock_can_be_stepped_over_http(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    image_id = upload(jpeg())["image_id"]
    url = f"{sandbox.url}/_sandbox/clock"
    assert api.post(url, json={"seconds": 10}).json()["now"].startswith("2026-01-01T00:00:10")
    assert api.get(f"/user-files/{image_id}").json()["description_status"] == "completed"
    for bad in ({"seconds": -1}, {"seconds": "1"}, {"seconds": True}, {}, {"seconds": 1e300}):
        assert api.post(url, json=bad).status_code == 400


def test_the_requests_seen_have_no_secret_in_them(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    image_id = upload(jpeg())["image_id"]
    location = api.get(f"/user-files/{image_id}/download").headers["location"]
    plain("GET", location)
    seen = api.get(f"{sandbox.url}/_sandbox/requests")
    assert sandbox.api_key not in seen.text
    assert location.partition("signature=")[2][:64] not in seen.text
    first = seen.json()["requests"][0]
    assert first["operation"] == "stream_upload_file_api_v2_user_files_upload_stream_post"
    assert first["headers"]["authorization"] == "[redacted]"
    assert (first["status"], first["body_size"] > len(jpeg())) == (200, True)
    assert [one.path.partition("/images")[0] for one in sandbox.requests][-1] == "/_objects"


def test_the_hash_of_a_body_shows_identical_attempts(api: httpx.Client, sandbox: Sandbox) -> None:
    for title in ("a", "a", "b"):
        api.post("/uploads/check-duplicates", json={"hashes": [title * 64]})
    first, second, third = (one.body_sha256 for one in sandbox.requests)
    assert first == second != third


def test_a_reset_forgets_everything(api: httpx.Client, sandbox: Sandbox, upload: Upload) -> None:
    upload(jpeg())
    sandbox.faults.fail(times=None)
    sandbox.step_clock(5)
    assert api.post(f"{sandbox.url}/_sandbox/reset").status_code == 200
    assert api.get("/user-files").json()["total_count"] == 0
    assert sandbox.faults.list() == []


def test_P24_a_reset_takes_no_time_to_speak_of(sandbox: Sandbox, upload: Upload) -> None:
    for _ in range(20):
        upload(jpeg())
    began = time.perf_counter()
    sandbox.reset()
    assert time.perf_counter() - began < 1


def test_a_reset_in_the_middle_of_work_leaves_nothing_behind(upload: Upload) -> None:
    with Sandbox(pace=0) as sandbox, client_of(sandbox) as api:
        for _ in range(5):
            files = [("files", ("a.jpg", jpeg((1200, 900))))] * 4
            api.post("/user-files/upload/stream-batch", files=files)
            sandbox.reset()
        answer = api.post("/user-files/upload/stream", files={"file": ("a.jpg", jpeg())})
        sandbox.step_clock(1)
        image_id = answer.json()["image_id"]
        assert api.get(f"/user-files/{image_id}").json()["description_status"] == "completed"
        assert sandbox.violations == []


@contextmanager
def sending(sandbox: Sandbox, times: int = 1) -> Generator[None]:
    """Open a connection, send a request several times at once, and read nothing."""
    address = httpx.URL(sandbox.url)
    key = f"Authorization: Bearer {sandbox.api_key}"
    head = f"GET /api/v2/user-files HTTP/1.1\r\nHost: a\r\n{key}\r\n\r\n"
    with socket.create_connection((address.host, address.port or 0)) as connection:
        connection.sendall(head.encode() * times)
        yield


class Waiting:
    """A request of another thread that the sandbox delays for longer than a test may take."""

    def __init__(self, api: httpx.Client, sandbox: Sandbox) -> None:
        sandbox.faults.delay("list_user_files", seconds=60)
        self.cut = False
        self._api = api
        self._thread = threading.Thread(target=self._call)
        self._thread.start()
        while sandbox.faults.list():
            time.sleep(0.005)

    def _call(self) -> None:
        try:
            self._api.get("/user-files", timeout=120)
        except httpx.TransportError:
            self.cut = True

    def ended(self) -> bool:
        """Whether its connection was cut, now that it has ended."""
        self._thread.join()
        return self.cut


def test_a_request_that_waits_is_cut_by_a_reset_and_forgotten(
    sandbox: Sandbox, api: httpx.Client
) -> None:
    waiting = Waiting(api, sandbox)
    began = time.monotonic()
    sandbox.reset()
    assert waiting.ended()
    assert time.monotonic() - began < 10
    assert api.get("/user-files").status_code == 200
    assert len(sandbox.requests) == 1


def test_a_reset_does_not_wait_for_a_connection_with_a_request_behind_another(
    sandbox: Sandbox,
) -> None:
    sandbox.faults.delay("list_user_files", seconds=60)
    with sending(sandbox, times=2):
        while sandbox.faults.list():
            time.sleep(0.005)
        began = time.monotonic()
        sandbox.reset()
        assert time.monotonic() - began < 10


def test_a_request_that_comes_while_a_reset_waits_for_its_turn_is_cut_too(
    sandbox: Sandbox, api: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def link(source: Path, target: Path) -> None:
        begun.set()
        time.sleep(0.3)
        target.mkdir()

    monkeypatch.setattr(snapshots, "_link_tree", link)
    others = [threading.Thread(target=one) for one in (sandbox.snapshot, sandbox.reset)]
    others[0].start()
    begun.wait()
    others[1].start()
    waiting = Waiting(api, sandbox)
    for one in others:
        one.join()
    assert waiting.ended()
    assert sandbox.requests == []


def test_resets_by_http_do_not_cut_each_other(sandbox: Sandbox) -> None:
    answers: list[int] = []

    def reset() -> None:
        with client_of(sandbox) as api:
            for _ in range(20):
                answers.append(api.post(f"{sandbox.url}/_sandbox/reset").status_code)

    threads = [threading.Thread(target=reset) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert answers == [200] * 60


def test_abandoned_requests_do_not_outlive_a_reset(sandbox: Sandbox) -> None:
    for _ in range(50):
        for _ in range(3):
            with sending(sandbox):
                pass
        sandbox.reset()
        assert plain("GET", f"{sandbox.base_url}/user-files").status_code == 401
        assert [one.status for one in sandbox.requests] == [401]


def test_a_stream_is_cut_by_a_reset(api: httpx.Client, sandbox: Sandbox) -> None:
    session = api.post("/chat/sessions", json={}).json()["session_id"]
    sandbox.faults.delay_events(seconds=30, after=1)
    url = f"/chat/sessions/{session}/messages/stream"
    with api.stream("POST", url, json={"message": "Hello"}, timeout=60) as answer:
        lines = answer.iter_lines()
        next(lines)
        sandbox.reset()
        with pytest.raises(httpx.TransportError):
            list(lines)
    assert sandbox.requests == []
    assert sandbox.violations == []


def test_a_reset_by_http_is_answered(api: httpx.Client, sandbox: Sandbox) -> None:
    api.get("/user-files")
    assert api.post(f"{sandbox.url}/_sandbox/reset").json() == {"reset": True}
    assert sandbox.requests == []


def test_a_stop_does_not_wait_for_a_long_delay() -> None:
    with Sandbox() as sandbox, client_of(sandbox) as api:
        waiting = Waiting(api, sandbox)
        began = time.monotonic()
        sandbox.stop()
        assert waiting.ended()
    assert time.monotonic() - began < 10
