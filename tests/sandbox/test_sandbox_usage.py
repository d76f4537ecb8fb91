"""Usage counts real requests, uploads and messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from aion.testing import Sandbox
from tests.sandbox.pictures import jpeg

Json = dict[str, Any]
Upload = Callable[..., Json]


def test_the_summary_counts_requests_and_descriptions(
    sandbox: Sandbox, api: httpx.Client, upload: Upload
) -> None:
    upload(jpeg())
    sandbox.step_clock(10)
    assert api.get("/user-files/00000000-0000-0000-0000-000000000000").status_code == 404
    body = api.get("/usage/summary").json()
    assert body["usage"] == {
        "describe_count": 1,
        "total_requests": 2,
        "successful_requests": 1,
        "failed_requests": 1,
    }
    assert body["limits"]["used_this_month"] == 2
    # A stepped clock measures no time, so that the same calls return the same response.
    assert body["performance"] == {"avg_response_time_ms": 0.0}


def test_details_are_the_requests_newest_first(api: httpx.Client) -> None:
    for path in ("/folders", "/user-files", "/colors/families"):
        assert api.get(path).status_code == 200
    body = api.get("/usage/details", params={"page_size": 2}).json()
    assert [event["operation_type"] for event in body["events"]] == [
        "list_color_families",
        "list_user_files",
    ]
    assert body["pagination"] == {
        "page": 1,
        "page_size": 2,
        "total_count": 3,
        "total_pages": 2,
    }
    last = api.get("/usage/details", params={"page_size": 2, "page": 2}).json()["events"]
    assert last[-1]["endpoint"] == "/api/v2/folders"


def test_details_can_be_filtered_by_operation_and_key(api: httpx.Client) -> None:
    api.get("/folders")
    wanted = {"operation_type": "get_folder_tree"}
    (event,) = api.get("/usage/details", params=wanted).json()["events"]
    key = {**wanted, "api_key_id": event["api_key_id"]}
    other = {**wanted, "api_key_id": "00000000-0000-0000-0000-000000000000"}
    assert api.get("/usage/details", params=key).json()["pagination"]["total_count"] == 1
    assert api.get("/usage/details", params=other).json()["pagination"]["total_count"] == 0


@pytest.mark.parametrize(("kind", "points"), [("hour", 25), ("day", 31), ("month", 13)])
def test_a_chart_has_a_point_for_each_part_of_the_span(
    api: httpx.Client, kind: str, points: int
) -> None:
    api.get("/folders")
    body = api.get("/usage/by-period", params={"period_type": kind}).json()
    assert (body["period_type"], len(body["data"])) == (kind, points)
    assert sum(point["value"] for point in body["data"]) == 1
    assert body["data"][-1]["value"] == 1


def test_top_endpoints_are_ranked(api: httpx.Client) -> None:
    for path in ("/folders", "/user-files", "/folders"):
        api.get(path)
    (top,) = api.get("/usage/top-endpoints", params={"limit": 1}).json()["endpoints"]
    assert (top["endpoint"], top["count"], top["percentage"]) == ("/api/v2/folders", 2, 66.67)


def test_a_check_says_whether_credits_are_left(api: httpx.Client) -> None:
    enough = api.post("/usage/check", json={"item_count": 50_000}).json()
    too_many = api.post("/usage/check", json={"item_count": 50_001}).json()
    assert (enough["can_proceed"], enough["required_credits"]) == (True, 100_000)
    assert (too_many["can_proceed"], too_many["reset_date"]) == (False, "2026-02-01")
    assert too_many["message"] == "100002 credits are needed, 100000 are left"
    assert api.post("/usage/check", json={"item_count": 0}).status_code == 422


def test_the_breakdown_shows_what_was_described(
    sandbox: Sandbox, api: httpx.Client, upload: Upload
) -> None:
    image_id = upload(jpeg())["image_id"]
    sandbox.step_clock(10)
    body = api.get("/usage/breakdown").json()
    assert (body["current_month"], body["reset_date"]) == (
        "2026-01",
        "2026-02-01T00:00:00+00:00",
    )
    assert body["by_operation_type"]["describe"] == body["total_credits_used"] == 2
    assert [one["image_id"] for one in body["recent_operations"]] == [image_id]


@pytest.mark.parametrize("projected", [True, False])
def test_the_plan_is_projected_when_asked(api: httpx.Client, projected: bool) -> None:
    body = api.get("/usage/plan", params={"include_projections": projected}).json()
    assert ("projections" in body) is projected
    assert body["plan"] == "professional"


def test_tokens_are_those_of_descriptions_and_chats(
    sandbox: Sandbox, api: httpx.Client, upload: Upload
) -> None:
    upload(jpeg())
    sandbox.step_clock(10)
    session = api.post("/chat/sessions", json={}).json()["session_id"]
    said = api.post(f"/chat/sessions/{session}/messages", json={"message": "What is navy?"})
    assert said.status_code == 200, said.text
    month = api.get("/usage/tokens/monthly").json()
    files = api.get("/usage/tokens/files").json()
    talks = api.get("/usage/tokens/conversations").json()
    assert (month["describe_operations"], month["chat_messages"]) == (1, 2)
    assert month["describe_output_tokens"] == files["total_output_tokens"] > 0
    assert month["chat_input_tokens"] == talks["total_input_tokens"] > 0
    assert month["chat_output_tokens"] == talks["total_output_tokens"] > 0
    assert talks["conversations"][0]["session_id"] == session
    earlier = api.get("/usage/tokens/monthly", params={"year": 2025, "month": 12}).json()
    assert earlier["total_tokens"] == 0


@pytest.mark.parametrize(("period", "days"), [("week", 7), ("month", 30), ("year", 365)])
def test_the_dashboard_has_a_point_for_each_day(
    sandbox: Sandbox, api: httpx.Client, upload: Upload, period: str, days: int
) -> None:
    upload(jpeg())
    sandbox.step_clock(10)
    body = api.get("/usage/dashboard-analytics", params={"period": period}).json()
    assert len(body["daily_activity"]) == days
    today = {"date": "2026-01-01", "files_uploaded": 1, "chat_messages": 0}
    assert body["daily_activity"][-1] == today
    assert (body["total_files_uploaded"], body["success_rate"]) == (1, 100.0)


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("summary", {"period": "decade"}, 400),
        ("plan", {"period": "week"}, 400),
        ("by-period", {"period_type": "minute"}, 400),
        ("by-period", {"start_date": "2020-01-01T00:00:00Z", "period_type": "hour"}, 400),
        ("summary", {"start_date": "2027-01-01T00:00:00Z"}, 400),
        ("details", {"page": 0}, 422),
        ("tokens/monthly", {"year": 99999}, 422),
        ("details", {"start_date": "0001-01-01T00:00:00+05:00"}, 200),
    ],
)
def test_spans_are_checked(api: httpx.Client, path: str, query: Json, status: int) -> None:
    assert api.get(f"/usage/{path}", params=query).status_code == status
