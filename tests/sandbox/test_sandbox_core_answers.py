from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from aion.sandbox.runtime.call import Call, Response
from aion.testing import Sandbox
from tests.sandbox.conftest import client_of, eventually
from tests.sandbox.core import served

STREAM = "list_sessions_api_v2_uploads_sessions_get"
FORM = "initiate_upload_api_v2_user_files_upload_initiate_post"
PASSWORD = "set_initial_password_api_v2_user_set_initial_password_post"
FAMILIES = "list_color_families_api_v2_colors_families_get"
closed: list[str] = []


async def events() -> AsyncIterator[bytes]:
    try:
        for number in range(5):
            yield f"id: {number}\ndata: event {number}\n\n".encode()
            await asyncio.sleep(0)
    finally:
        closed.append("events")


async def endless() -> AsyncIterator[bytes]:
    try:
        while True:
            yield b": tick\n\n"
            await asyncio.sleep(0.005)
    finally:
        closed.append("endless")


async def broken() -> AsyncIterator[bytes]:
    yield b"data: first\n\n"
    raise RuntimeError("no more")


@pytest.fixture(autouse=True)
def stream() -> Iterator[None]:
    """Respond to a GET with a separate path with a stream, by its query."""

    async def handler(call: Call) -> Response:
        made = {None: events, "processing": endless, "failed": broken}[call.query["status"]]
        return Response(stream=made(), headers={"content-type": "text/event-stream"})

    closed.clear()
    with served(STREAM, handler):
        yield


def read(api: httpx.Client) -> tuple[str, bool]:
    """The text that came, and whether the stream ended as it should."""
    text = ""
    try:
        with api.stream("GET", "/uploads/sessions") as answer:
            for piece in answer.iter_text():
                text += piece
    except httpx.TransportError:
        return text, False
    return text, True


def test_a_stream_arrives_whole(api: httpx.Client) -> None:
    text, ended = read(api)
    assert (text.count("\n\n"), ended) == (5, True)


@pytest.mark.parametrize(
    ("how", "ended", "tail"),
    [("drop", False, "event 2\n\n"), ("end", True, "event 2\n\n"), ("middle", False, "data:")],
)
def test_a_stream_can_be_cut_after_some_events(
    api: httpx.Client, sandbox: Sandbox, how: str, ended: bool, tail: str
) -> None:
    sandbox.faults.cut_stream(STREAM, after=3, how=how)
    text, whole = read(api)
    assert (whole, text.count("\n\n")) == (ended, 3)
    assert tail in text.partition("event 1\n\n")[2]
    assert read(api)[1]
    assert closed == ["events", "events"]


def test_events_can_come_slowly(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.delay_events(STREAM, seconds=0.05, after=2)
    began = time.monotonic()
    assert read(api)[1]
    assert time.monotonic() - began >= 0.15


def test_a_client_that_leaves_ends_the_stream(api: httpx.Client) -> None:
    with api.stream("GET", "/uploads/sessions?status=processing") as answer:
        next(answer.iter_raw())
    eventually(lambda: closed == ["endless"])


def test_a_stream_that_breaks_is_cut_and_reported(running: Sandbox) -> None:
    running.reset()
    with client_of(running) as api, pytest.raises(httpx.TransportError):
        api.get("/uploads/sessions?status=failed")
    assert running.violations == [f"stream of {STREAM}: RuntimeError: no more"]


def test_a_stop_does_not_wait_for_an_endless_stream() -> None:
    with Sandbox() as sandbox, client_of(sandbox) as api:
        thread = threading.Thread(target=_read_all, args=(api,))
        thread.start()
        eventually(lambda: len(sandbox.requests) == 1)
        began = time.monotonic()
        sandbox.stop()
        thread.join()
    assert time.monotonic() - began < 10


def _read_all(api: httpx.Client) -> None:
    try:
        api.get("/uploads/sessions?status=processing")
    except httpx.TransportError:
        return


def test_a_urlencoded_form_is_decoded_with_its_defaults(api: httpx.Client) -> None:
    async def handler(call: Call) -> Response:
        return Response(raw=repr(sorted(call.body.items())).encode())

    fields = {"filename": "a b.jpg", "content_type": "image/jpeg", "size_bytes": "12"}
    with served(FORM, handler):
        answer = api.post("/user-files/upload/initiate", data=fields)
    assert "('size_bytes', 12)" in answer.text
    assert "('auto_describe', True)" in answer.text


@pytest.mark.parametrize(
    ("body", "kind", "place"),
    [
        ("filename=a&content_type=b&size_bytes=many", "form", "size_bytes"),
        ("filename=a&content_type=b&size_bytes=1&surprise=1", "form", "surprise"),
        ("filename=a&filename=b&content_type=b&size_bytes=1", "form", "filename"),
        ("filename=a", "form", "size_bytes"),
        ("filename=%ff", "form", "body"),
        ('{"filename": "a"}', "json", "body"),
    ],
)
def test_a_bad_urlencoded_form_names_the_field(
    api: httpx.Client, body: str, kind: str, place: str
) -> None:
    async def handler(call: Call) -> Response:
        raise AssertionError

    types = {"form": "application/x-www-form-urlencoded", "json": "application/json"}
    with served(FORM, handler):
        answer = api.post(
            "/user-files/upload/initiate", content=body, headers={"Content-Type": types[kind]}
        )
    assert answer.status_code == 422
    assert place in {one["loc"][-1] for one in answer.json()["detail"]}


def test_a_body_can_be_a_bare_value(api: httpx.Client) -> None:
    async def handler(call: Call) -> Response:
        return Response(raw=call.body.encode())

    with served(PASSWORD, handler):
        good = api.post("/user/set-initial-password", json="long enough")
        bad = api.post("/user/set-initial-password", json="short")
    assert (good.text, bad.status_code) == ("long enough", 422)


def test_an_answer_can_be_a_list(api: httpx.Client) -> None:
    async def handler(call: Call) -> Response:
        return Response([])

    with served(FAMILIES, handler):
        assert api.get("/colors/families").json() == []


def test_every_third_call_fails(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.fail("list_user_files", every=3)
    statuses = [api.get("/user-files").status_code for _ in range(7)]
    assert statuses == [200, 200, 503, 200, 200, 503, 200]


def test_every_and_times_go_together(api: httpx.Client, sandbox: Sandbox) -> None:
    body = {"kind": "fail", "operation": "list_user_files", "every": 2, "times": 1}
    api.post(f"{sandbox.url}/_sandbox/faults", json=body)
    statuses = [api.get("/user-files").status_code for _ in range(4)]
    assert statuses == [200, 503, 200, 200]


def test_a_response_can_drip(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.drip("list_user_files", seconds=0.02, piece=10)
    began = time.monotonic()
    assert api.get("/user-files").json()["total_count"] == 0
    assert time.monotonic() - began >= 0.06


def test_a_connection_can_be_cut_in_the_body(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.cut("list_user_files", where="body")
    with pytest.raises(httpx.RemoteProtocolError):
        api.get("/user-files")
    assert [one.status for one in sandbox.requests] == [200]


def test_a_connection_can_be_cut_after_the_body(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.cut("list_user_files", where="after")
    assert api.get("/user-files").json()["total_count"] == 0
    assert api.get("/user-files").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "cut", "where": "before"},
        {"kind": "cut_stream", "how": "gently"},
        {"kind": "cut_stream", "after": -1},
        {"kind": "drip", "piece": 0},
        {"kind": "fail", "every": 0},
        {"kind": "fail", "every": "third"},
        {"kind": "fail_job"},
    ],
)
def test_a_fault_out_of_range_is_refused(sandbox: Sandbox, body: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"where|how|after|piece|every|needs"):
        sandbox.faults.add_json(body)
