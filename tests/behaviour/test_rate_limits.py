"""Rate limits of the service, for both clients: they wait if there is time, else they raise."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from aion.exceptions import AionvisionPermissionError, QuotaExceededError, RateLimitError
from aion.testing import Limits, Rate, RateLimits, Sandbox
from tests.behaviour.calls import Calls
from tests.behaviour.keys import make_key
from tests.behaviour.pictures import NAVY, RED, draw

SOON_OVER = RateLimits(Rate(1, 2.0), {})
ONCE_A_MINUTE = RateLimits(Rate(1), {})


def statuses(sandbox: Sandbox) -> list[int | None]:
    return [one.status for one in sandbox.requests]


def test_p9_a_call_that_is_one_too_many_waits_for_the_next_window(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    sandbox.limit_rates(SOON_OVER)
    began = time.monotonic()
    calls(client.files.list())
    assert calls(client.files.list()).files == []
    assert time.monotonic() - began >= 2.0
    assert statuses(sandbox) == [200, 429, 200]


def test_p9_a_window_that_ends_after_the_timeout_is_reported_at_once(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox, timeout=5)
    sandbox.limit_rates(ONCE_A_MINUTE)
    calls(client.files.list())
    with pytest.raises(RateLimitError) as caught:
        calls(client.files.list())
    assert statuses(sandbox) == [200, 429]
    assert caught.value.retry_after is not None
    assert 55 <= caught.value.retry_after <= 60


def test_a_refusal_carries_limit_rest_and_end_of_the_window(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox, timeout=5)
    sandbox.limit_rates(ONCE_A_MINUTE)
    now = time.time()
    calls(client.files.list())
    with pytest.raises(RateLimitError) as caught:
        calls(client.files.list())
    error = caught.value
    assert (error.code, error.limit, error.remaining) == ("RATE_LIMIT_ERROR", 1, 0)
    assert error.reset is not None
    assert now + 59 <= error.reset <= now + 75


@pytest.mark.parametrize("group", ["files", "chats", "uploads"])
def test_a_refusal_is_understood_in_every_envelope(
    group: str, calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox, max_retries=0)
    sandbox.limit_rates(ONCE_A_MINUTE)
    calls(client.folders.tree())
    wanted = {
        "files": client.files.list,
        "chats": client.chats.list_sessions,
        "uploads": client.uploads.check_quota,
    }
    with pytest.raises(RateLimitError, match="Rate limit exceeded: 1 requests"):
        calls(wanted[group]())


def test_a_post_that_was_refused_is_resent_and_takes_effect_once(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    sandbox.limit_rates(RateLimits(Rate(100), {"POST /folders": Rate(1, 2.0)}))
    calls(client.folders.create("first"))
    calls(client.folders.create("second"))
    assert statuses(sandbox) == [201, 429, 201]
    names = [folder.name for folder in calls(client.folders.tree()).folders]
    assert sorted(names) == ["first", "second"]


def test_the_documented_rate_of_a_route_holds_beside_that_of_the_key(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox, max_retries=0)
    sandbox.limit_rates(RateLimits())
    for number in range(10):
        calls(client.tenant.update_settings(name=f"name {number}"))
    with pytest.raises(RateLimitError) as caught:
        calls(client.tenant.update_settings(name="one too many"))
    assert caught.value.limit == 10


def test_a_used_up_month_is_not_a_rate_and_is_not_retried(calls: Calls, tmp_path: Path) -> None:
    picture = tmp_path / "a.jpg"
    picture.write_bytes(draw("JPEG", (8, 8), RED))
    limits = Limits.of_tier("free", monthly_uploads=0)
    with Sandbox(limits=limits, rate_limits=RateLimits()) as full:
        client = calls.client(full)
        with pytest.raises(QuotaExceededError) as caught:
            calls(client.upload_one(picture))
        assert (caught.value.available, caught.value.limit) == (0, 0)
        assert 429 not in statuses(full)[:-1]


def test_a_batch_keeps_to_the_uploads_that_are_allowed_at_a_time(
    calls: Calls, tmp_path: Path
) -> None:
    for number in range(6):
        color = (RED, NAVY)[number % 2]
        picture = draw("JPEG", (8 + number, 8), color)
        (tmp_path / f"{number}.jpg").write_bytes(picture)
    limits = Limits(max_batch_files=1, max_concurrent_uploads=1)
    with Sandbox(pace=0.005, limits=limits, rate_limits=RateLimits(Rate(1000))) as narrow:
        client = calls.client(narrow)
        stored = calls(client.upload(tmp_path, wait_for_descriptions=False))
        assert len(stored) == 6
        assert 429 not in statuses(narrow)


def test_a_key_of_one_resource_is_refused_everywhere_else(calls: Calls, sandbox: Sandbox) -> None:
    key = make_key(sandbox, "tenants:read")
    client = calls.client_of(sandbox.base_url, key)
    assert calls(client.tenant.get_settings()).name == "Sandbox"
    with pytest.raises(AionvisionPermissionError, match="role viewer"):
        calls(client.files.list())
