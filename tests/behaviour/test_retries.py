"""Retries: which requests are resent, when, and for how long, as the server sees it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from aion.exceptions import (
    AionvisionConnectionError,
    AionvisionError,
    AionvisionTimeoutError,
    RateLimitError,
    ServerError,
)
from aion.testing import Sandbox
from tests.behaviour.calls import Calls


def statuses(sandbox: Sandbox) -> list[int | None]:
    return [one.status for one in sandbox.requests]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_read_is_repeated_until_it_succeeds(status: int, calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail("list_user_files", status=status, times=2)
    assert calls(calls.client(sandbox).files.list()).files == []
    assert statuses(sandbox) == [status, status, 200]


@pytest.mark.parametrize("retries", [0, 2])
def test_there_are_no_more_attempts_than_allowed(
    retries: int, calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.fail("list_user_files", times=None)
    with pytest.raises(ServerError):
        calls(calls.client(sandbox, max_retries=retries).files.list())
    assert statuses(sandbox) == [503] * (retries + 1)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_a_lasting_failure_is_not_repeated(status: int, calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail("list_user_files", status=status, times=None)
    with pytest.raises(AionvisionError):
        calls(calls.client(sandbox).files.list())
    assert statuses(sandbox) == [status]


def test_every_attempt_has_a_request_id_of_its_own(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail("list_user_files", times=2)
    calls(calls.client(sandbox).files.list())
    assert len({one.headers["x-request-id"] for one in sandbox.requests}) == 3


def test_request_ids_can_be_switched_off(calls: Calls, sandbox: Sandbox) -> None:
    from aion import AionVision, ClientConfig, SyncAionVision

    config = ClientConfig(sandbox.api_key, base_url=sandbox.base_url, send_request_id=False)
    made = AionVision if calls.kind == "async" else SyncAionVision
    client = made.from_config(config)
    calls(client.files.list())
    calls(client.close())
    assert "x-request-id" not in sandbox.requests[0].headers


def test_a_connection_that_is_cut_is_retried(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.drop("list_user_files", times=2)
    assert calls(calls.client(sandbox).files.list()).files == []
    assert statuses(sandbox) == [None, None, 200]


def test_a_connection_that_is_always_cut_is_a_connection_error(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.drop("list_user_files", times=None)
    with pytest.raises(AionvisionConnectionError, match=r"\(2 attempts\)"):
        calls(calls.client(sandbox, max_retries=1).files.list())


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_is_waited_p9(status: int, calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail("list_user_files", status=status, retry_after=1)
    began = time.monotonic()
    calls(calls.client(sandbox).files.list())
    assert 1.0 <= time.monotonic() - began < 8
    assert statuses(sandbox) == [status, 200]


def test_retry_after_as_a_date_is_waited_p9(calls: Calls, sandbox: Sandbox) -> None:
    until = datetime.now(UTC) + timedelta(seconds=1.2)
    sandbox.faults.fail("list_user_files", retry_after=format_datetime(until, usegmt=True))
    calls(calls.client(sandbox).files.list())
    assert datetime.now(UTC) >= until.replace(microsecond=0)
    assert statuses(sandbox) == [503, 200]


def test_retry_after_beyond_the_timeout_is_raised_at_once_p9(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.fail("list_user_files", status=429, retry_after=60, times=None)
    began = time.monotonic()
    with pytest.raises(RateLimitError, match="Wait 60 s") as caught:
        calls(calls.client(sandbox, timeout=5).files.list())
    assert caught.value.retry_after == 60
    assert time.monotonic() - began < 5
    assert statuses(sandbox) == [429]


def test_a_call_that_is_not_answered_ends_by_its_timeout_p7(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.delay("list_user_files", seconds=1.5, times=None)
    began = time.monotonic()
    with pytest.raises(AionvisionTimeoutError):
        calls(calls.client(sandbox, timeout=0.4).files.list())
    assert 0.35 <= time.monotonic() - began < 1.4


def test_the_timeout_of_one_call_replaces_that_of_the_client_p7(
    calls: Calls, sandbox: Sandbox
) -> None:
    sandbox.faults.delay("list_user_files", seconds=1.5, times=None)
    began = time.monotonic()
    with pytest.raises(AionvisionTimeoutError):
        calls(calls.client(sandbox).files.list(timeout=0.3))
    assert time.monotonic() - began < 1.4


def test_a_client_works_after_a_call_that_timed_out(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.delay("list_user_files", seconds=1.0)
    client = calls.client(sandbox)
    with pytest.raises(AionvisionTimeoutError):
        calls(client.files.list(timeout=0.2))
    assert calls(client.files.list()).files == []
