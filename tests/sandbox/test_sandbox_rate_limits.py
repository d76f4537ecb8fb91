"""Rate limits: off until they are switched on, counted for each key by the sandbox's clock."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from aion.sandbox.settings.tiers import TIERS
from aion.testing import Limits, Rate, RateLimits, Sandbox
from tests.sandbox.conftest import client_of, eventually, plain
from tests.sandbox.pictures import png

HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
START = 1_767_225_600
"""When a stepped clock begins: 2026-01-01 in Unix time."""


@pytest.fixture
def three(sandbox: Sandbox) -> Sandbox:
    """The sandbox with three requests a minute for each key, whatever the route."""
    sandbox.limit_rates(RateLimits(Rate(3), {}))
    return sandbox


@pytest.fixture
def other(sandbox: Sandbox, api: httpx.Client) -> Iterator[httpx.Client]:
    """A client with a key of its own."""
    made = api.post("/api-keys", json={"name": "other"}).json()
    headers = {"Authorization": f"Bearer {made['api_key']}"}
    with httpx.Client(base_url=sandbox.base_url, headers=headers, verify=False) as client:
        yield client


def statuses(api: httpx.Client, count: int, path: str = "/folders") -> list[int]:
    return [api.get(path).status_code for _ in range(count)]


def standing(answer: httpx.Response) -> tuple[int, ...]:
    return tuple(int(answer.headers[name]) for name in HEADERS)


# Headers and refusals


def test_no_rate_is_enforced_and_reported_until_it_is_switched_on(api: httpx.Client) -> None:
    answers = [api.get("/folders") for _ in range(120)]
    assert {answer.status_code for answer in answers} == {200}
    assert not any(name in answer.headers for answer in answers for name in HEADERS)


def test_every_response_shows_limit_rest_and_end_of_the_window(
    api: httpx.Client, three: Sandbox
) -> None:
    answers = [api.get("/folders"), api.get("/folders/none"), api.post("/folders", json={})]
    assert [answer.status_code for answer in answers] == [200, 422, 422]
    assert [standing(answer) for answer in answers] == [
        (3, 2, START + 60),
        (3, 1, START + 60),
        (3, 0, START + 60),
    ]


def test_one_request_too_many_says_when_to_come_back(api: httpx.Client, three: Sandbox) -> None:
    assert statuses(api, 3) == [200, 200, 200]
    three.step_clock(18.5)
    refused = api.get("/folders")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "42")
    assert standing(refused) == (3, 0, START + 60)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/uploads/sessions", ("error", "code")),
        ("/user-files", ("error",)),
        ("/chat/sessions", ("error_code",)),
    ],
)
def test_a_refusal_is_in_the_envelope_of_its_route(
    path: str, expected: tuple[str, ...], api: httpx.Client, three: Sandbox
) -> None:
    statuses(api, 3)
    found: Any = api.get(path).json()
    for name in expected:
        found = found[name]
    assert found == "RATE_LIMIT_ERROR"


def test_the_details_of_a_refusal_repeat_its_headers(api: httpx.Client, three: Sandbox) -> None:
    statuses(api, 3)
    error = api.get("/uploads/sessions").json()["error"]
    expected = {"limit": 3, "remaining": 0, "reset": START + 60, "retry_after": 60}
    assert error["details"] == expected


def test_a_refusal_is_readable_though_the_request_has_a_large_body(
    api: httpx.Client, three: Sandbox
) -> None:
    statuses(api, 3)
    answer = api.post("/user-files/upload/stream", files={"file": ("a.jpg", bytes(4_000_000))})
    assert (answer.status_code, answer.json()["error"]) == (429, "RATE_LIMIT_ERROR")


def test_a_refusal_is_in_the_audit_log(api: httpx.Client, three: Sandbox) -> None:
    statuses(api, 4)
    three.step_clock(60)
    (entry,) = api.get("/tenant/audit-logs").json()["entries"]
    assert (entry["event_type"], entry["result"]) == ("security.rate_limit_exceeded", "denied")


# Windows


def test_the_window_refills_when_the_clock_has_passed_its_end(
    api: httpx.Client, three: Sandbox
) -> None:
    statuses(api, 3)
    three.step_clock(59.9)
    before = statuses(api, 1)
    three.step_clock(0.1)
    assert (before, statuses(api, 4)) == ([429], [200, 200, 200, 429])


def test_refused_requests_use_nothing_of_the_next_window(api: httpx.Client, three: Sandbox) -> None:
    statuses(api, 20)
    three.step_clock(60)
    assert standing(api.get("/folders"))[1] == 2


def test_a_clock_that_a_snapshot_set_back_begins_a_new_window(
    api: httpx.Client, three: Sandbox
) -> None:
    name = three.snapshot()
    three.step_clock(3600)
    statuses(api, 3)
    three.restore(name)
    assert statuses(api, 4) == [200, 200, 200, 429]


def test_each_key_has_a_rate_of_its_own(
    api: httpx.Client, sandbox: Sandbox, other: httpx.Client
) -> None:
    sandbox.limit_rates(RateLimits(Rate(3), {}))
    assert statuses(api, 4) == [200, 200, 200, 429]
    assert statuses(other, 4) == [200, 200, 200, 429]


def test_requests_at_the_same_time_are_all_counted(sandbox: Sandbox) -> None:
    sandbox.limit_rates(RateLimits(Rate(20), {}))

    def some(_: int) -> list[int]:
        with client_of(sandbox) as client:
            return statuses(client, 10)

    with ThreadPoolExecutor(8) as pool:
        seen = [one for part in pool.map(some, range(8)) for one in part]
    assert (seen.count(200), seen.count(429)) == (20, 60)


def test_requests_without_a_good_key_are_not_counted(api: httpx.Client, three: Sandbox) -> None:
    wrong = {"Authorization": "Bearer aion_wrong_000000000000000000"}
    for _ in range(5):
        assert plain("GET", f"{three.base_url}/folders", headers=wrong).status_code == 401
        assert plain("GET", f"{three.url}/health").status_code == 200
    assert statuses(api, 4) == [200, 200, 200, 429]


def test_objects_and_control_routes_are_not_counted(api: httpx.Client, sandbox: Sandbox) -> None:
    (file_id,) = sandbox.seed("photos", 1)
    sandbox.limit_rates(RateLimits(Rate(3), {}))
    url = api.get(f"/user-files/{file_id}/download").headers["location"]
    answers = [plain("GET", url) for _ in range(5)]
    answers += [api.get(f"{sandbox.url}/_sandbox/clock") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert not any(HEADERS[0] in answer.headers for answer in answers)
    assert statuses(api, 3) == [200, 200, 429]


# Tiers


@pytest.mark.parametrize("tier", TIERS)
def test_a_tier_has_its_documented_rate(tier: str) -> None:
    documented = {"free": 10, "starter": 30, "professional": 100, "enterprise": 500}
    limits = Limits.of_tier(tier)
    with Sandbox(limits=limits, rate_limits=RateLimits()) as sandbox, client_of(sandbox) as api:
        shown = api.get("/tenant/limits")
    assert standing(shown)[0] == documented[tier]
    assert shown.json()["limits"]["api_calls_per_minute"] == documented[tier]
    assert shown.json()["subscription_tier"] == tier


@pytest.mark.parametrize(
    ("tier", "files", "uploads"),
    [
        ("free", 10, 1_000),
        ("starter", 50, 10_000),
        ("professional", 100, 50_000),
        ("enterprise", 200, 1_000_000_000),
    ],
)
def test_a_tier_has_its_documented_allowances(tier: str, files: int, uploads: int) -> None:
    with Sandbox(limits=Limits.of_tier(tier)) as sandbox, client_of(sandbox) as api:
        quota = api.get("/uploads/quota-check?file_count=1").json()
    assert (quota["max_batch_size"], quota["monthly_limit"]) == (files, uploads)


def test_a_sandbox_without_settings_has_the_professional_tier() -> None:
    assert Limits() == Limits.of_tier("professional")


def test_a_field_of_a_tier_can_be_different() -> None:
    assert Limits.of_tier("free", max_batch_files=3).max_batch_files == 3


def test_an_unknown_tier_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="free, starter, professional, enterprise"):
        Limits.of_tier("gold")


# Routes


@pytest.mark.parametrize(
    ("method", "path", "most", "seconds"),
    [
        ("GET", "/usage/summary", 30, 60),
        ("GET", "/usage/tokens/files", 30, 60),
        ("POST", "/usage/check", 60, 60),
        ("PATCH", "/tenant/settings", 10, 60),
        ("POST", "/tenant/members/invite", 5, 60),
        ("PATCH", "/tenant/members/{id}/role", 10, 60),
        ("DELETE", "/tenant/members/{id}", 5, 60),
        ("POST", "/tenant/s3-config", 5, 60),
        ("DELETE", "/tenant/s3-config", 5, 60),
        ("POST", "/tenant/s3-config/validate", 10, 60),
        ("POST", "/user/change-password", 3, 3600),
        ("POST", "/user/change-email", 3, 86_400),
        ("POST", "/user/account/delete", 3, 86_400),
    ],
)
def test_a_route_has_its_documented_rate(
    method: str, path: str, most: int, seconds: int, api: httpx.Client, sandbox: Sandbox
) -> None:
    sandbox.limit_rates(RateLimits(Rate(1000)))

    def call(number: int) -> httpx.Response:
        # Other ids do not make another route.
        return api.request(method, path.replace("{id}", f"{number:08}-0000-4000-8000-000000000000"))

    assert 429 not in [call(number).status_code for number in range(most)]
    refused = call(most)
    assert (refused.status_code, standing(refused)) == (429, (most, 0, START + seconds))
    assert refused.headers["retry-after"] == str(seconds)
    sandbox.step_clock(seconds)
    assert call(0).status_code != 429


def test_routes_are_counted_one_by_one(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.limit_rates(RateLimits(Rate(1000)))
    assert statuses(api, 31, "/usage/summary")[-1] == 429
    assert statuses(api, 1, "/usage/plan") == [200]


def test_the_headers_show_the_limit_that_is_reached_first(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    sandbox.limit_rates(RateLimits(Rate(4), {"GET /folders": Rate(2, 10)}))
    assert [standing(api.get("/folders")) for _ in range(2)] == [
        (2, 1, START + 10),
        (2, 0, START + 10),
    ]
    assert standing(api.get("/uploads/sessions")) == (4, 1, START + 60)


def test_a_refusal_by_a_route_uses_nothing_of_the_rate_of_the_key(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    sandbox.limit_rates(RateLimits(Rate(3), {"GET /folders": Rate(1)}))
    assert statuses(api, 4) == [200, 429, 429, 429]
    assert statuses(api, 3, "/uploads/sessions") == [200, 200, 429]


# Uploads at a time


def test_no_more_batches_are_taken_at_a_time_than_the_limit_says() -> None:
    limits = Limits(max_concurrent_uploads=1)
    batch = [("files", ("a.png", png()))]
    with Sandbox(limits=limits, rate_limits=RateLimits()) as sandbox, client_of(sandbox) as api:
        host, port = sandbox.url.removeprefix("http://").split(":")
        head = (
            "POST /api/v2/user-files/upload/stream-batch HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {sandbox.api_key}\r\nContent-Length: 1000\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
        )
        with socket.create_connection((host, int(port))) as slow:
            slow.sendall(head.encode())

            def refused() -> bool:
                answer = api.post("/user-files/upload/stream-batch", files=batch)
                return answer.status_code == 429

            eventually(refused)
            answer = api.post("/user-files/upload/stream-batch", files=batch)
        assert (answer.json()["error"], answer.headers["retry-after"]) == (
            "CONCURRENT_UPLOAD_LIMIT",
            "1",
        )
        sandbox.limit_rates(RateLimits(Rate(1000)))
        eventually(lambda: not refused())


# Switching


def test_a_reset_goes_back_to_the_rates_of_the_beginning() -> None:
    with Sandbox(rate_limits=RateLimits(Rate(2))) as sandbox, client_of(sandbox) as api:
        sandbox.limit_rates(None)
        assert statuses(api, 5) == [200] * 5
        sandbox.reset()
        assert statuses(api, 3) == [200, 200, 429]


def test_rates_are_switched_on_and_off_over_http(api: httpx.Client, sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/_sandbox/rate-limits"
    before = api.get(url).json()
    body = {"per_key": {"requests": 1, "seconds": 60}, "routes": {}}
    told = api.post(url, json=body).json()
    on = statuses(api, 2)
    api.delete(url)
    assert (before, told, on) == ({"rate_limits": None}, {"rate_limits": body}, [200, 429])
    assert statuses(api, 2) == [200, 200]


def test_what_is_enforced_is_reported_in_the_form_that_is_taken(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    url = f"{sandbox.url}/_sandbox/rate-limits"
    told = api.post(url, json={"tier": "starter"}).json()["rate_limits"]
    assert told["per_key"] == {"requests": 30, "seconds": 60.0}
    assert told["routes"]["PATCH /tenant/settings"] == {"requests": 10, "seconds": 60.0}
    assert api.post(url, json=told).json()["rate_limits"] == told


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"tier": "gold"}, "gold"),
        ({"tier": "free", "per_key": {"requests": 1}}, "exclude"),
        ({"rate": 1}, "rate"),
        ({"per_key": {"requests": 0}}, "1 request"),
        ({"per_key": {"requests": "1"}}, "per_key"),
        ({"per_key": {"requests": 1, "seconds": -1}}, "seconds"),
        ({"per_key": {"requests": 1, "minutes": 1}}, "per_key"),
        ({"per_key": 10}, "per_key"),
        ({"routes": {"GET /nothing": {"requests": 1}}}, "GET /nothing"),
    ],
)
def test_rates_that_make_no_sense_are_refused_and_change_nothing(
    body: dict[str, Any], named: str, api: httpx.Client, sandbox: Sandbox
) -> None:
    url = f"{sandbox.url}/_sandbox/rate-limits"
    answer = api.post(url, json=body)
    assert (answer.status_code, named in answer.text) == (400, True)
    assert api.get(url).json() == {"rate_limits": None}


def test_a_route_that_is_not_in_the_contract_stops_the_start() -> None:
    with pytest.raises(ValueError, match="GET /nothing"):
        Sandbox(rate_limits=RateLimits(routes={"GET /nothing": Rate(1)})).start()
