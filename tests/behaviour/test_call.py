"""Any call of the contract, through the client; and headers of the program's own."""

from __future__ import annotations

import logging
import pickle
from typing import Any

import pytest

from aion import AionVision, RateLimitError, SyncAionVision, ValidationError
from aion.config import ClientConfig
from aion.testing import Sandbox
from aion.types import RawResponse
from aion_api.api import api_keys, chat, rules, service, uploads
from aion_api.models.chat import SendMessageRequest
from aion_api.models.rules import CreateRuleSetRequest, RuleConfigRequest
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import draw

KEY = "aion_of_a_test_0000000000000_fake"
SECRET = "gateway-secret-fake"


def test_a_call_that_no_resource_has_is_made(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    rule = RuleConfigRequest("Red", "They are red", "required_words", {"words": ["red"]})
    body = CreateRuleSetRequest("Boats", "What boats are like", [rule])
    made = calls(client.call(rules.create_rule_set(body=body)))
    found = calls(client.call(rules.get_rule_set(made.id)))
    assert (found.name, found) == ("Boats", made)


def test_it_is_repeated_where_that_is_safe(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail("list_api_keys", status=503, times=2)
    assert calls(calls.client(sandbox).call(api_keys.list_api_keys())).api_keys
    assert len(sandbox.requests) == 3


def test_its_errors_are_those_of_the_client(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail("list_api_keys", status=429, retry_after=1000, times=None)
    with pytest.raises(RateLimitError, match="/api-keys") as caught:
        calls(calls.client(sandbox).call(api_keys.list_api_keys(), timeout=5))
    assert caught.value.retry_after == 1000


def test_the_response_can_be_had_with_its_status_and_headers(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    answer = calls(client.call_raw(uploads.check_upload_quota(file_count=1)))
    assert answer.result["can_proceed"]
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.request_id == sandbox.requests[-1].request_id
    assert answer.content.startswith(b"{")


def test_p6_such_a_response_survives_pickle(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    answer = calls(client.call_raw(uploads.check_upload_quota(file_count=1)))
    again: RawResponse[Any] = pickle.loads(pickle.dumps(answer))
    assert again == answer


def test_bytes_and_text_come_whole(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    session = calls(client.chats.create_session())
    transcript = calls(client.call(chat.export_chat_session(session.id)))
    assert isinstance(transcript, bytes)
    assert transcript
    metrics = calls(client.call(service.get_metrics()))
    assert "aion_sandbox_files 0" in metrics


@pytest.mark.parametrize("request_", [None, api_keys.list_api_keys, "GET /api-keys"])
def test_what_is_not_a_request_is_refused(request_: Any, calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ValidationError, match=r"what a function of aion_api\.api returned"):
        calls(calls.client(sandbox).call(request_))
    assert sandbox.requests == []


def test_a_stream_is_refused_with_the_way_to_read_one(calls: Calls, sandbox: Sandbox) -> None:
    request = chat.send_message_stream("s", body=SendMessageRequest("Hello"))
    with pytest.raises(ValidationError, match=r"client\.chats\.send_stream\(\)"):
        calls(calls.client(sandbox).call_raw(request))


# Headers of the program's own


def test_extra_headers_go_with_every_request(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox, extra_headers={"X-Gateway": SECRET, "user-agent": "mine/1"})
    calls(client.files.list())
    calls(client.upload_one(draw(), filename="a.jpg"))
    assert {one.headers["x-gateway"] for one in sandbox.requests} == {SECRET}
    assert {one.headers["user-agent"] for one in sandbox.requests} == {"mine/1"}


def test_some_calls_can_have_headers_of_their_own(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    calls(client.with_options(extra_headers={"X-Tier": "batch"}).files.list())
    calls(client.files.list())
    first, second = sandbox.requests
    assert (first.headers["x-tier"], "x-tier" in second.headers) == ("batch", False)


def test_they_are_added_to_those_of_the_client(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox, extra_headers={"X-Gateway": SECRET, "X-Tier": "web"})
    calls(client.with_options(extra_headers={"x-tier": "batch"}).files.list())
    (seen,) = sandbox.requests
    assert (seen.headers["x-gateway"], seen.headers["x-tier"]) == (SECRET, "batch")


def test_p17_storage_gets_no_extra_header(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox, extra_headers={"X-Gateway": SECRET})
    stored = calls(client.upload_one(draw(), filename="a.jpg"))
    assert calls(client.files.download(stored.image_id))
    to_storage = [one for one in sandbox.requests if one.path.startswith("/_objects/")]
    assert to_storage
    assert all("x-gateway" not in one.headers for one in to_storage)


def test_p16_their_values_are_shown_nowhere(
    calls: Calls, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    client = calls.client(sandbox, extra_headers={"X-Gateway": SECRET})
    with caplog.at_level(logging.DEBUG, "aion"):
        calls(client.files.list())
    shown = [repr(client), repr(client.config), repr(client.config.extra_headers), caplog.text]
    assert caplog.text
    assert not [text for text in shown if SECRET in text]


@pytest.mark.parametrize("made", [AionVision, SyncAionVision])
@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ([("X-A", "b")], "a mapping of names to values, not list"),
        ({"": "b"}, "a name that no header can have: ''"),
        ({"X A": "b"}, "a name that no header can have: 'X A'"),
        ({"X-A:": "b"}, "a name that no header can have"),
        ({3: "b"}, "a name that no header can have: 3"),
        ({"X-A": f"{SECRET}\r\nX-B: c"}, "a value for X-A that no header can have"),
        ({"X-A": 3}, "a value for X-A that no header can have.*got int"),
        ({"X-A": "\u20ac"}, "a value for X-A that no header can have"),
        ({"X-A": " b"}, "without white space around it"),
        ({"X-A": "b", "x-a": "c"}, "has x-a twice"),
        ({"Authorization": f"Bearer {SECRET}"}, "pass the key as api_key"),
        ({"x-tenant-id": "t"}, "pass tenant_id"),
        ({"Content-Length": "3"}, "the client sets it for each request"),
    ],
)
def test_headers_that_cannot_be_sent_are_refused_without_their_values(
    made: type[AionVision] | type[SyncAionVision], headers: Any, told: str
) -> None:
    with pytest.raises(ValueError, match=told) as caught:
        made(KEY, extra_headers=headers)
    assert SECRET not in str(caught.value)


def test_a_client_that_traces_makes_the_headers_of_traces_itself() -> None:
    headers = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    assert ClientConfig(KEY, extra_headers=headers).extra_headers == headers
    with pytest.raises(ValueError, match="tracing sets it"):
        ClientConfig(KEY, enable_tracing=True, extra_headers=headers)


@pytest.mark.parametrize("headers", [[], "", 0])
def test_what_is_empty_and_no_mapping_is_refused(headers: Any) -> None:
    with pytest.raises(ValueError, match="a mapping of names to values"):
        SyncAionVision(KEY, extra_headers=headers)


def test_settings_with_extra_headers_can_be_sent_to_another_process() -> None:
    config = ClientConfig(KEY, extra_headers={"X-Gateway": SECRET})
    again = pickle.loads(pickle.dumps(config))
    assert again == config
    assert SECRET not in repr(again.extra_headers)
