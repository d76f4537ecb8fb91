"""The engine handles every fault of the sandbox: results for callers, and number of requests."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from aion.exceptions import (
    AionvisionConnectionError,
    AionvisionError,
    AionvisionTimeoutError,
    ServerError,
)
from aion.sandbox.faults.kinds import KINDS
from aion.testing import Sandbox
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import draw

HERE = Path(__file__).resolve().parent
METHODS = {"hold_job": "hold"}
"""Kinds of faults whose method has another name."""


def statuses(sandbox: Sandbox, operation: str) -> list[int | None]:
    return [one.status for one in sandbox.requests if (one.operation or "").startswith(operation)]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_P24_every_fault_is_used_by_a_test_of_the_clients(kind: str) -> None:
    call = f".faults.{METHODS.get(kind, kind)}("
    assert any(call in path.read_text(encoding="utf-8") for path in HERE.glob("test_*.py"))


def test_every_third_call_may_fail(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    sandbox.faults.fail("list_user_files", every=3)
    for _ in range(4):
        assert calls(client.files.list()).files == []
    assert statuses(sandbox, "list_user_files") == [200, 200, 503, 200, 200]


def test_a_call_that_is_slower_than_its_timeout_is_given_up(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.delay("list_user_files", seconds=2, times=None)
    began = time.monotonic()
    with pytest.raises(AionvisionTimeoutError):
        calls(calls.client(sandbox, timeout=0.4, max_retries=0).files.list())
    assert time.monotonic() - began < 5


def test_a_response_that_drips_within_the_timeout_arrives(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.drip("list_user_files", seconds=0.005, piece=16)
    assert calls(calls.client(sandbox).files.list()).files == []


def test_a_response_that_drips_for_too_long_is_given_up_p7(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.drip("list_user_files", seconds=0.2, piece=1, times=None)
    began = time.monotonic()
    with pytest.raises(AionvisionTimeoutError):
        calls(calls.client(sandbox, timeout=0.5, max_retries=0).files.list())
    assert time.monotonic() - began < 5


def test_a_read_that_was_cut_in_its_body_is_retried(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.cut("list_user_files", where="body")
    assert calls(calls.client(sandbox).files.list()).files == []
    assert len(statuses(sandbox, "list_user_files")) == 2


def test_a_change_that_was_cut_in_its_response_is_not_made_again_p8(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.cut("create_folder", where="body", times=None)
    with pytest.raises(AionvisionConnectionError):
        calls(calls.client(sandbox).folders.create("Harbor"))
    assert len(statuses(sandbox, "create_folder")) == 1


def test_a_connection_that_is_cut_after_the_response_does_no_harm(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    sandbox.faults.cut("list_user_files", where="after", times=None)
    for _ in range(3):
        assert calls(client.files.list()).files == []


@pytest.mark.parametrize("status", [200, 502])
def test_html_instead_of_json_is_a_server_error_p15(
    status: int, calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.html("list_user_files", status=status, times=None)
    with pytest.raises(ServerError) as caught:
        calls(calls.client(sandbox, max_retries=0).files.list())
    assert caught.value.status_code == status


def test_an_expired_url_is_an_error_of_the_download(calls: Calls, sandbox: Sandbox) -> None:
    (photo,) = sandbox.seed("photos", 1)
    client = calls.client(sandbox, max_retries=0)
    sandbox.faults.expire_urls()
    with pytest.raises(AionvisionError) as caught:
        calls(client.files.download(photo))
    assert caught.value.status_code == 403
    sandbox.faults.clear()
    assert calls(client.files.download(photo))[:2] == b"\xff\xd8"


def test_a_download_that_was_cut_is_retried(calls: Calls, sandbox: Sandbox) -> None:
    (photo,) = sandbox.seed("photos", 1)
    sandbox.faults.cut("objects.get", where="body")
    assert calls(calls.client(sandbox).files.download(photo))[-2:] == b"\xff\xd9"


def test_slow_events_are_delivered_as_they_come(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    session_id = calls(client.chats.create_session()).id
    sandbox.faults.delay_events("send_message_stream", seconds=0.01)
    answer = calls(client.chats.send_stream("Hello", session_id=session_id).result())
    assert answer.content


@pytest.mark.parametrize("drips", [True, False])
def test_a_call_that_is_late_names_its_limit_and_the_next_step_p7(
    drips: bool, calls: Calls, sandbox: Sandbox
) -> None:
    if drips:
        sandbox.faults.drip("list_user_files", seconds=0.2, piece=1, times=None)
    else:
        sandbox.faults.delay("list_user_files", seconds=2, times=None)
    client = calls.client(sandbox, timeout=0.3, max_retries=0)
    with pytest.raises(AionvisionTimeoutError) as caught:
        calls(client.files.list())
    said = "no complete response within 0.3 s; pass a longer timeout= to the call or to the client"
    assert said in str(caught.value)


def test_an_upload_without_a_response_names_the_silence_and_the_next_step(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.delay("stream_batch_upload", seconds=2, times=None)
    client = calls.client(sandbox, timeout=0.3, max_retries=0)
    with pytest.raises(AionvisionTimeoutError) as caught:
        calls(client.upload_one(draw(), filename="a.jpg"))
    assert "the service was silent for 0.3 s; pass a longer timeout=" in str(caught.value)
