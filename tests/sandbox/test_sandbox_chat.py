"""The chat of the sandbox, as only the server side shows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from aion.testing import Limits, Sandbox
from aion.types._markup import parse_references, resolve_content
from aion.types.references import DocumentRef
from tests.behaviour.papers import pdf
from tests.sandbox.conftest import client_of
from tests.sandbox.pictures import jpeg

Json = dict[str, Any]
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def session(api: httpx.Client) -> str:
    answer = api.post("/chat/sessions", json={})
    assert answer.status_code == 200
    return str(answer.json()["session_id"])


def said(api: httpx.Client, session: str, message: str, **fields: Any) -> Json:
    answer = api.post(f"/chat/sessions/{session}/messages", json={"message": message, **fields})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def events(api: httpx.Client, session: str, message: str) -> list[tuple[str, Json, str | None]]:
    """Name, data and id of every event."""
    answer = api.post(f"/chat/sessions/{session}/messages/stream", json={"message": message})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    found: list[tuple[str, Json, str | None]] = []
    for block in answer.text.split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((fields["event"], json.loads(fields["data"]), fields.get("id")))
    return found


def test_an_unknown_session_has_the_error_shape_of_the_chat(api: httpx.Client) -> None:
    answer = api.get(f"/chat/sessions/{UNKNOWN}")
    assert answer.status_code == 404
    body = answer.json()
    assert set(body) == {"error", "error_code", "detail", "timestamp"}
    assert body["error_code"] == "SESSION_NOT_FOUND"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "", None),
        ("POST", "/messages", {"message": "x"}),
        ("POST", "/messages/stream", {"message": "x"}),
        ("PUT", "/images", {"image_ids": []}),
        ("PUT", "/documents", {"document_ids": []}),
        ("PUT", "/videos", {"video_ids": []}),
        ("PATCH", "/mode", {"use_all_images": True}),
        ("PATCH", "/title", {"title": "x"}),
        ("POST", "/plans/p/action", {"action": "approve"}),
        ("GET", "/export", None),
    ],
)
def test_every_route_of_an_unknown_session_is_not_found(
    method: str, path: str, body: Json | None, api: httpx.Client
) -> None:
    answer = api.request(method, f"/chat/sessions/{UNKNOWN}{path}", json=body)
    assert (answer.status_code, answer.json()["error_code"]) == (404, "SESSION_NOT_FOUND")


@pytest.mark.parametrize("message", ["", "x" * 10_001])
def test_the_length_of_a_message_is_checked(message: str, api: httpx.Client, session: str) -> None:
    answer = api.post(f"/chat/sessions/{session}/messages", json={"message": message})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "message"]


def test_the_events_come_in_the_order_of_the_service(
    api: httpx.Client, upload: Callable[..., Json], sandbox: Sandbox, session: str
) -> None:
    upload(jpeg(), "pole.jpg")
    sandbox.step_clock(10)
    found = events(api, session, "Describe my images")
    names = [name for name, _, _ in found]
    assert names[:7] == [
        "connection",
        "thinking",
        "thinking_step",
        "status",
        "tool_invocation",
        "tool_result",
        "image_results",
    ]
    assert set(names[7:-3]) == {"token"}
    assert names[-3:] == ["complete", "ping", "close"]
    assert all(data["type"] == name for name, data, _ in found)
    assert len(next(data for name, data, _ in found if name == "image_results")["images"]) == 1


def test_only_tokens_have_an_id_and_it_is_one_more_than_their_index(
    api: httpx.Client, session: str
) -> None:
    for name, data, event_id in events(api, session, "Hello"):
        assert event_id == (str(data["token_index"] + 1) if name == "token" else None)


def test_the_tokens_together_are_the_response(api: httpx.Client, session: str) -> None:
    found = events(api, session, "Hello")
    tokens = [data for name, data, _ in found if name == "token"]
    complete = next(data for name, data, _ in found if name == "complete")
    assert "".join(one["content"] for one in tokens) == complete["content"]
    assert tokens[-1]["accumulated"] == complete["content"]
    assert "[[ref:search_1]]" in complete["content"]
    assert (
        complete["resolved_content"] == "[sandbox] I looked at 0 images for hello. 0 of them fit."
    )


def test_the_same_question_gets_the_same_response(api: httpx.Client) -> None:
    texts: list[str] = []
    for _ in range(2):
        session = api.post("/chat/sessions", json={}).json()["session_id"]
        texts.append(said(api, session, "Where are the poles?")["content"])
    assert texts[0] == texts[1]


def test_a_plain_answer_shows_images_and_metadata_besides_its_contract(
    api: httpx.Client, upload: Callable[..., Json], sandbox: Sandbox, session: str
) -> None:
    image_id = upload(jpeg(), "a [[b]]|c.jpg")["image_id"]
    sandbox.step_clock(10)
    answer = said(api, session, "Describe my images")
    assert [one["image_id"] for one in answer["images"]] == [image_id]
    assert answer["metadata"]["result_refs"]["search_1"]["ids"] == [image_id]
    # A name that would end the markup is written in another way.
    assert f"[[img:{image_id[:8]}|a ((b))_c.jpg]]" in answer["content"]


def test_images_of_an_old_message_have_urls_that_work(
    api: httpx.Client, upload: Callable[..., Json], sandbox: Sandbox, session: str
) -> None:
    upload(jpeg(), "pole.jpg")
    sandbox.step_clock(10)
    said(api, session, "Describe my images")
    sandbox.step_clock(2 * 3600)
    message = api.get(f"/chat/sessions/{session}").json()["messages"][-1]
    url = message["image_context"][0]["stored_url"]
    assert httpx.get(url, verify=False).status_code == 200


def test_an_image_that_was_deleted_is_not_found_by_the_chat(
    api: httpx.Client, upload: Callable[..., Json], sandbox: Sandbox, session: str
) -> None:
    image_id = upload(jpeg(), "pole.jpg")["image_id"]
    sandbox.step_clock(10)
    assert api.delete(f"/user-files/{image_id}").status_code == 200
    assert api.get("/chat/images/all").json()["total_count"] == 0
    assert said(api, session, "Describe my images")["images"] == []


def test_a_closed_session_takes_no_message(api: httpx.Client, session: str) -> None:
    first = api.delete(f"/chat/sessions/{session}").json()
    assert api.delete(f"/chat/sessions/{session}").json() == first
    answer = api.post(f"/chat/sessions/{session}/messages", json={"message": "x"})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "SESSION_CLOSED")
    assert api.patch(f"/chat/sessions/{session}/title", json={"title": "x"}).status_code == 400
    names = [name for name, _, _ in events(api, session, "x")]
    assert names == ["connection", "auth_error", "close"]


def test_a_used_up_allowance_is_a_429_or_an_event(
    api: httpx.Client, sandbox: Sandbox, session: str
) -> None:
    sandbox.faults.zero_quota()
    answer = api.post(f"/chat/sessions/{session}/messages", json={"message": "x"})
    assert (answer.status_code, answer.json()["error_code"]) == (429, "USAGE_LIMIT_EXCEEDED")
    found = events(api, session, "x")
    assert [name for name, _, _ in found] == ["connection", "error", "close"]
    assert found[1][1]["code"] == "USAGE_LIMIT_EXCEEDED"
    assert "(200/200)" in found[1][1]["message"]
    assert api.get(f"/chat/sessions/{session}").json()["messages"] == []


def test_the_numbers_of_a_session_follow_its_messages(api: httpx.Client, session: str) -> None:
    before = api.get(f"/chat/sessions/{session}").json()["session"]
    assert (before["last_message_at"], before["last_message_preview"]) == (None, None)
    answer = said(api, session, "Hello")
    after = api.get(f"/chat/sessions/{session}").json()["session"]
    assert after["total_messages"] == 2
    assert after["remaining_tokens"] == answer["remaining_tokens"]
    assert after["remaining_messages"] == before["remaining_messages"] - 1
    assert after["total_tokens"] == before["remaining_tokens"] - after["remaining_tokens"]
    assert after["last_message_preview"] == answer["content"][:100]


def test_too_many_images_cannot_be_selected(api: httpx.Client, session: str) -> None:
    ids = [f"00000000-0000-4000-8000-{number:012x}" for number in range(1001)]
    answer = api.put(f"/chat/sessions/{session}/images", json={"image_ids": ids})
    assert answer.status_code == 400
    documents = {"document_ids": ids[:101]}
    assert api.put(f"/chat/sessions/{session}/documents", json=documents).status_code == 400
    selected = {"use_all_images": False, "initial_image_ids": ids}
    assert api.post("/chat/sessions", json=selected).status_code == 400


def plan_of(api: httpx.Client, session: str, message: str) -> str:
    found = events(api, session, message)
    return next(str(data["plan_id"]) for name, data, _ in found if name == "plan_pending_approval")


def decide(api: httpx.Client, session: str, plan_id: str, action: str) -> httpx.Response:
    return api.post(f"/chat/sessions/{session}/plans/{plan_id}/action", json={"action": action})


def test_a_plan_is_decided_once(api: httpx.Client, session: str) -> None:
    plan_id = plan_of(api, session, "Move my images")
    assert decide(api, session, plan_id, "approve").json()["action_taken"] == "approve"
    again = decide(api, session, plan_id, "cancel")
    assert (again.status_code, again.json()["error_code"]) == (404, "PLAN_NOT_FOUND")


def test_a_plan_belongs_to_its_session(api: httpx.Client, session: str) -> None:
    plan_id = plan_of(api, session, "Move my images")
    other = api.post("/chat/sessions", json={}).json()["session_id"]
    assert decide(api, other, plan_id, "approve").status_code == 404


def test_a_plan_expires(api: httpx.Client, sandbox: Sandbox, session: str) -> None:
    plan_id = plan_of(api, session, "Move my images")
    sandbox.step_clock(1801)
    answer = decide(api, session, plan_id, "approve")
    assert (answer.status_code, answer.json()["error_code"]) == (404, "PLAN_EXPIRED")


def test_a_plan_in_the_background_ends_with_a_message(
    api: httpx.Client, sandbox: Sandbox, session: str
) -> None:
    plan_id = plan_of(api, session, "Move my images in the background")
    assert decide(api, session, plan_id, "approve").status_code == 202
    assert decide(api, session, plan_id, "approve").status_code == 409
    sandbox.step_clock(10)
    last = api.get(f"/chat/sessions/{session}").json()["messages"][-1]
    assert "The plan is done" in last["content"]
    assert decide(api, session, plan_id, "approve").status_code == 404


def test_a_plan_in_the_background_can_be_made_to_fail(
    api: httpx.Client, sandbox: Sandbox, session: str
) -> None:
    sandbox.faults.fail_job("chat_plan", "no folders left")
    plan_id = plan_of(api, session, "Move my images in the background")
    decide(api, session, plan_id, "approve")
    sandbox.step_clock(10)
    last = api.get(f"/chat/sessions/{session}").json()["messages"][-1]
    assert last["content"] == "[sandbox] The plan failed: no folders left"


def test_an_action_that_is_none_is_refused(api: httpx.Client, session: str) -> None:
    assert decide(api, session, "p", "postpone").status_code == 422


@pytest.mark.parametrize(
    ("kind", "content_type", "ending"),
    [
        ("markdown", "text/markdown", "md"),
        ("json", "application/json", "json"),
        ("text", "text/plain", "txt"),
    ],
)
def test_a_transcript_is_sent_as_a_file(
    kind: str, content_type: str, ending: str, api: httpx.Client, session: str
) -> None:
    answer = api.get(f"/chat/sessions/{session}/export", params={"format": kind})
    assert answer.headers["content-type"].startswith(content_type)
    name = f"chat-{session[:8]}.{ending}"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'


def test_a_search_says_how_it_read_the_query(
    api: httpx.Client, upload: Callable[..., Json], sandbox: Sandbox
) -> None:
    image_id = upload(jpeg(), "pole.jpg")["image_id"]
    sandbox.step_clock(10)
    answer = api.post("/chat/images/search", json={"query": "Find the JPEG images"}).json()
    assert answer["query_interpretation"]["words"] == ["jpeg"]
    assert [one["image_id"] for one in answer["results"]] == [image_id]
    assert (answer["total_count"], answer["results"][0]["relevance_score"]) == (1, 1.0)


def test_a_session_survives_a_restart(tmp_path: Any) -> None:
    with Sandbox(data=tmp_path) as first, client_of(first) as api:
        session = api.post("/chat/sessions", json={"title": "Kept"}).json()["session_id"]
        said(api, session, "Hello")
    with Sandbox(data=tmp_path) as second, client_of(second) as api:
        detail = api.get(f"/chat/sessions/{session}").json()
        assert (detail["session"]["title"], len(detail["messages"])) == ("Kept", 2)
        assert second.violations == []


def test_the_allowances_of_a_sandbox_can_be_set() -> None:
    limits = Limits(monthly_messages=2, session_tokens=10)
    with Sandbox(limits=limits) as sandbox, client_of(sandbox) as api:
        ids = [api.post("/chat/sessions", json={}).json()["session_id"] for _ in range(2)]
        answer = said(api, ids[0], "Hello")
        assert answer["remaining_messages"] == 1
        refused = api.post(f"/chat/sessions/{ids[0]}/messages", json={"message": "x"})
        assert refused.json()["error_code"] == "TOKEN_LIMIT_EXCEEDED"
        said(api, ids[1], "Hello")
        refused = api.post(f"/chat/sessions/{ids[1]}/messages", json={"message": "x"})
        assert refused.json()["error_code"] == "USAGE_LIMIT_EXCEEDED"
        assert "(2/2)" in refused.json()["error"]


def test_a_response_quotes_documents_with_their_pages(
    api: httpx.Client, upload: Callable[..., Json], sandbox: Sandbox, session: str
) -> None:
    data = pdf("The pump runs dry.", "Torque of the flange bolts is 40 Nm.")
    document_id = upload(data, "manual.pdf")["image_id"]
    sandbox.step_clock(60)
    found = events(api, session, "Which torque for the flange?")
    results = next(data for name, data, _ in found if name == "document_results")
    assert [one["document_id"] for one in results["documents"]] == [document_id]
    complete = next(data for name, data, _ in found if name == "complete")
    assert f"[[doc:{document_id[:8]}|manual.pdf|p:2]]: " in complete["content"]
    assert "manual.pdf (p.2): Torque of the flange" in complete["resolved_content"]
    assert complete["agents_used"] == ["ImageSearchAgent", "DocumentSearchAgent"]
    parsed = parse_references(complete["content"], complete["metadata"]).documents
    assert parsed == [DocumentRef(document_id[:8], "manual.pdf", document_id, page=2)]
    assert (
        resolve_content(complete["content"], complete["metadata"]) == complete["resolved_content"]
    )


def test_only_selected_documents_are_quoted(
    api: httpx.Client, upload: Callable[..., Json], sandbox: Sandbox, session: str
) -> None:
    first = upload(b"The flange of the pump.", "first.txt")["image_id"]
    upload(b"The flange of the valve.", "second.txt")
    sandbox.step_clock(60)
    chosen = api.put(f"/chat/sessions/{session}/documents", json={"document_ids": [first]})
    assert chosen.json()["document_count"] == 1
    cited = said(api, session, "Where is the flange?")["metadata"]["tool_document_data"]
    assert [one["document_id"] for one in cited] == [first]
