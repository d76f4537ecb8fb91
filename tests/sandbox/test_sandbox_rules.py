"""Rule sets, shares, the history, and the routes about the sandbox itself."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from PIL import Image

from aion.sandbox.handlers import coverage
from aion.sandbox.store.ids import TENANT_ID
from aion.testing import Sandbox
from tests.sandbox.conftest import plain
from tests.sandbox.pictures import NAVY, RED, save

Json = dict[str, Any]
Upload = Callable[..., Json]
UNKNOWN = "00000000-0000-4000-8000-000000000000"
RULE: Json = {
    "name": "red",
    "description": "Says red",
    "rule_type": "required_words",
    "config": {"words": ["red"]},
}


def picture(color: str = "red") -> bytes:
    """A JPEG of one color."""
    return save(Image.new("RGB", (64, 48), {"red": RED, "navy": NAVY}[color]), "JPEG")


def encoded(color: str = "red") -> str:
    """A picture as base64."""
    return base64.b64encode(picture(color=color)).decode("ascii")


@pytest.fixture
def rule_set(api: httpx.Client) -> Json:
    """A stored rule set."""
    answer = api.post("/rules", json={"name": "Red", "description": "d", "rules": [RULE]})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


# rules


def test_a_rule_set_lives_through_its_changes(api: httpx.Client, rule_set: Json) -> None:
    path = f"/rules/{rule_set['id']}"
    assert rule_set["rules"][0]["severity"] == "medium"
    assert api.get(path).json() == rule_set
    changed = api.put(path, json={"name": "Redder", "description": "e"}).json()
    assert (changed["name"], changed["rules"]) == ("Redder", rule_set["rules"])
    assert api.patch(f"{path}/toggle", json={"enabled": False}).json()["enabled"] is False
    assert api.get("/rules", params={"enabled_only": True}).json()["total"] == 0
    assert api.delete(path).status_code == 200
    assert api.get(path).status_code == 404
    events = api.get("/tenant/audit-logs").json()["entries"]
    names = {one["event_type"] for one in events}
    assert {"rule_set.created", "rule_set.updated", "rule_set.deleted"} <= names


def test_a_saved_rule_set_is_applied(api: httpx.Client, rule_set: Json) -> None:
    body = {"image_base64": encoded("navy"), "rule_set_id": rule_set["id"]}
    told = api.post("/describe/", json=body).json()["structured_output"]["rule_results"]
    assert [(one["passed"], one["message"]) for one in told] == [(False, "the text lacks red")]


def test_a_rule_is_tried_on_a_stored_picture(
    api: httpx.Client, sandbox: Sandbox, rule_set: Json, upload: Upload
) -> None:
    image_id = upload(picture(color="navy"))["image_id"]
    url = api.get(f"/user-files/{image_id}").json()["original_url"]
    answer = api.post(f"/rules/{rule_set['id']}/test", json={"image_url": url})
    assert (answer.status_code, answer.json()["passed"]) == (200, False)
    far = api.post(f"/rules/{rule_set['id']}/test", json={"image_url": "https://a.test/x.jpg"})
    assert far.status_code == 400
    assert "no outgoing calls" in far.json()["error"]["message"]


def test_templates_are_rules_that_the_sandbox_checks(api: httpx.Client) -> None:
    found = api.get("/rules/templates/", params={"category": "image"}).json()
    assert [one["rule_type"] for one in found] == ["image_size", "allowed_colors"]


def test_a_reference_image_that_cannot_be_had_is_reported(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    body = {
        "name": "n",
        "description": "d",
        "rules": [RULE],
        "reference_image_url": "http://a.test/",
    }
    made = api.post("/rules", json=body).json()["id"]
    status = f"/rules/{made}/visual-memory/status"
    assert api.get(status).json()["visual_processing_status"] == "pending"
    sandbox.step_clock(10)
    assert api.get(status).json()["visual_processing_status"] == "failed"
    assert api.post(f"/rules/{made}/visual-memory/reprocess").status_code == 202


# sharing


def test_a_share_is_offered_accepted_and_revoked(api: httpx.Client, rule_set: Json) -> None:
    body = {"ruleset_id": rule_set["id"], "target_email": "kim@example.com", "expires_in_days": 1}
    share = api.post("/sharing/share", json=body).json()
    assert share["status"] == "pending"
    code = {"invitation_code": share["share_token"]}
    assert api.post("/sharing/share/accept", json=code).json()["status"] == "active"
    assert api.post("/sharing/share/accept", json=code).status_code == 409
    assert [one["id"] for one in api.get("/sharing/shares/received").json()] == [share["id"]]
    assert api.delete(f"/sharing/share/{share['id']}").status_code == 200
    assert [one["status"] for one in api.get("/sharing/shares/sent").json()] == ["revoked"]


def test_a_public_share_needs_no_key_and_expires(
    api: httpx.Client, sandbox: Sandbox, rule_set: Json
) -> None:
    share = api.post("/sharing/share/public", json={"ruleset_id": rule_set["id"]}).json()
    shown = plain("GET", share["share_url"])
    assert shown.json()["rule_set"]["id"] == rule_set["id"]
    sandbox.step_clock(31 * 86_400)
    assert plain("GET", share["share_url"]).status_code == 404
    assert [one["status"] for one in api.get("/sharing/shares/sent").json()] == ["expired"]


def test_members_are_those_of_the_tenant(api: httpx.Client) -> None:
    made = api.post("/sharing/members", json={"email": "kim@example.com", "role": "viewer"}).json()
    path = f"/sharing/members/{made['user_id']}"
    assert api.patch(f"{path}/role", json={"role": "editor"}).json()["role"] == "editor"
    assert [one["role"] for one in api.get("/sharing/members").json()] == ["owner", "editor"]
    assert api.delete(path).status_code == 200
    owner = api.get("/sharing/members").json()[0]["user_id"]
    assert api.delete(f"/sharing/members/{owner}").status_code == 403


# history


def test_the_history_has_uploads_requests_and_batches(
    api: httpx.Client, sandbox: Sandbox, upload: Upload
) -> None:
    upload(picture(color="navy"))
    sandbox.step_clock(10)
    api.post("/describe/", json={"image_base64": encoded()})
    api.post("/batch/describe", json={"images": [{"image_base64": encoded()}]})
    sandbox.step_clock(10)
    page = api.get("/data/descriptions").json()
    assert [one["source_type"] for one in page["results"]] == ["batch", "api", "upload"]
    assert page["statistics"]["source_distribution"] == {"api": 1, "batch": 1, "upload": 1}
    few = api.get("/data/descriptions", params={"search": "red", "source_types": "api"}).json()
    assert (few["total_count"], few["filters_applied"]["search_applied"]) == (1, True)
    found = few["results"][0]
    original = plain("GET", found["stored_image_url"]).content
    assert original == picture(color="red")
    small = api.get(f"/data/images/{found['id']}/thumbnail", params={"size": "tiny"})
    assert max(Image.open(io.BytesIO(small.content)).size) <= 64
    whole = api.get(f"/data/images/{found['id']}", params={"thumbnail": False})
    assert (whole.content, whole.headers["content-type"]) == (original, "image/jpeg")
    names = [
        one["variant_type"]
        for one in api.get(f"/data/images/{found['id']}/variants").json()["variants"]
    ]
    assert names[0] == "original"
    assert api.get(f"/data/images/{found['id']}/variant/small_256").status_code == 200
    assert api.get(f"/data/images/{UNKNOWN}").status_code == 404


def test_items_of_a_batch_have_their_images(api: httpx.Client, sandbox: Sandbox) -> None:
    body = {"images": [{"image_base64": encoded()}]}
    made = api.post("/batch/describe", json=body).json()["batch_id"]
    sandbox.step_clock(10)
    item = api.get(f"/batch/{made}/results").json()["results"][0]["item_id"]
    assert api.get(f"/data/batch-images/{item}").status_code == 200
    assert api.get(f"/data/batch-images/{item}/thumbnail").headers["content-type"] == "image/jpeg"


def test_a_verification_is_in_its_own_history(api: httpx.Client) -> None:
    api.post("/verify/", json={"image_base64": encoded(), "content": "It is blue."})
    (found,) = api.get("/data/verifications").json()["results"]
    assert found["verification"]["vlm_response"] == "It is blue."
    assert len(found["verification"]["issues_found"]) == 1


def test_the_history_is_exported_in_three_formats(api: httpx.Client, sandbox: Sandbox) -> None:
    api.post("/describe/", json={"image_base64": encoded()})
    readers: dict[str, Callable[[str], list[Any]]] = {
        "csv": lambda text: list(csv.DictReader(io.StringIO(text))),
        "json": lambda text: list(json.loads(text)),
        "jsonl": lambda text: [json.loads(line) for line in text.splitlines()],
    }
    for kind, read in readers.items():
        body = {"data_type": "descriptions", "format": kind, "fields": ["id", "description"]}
        begun = api.post("/data/export", json=body)
        assert (begun.status_code, begun.json()["status"]) == (202, "pending")
        sandbox.step_clock(10)
        done = api.get(f"/data/export/{begun.json()['export_id']}").json()
        assert (done["status"], done["record_count"]) == ("completed", 1)
        (row,) = read(plain("GET", done["download_url"]).text)
        assert "mostly red" in row["description"]
        assert set(row) == {"id", "description"}


# describe and verify


def test_a_key_serves_for_an_hour_and_for_one_request(api: httpx.Client, sandbox: Sandbox) -> None:
    key = {"Idempotency-Key": "k"}
    body = {"image_base64": encoded()}
    first = api.post("/describe/", json=body, headers=key).json()["operation_id"]
    assert api.post("/describe/", json=body, headers=key).json()["operation_id"] == first
    other = api.post("/describe/", json={"image_base64": encoded("navy")}, headers=key)
    assert (other.status_code, other.json()["error_code"]) == (409, "CONFLICT")
    sandbox.step_clock(3601)
    assert api.post("/describe/", json=body, headers=key).json()["operation_id"] != first


def test_errors_of_describe_have_their_older_shape(api: httpx.Client) -> None:
    answer = api.post("/describe/", json={})
    assert answer.status_code == 400
    assert set(answer.json()) == {"error_code", "message", "details", "request_id", "timestamp"}
    unknown = api.post("/describe/", json={}, headers={"Authorization": "Bearer aion_wrong"})
    assert (unknown.status_code, unknown.json()["error_code"]) == (401, "INVALID_API_KEY")


@pytest.mark.parametrize("key", ["../../etc/passwd", "images/none/original.jpg"])
def test_an_object_that_is_not_there_is_not_described(api: httpx.Client, key: str) -> None:
    answer = api.post("/describe/", json={"object_key": key})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "IMAGE_PROCESSING_ERROR")


# the sandbox itself


@pytest.mark.parametrize(
    "path",
    [
        "/health/", "/health/detailed", "/health/email", "/health/outbox", "/health/metrics",
        "/health/redis-pool", "/database/health", "/database/pool/stats", "/verify/health",
        "/verify/health/status", "/verify/providers", "/sdk/simple/", "/sdk/simple/aion/",
        "/payment/subscription/status",
    ],
)  # fmt: skip
def test_what_can_be_asked_about_the_sandbox_is_answered(api: httpx.Client, path: str) -> None:
    assert api.get(path).status_code == 200


def test_metrics_are_in_the_text_format(sandbox: Sandbox) -> None:
    url = sandbox.base_url.removesuffix("/api/v2") + "/metrics"
    assert "aion_sandbox_files 0\n" in plain("GET", url).text


def test_credits_follow_from_the_limits(api: httpx.Client, upload: Upload) -> None:
    upload(picture())
    mine = api.get("/payment/credit-balance", params={"tenant_id": TENANT_ID}).json()
    assert mine["included_remaining"] == mine["total_available"] == 49_999
    other = api.get("/payment/credit-balance", params={"tenant_id": UNKNOWN})
    assert other.status_code == 403


def test_no_wheel_is_there(api: httpx.Client) -> None:
    assert api.get("/sdk/simple/aion/aion-1.0-py3-none-any.whl").status_code == 404


def test_at_most_45_operations_are_not_served() -> None:
    assert list(coverage().values()).count("501") <= 45
