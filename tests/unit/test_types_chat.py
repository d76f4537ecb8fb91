"""Results of the chat, from every layout that a response may have."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest

from aion.types.chat import (
    ChatImageList,
    ChatMessage,
    ChatResponse,
    ChatSession,
    ChatSessionDetail,
    ChatToken,
    ChatTokenType,
    ImageReference,
    MessageRole,
    PlanActionResponse,
    SessionList,
)

IMAGE = {"image_id": "5c0ffee5-0000-4000-8000-000000000001", "filename": None}
BARE: dict[str, Any] = {
    "message_id": "m1",
    "content": "I see [[ref:search_1]] poles, one is [[img:5c0ffee5|pole.jpg]]",
    "token_count": 12,
    "processing_time_ms": 80,
    "remaining_tokens": 100,
    "remaining_messages": 5,
}
METADATA = {"result_refs": {"search_1": {"count": 2, "ids": ["a", "b"], "id_type": "image"}}}
SESSION: dict[str, Any] = {
    "id": "s1",
    "title": "Poles",
    "total_messages": 2,
    "total_tokens": 30,
    "remaining_tokens": 70,
    "remaining_messages": 8,
    "is_active": False,
    "created_at": "2026-01-05T09:00:00Z",
    "updated_at": "2026-01-05T09:01:00Z",
    "last_message_at": None,
    "selected_image_count": 1,
    "use_all_images": False,
}
MESSAGE: dict[str, Any] = {
    "id": "m1",
    "role": "assistant",
    "content": "Yes.",
    "token_count": None,
    "processing_time_ms": None,
    "created_at": "2026-01-05T09:00:00Z",
}


# Responses


def test_a_bare_answer_has_no_images_and_still_can_be_walked_through() -> None:
    answer = ChatResponse.from_api_response(BARE, "s1")
    assert (answer.message_id, answer.session_id, answer.token_count) == ("m1", "s1", 12)
    assert (answer.remaining_tokens, answer.remaining_messages) == (100, 5)
    assert answer.images == []
    assert (answer.metadata, answer.result_refs) == (None, {})


@pytest.mark.parametrize(
    "shown",
    [{"images": [IMAGE]}, {"image_context": [IMAGE]}, {"image_context": IMAGE}],
    ids=["images", "context", "one"],
)
def test_images_are_read_wherever_a_response_has_them(shown: dict[str, Any]) -> None:
    answer = ChatResponse.from_api_response({**BARE, **shown, "metadata": METADATA})
    assert answer.images == [ImageReference(IMAGE["image_id"] or "", "")]
    assert answer.references.images[0].full_id == IMAGE["image_id"]
    assert answer.references.counts["search_1"].count == 2
    assert answer.resolved_content == "I see 2 poles, one is pole.jpg"


def test_a_context_in_a_layout_of_its_own_is_kept_p18() -> None:
    message = ChatMessage.from_api_response({**MESSAGE, "image_context": {"mode": "all"}})
    assert message.image_context is None
    assert message.additional_properties["image_context"] == {"mode": "all"}


def test_the_plain_text_of_the_service_is_preferred() -> None:
    answer = ChatResponse.from_api_response({**BARE, "resolved_content": "I see 2 poles"})
    assert answer.resolved_content == "I see 2 poles"


def test_references_at_the_upper_level_are_found_too() -> None:
    answer = ChatResponse.from_api_response({**BARE, **METADATA})
    assert answer.result_refs == METADATA["result_refs"]


def test_a_response_without_text_is_empty_not_none() -> None:
    assert ChatResponse.from_api_response({**BARE, "content": None}).content == ""


def test_a_message_is_read() -> None:
    message = ChatMessage.from_api_response(MESSAGE)
    assert (message.role, message.token_count) == (MessageRole.ASSISTANT, 0)
    assert message.created_at == datetime(2026, 1, 5, 9, tzinfo=UTC)


def test_an_unknown_role_and_an_unreadable_date_survive_p18() -> None:
    message = ChatMessage.from_api_response({**MESSAGE, "role": "tool", "created_at": "soon"})
    assert (str(message.role), message.role.is_known) == ("tool", False)
    assert message.created_at is None
    assert message.additional_properties["created_at"] == "soon"


def test_images_of_a_response_become_a_collection() -> None:
    image = ImageReference("i1", "a.jpg", description="A pole", confidence=0.5)
    files = ChatResponse("m", "s", "c", images=[image]).as_collection()
    assert (files.ids, files.content_type) == (["i1"], "image")
    assert files.refs[0].metadata == {"description": "A pole", "confidence": 0.5}


def test_no_images_become_an_empty_collection() -> None:
    assert ChatMessage("m", MessageRole.USER, "c").as_collection().count == 0


def test_a_hit_of_the_image_search_is_a_reference() -> None:
    hit = {"image_id": "i1", "description": "d", "full_url": "https://x/1", "relevance_score": 0.5}
    found = ImageReference.from_api_response(hit)
    assert (found.filename, found.stored_url) == ("", "https://x/1")
    assert found.additional_properties == {"relevance_score": 0.5}


# tokens


def test_a_token_has_its_text() -> None:
    token = ChatToken.from_sse_event("token", {"type": "token", "content": " two"})
    assert (token.type, token.content) == (ChatTokenType.TOKEN, " two")
    assert (token.resolved_content, token.references, token.result_refs) == (None, None, None)


def test_the_type_in_the_data_counts_where_the_event_has_no_name() -> None:
    assert ChatToken.from_sse_event("", {"type": "ping"}).type is ChatTokenType.PING
    assert str(ChatToken.from_sse_event("", {}).type) == "message"


def test_an_unknown_event_keeps_its_name_and_data_p18() -> None:
    token = ChatToken.from_sse_event("weather", {"content": "sun"})
    assert (str(token.type), token.type.is_known) == ("weather", False)
    assert (token.content, token.data) == (None, {"content": "sun"})


def test_a_complete_token_knows_its_references() -> None:
    data = {"content": "[[ref:search_1]] poles", "metadata": METADATA}
    token = ChatToken.from_sse_event("complete", data)
    assert token.resolved_content == "2 poles"
    assert token.result_refs == METADATA["result_refs"]
    assert token.references is not None
    assert token.references.has_references


# sessions


def test_a_session_is_read() -> None:
    session = ChatSession.from_api_response({**SESSION, "color": "red"})
    assert (session.id, session.is_active, session.use_all_images) == ("s1", False, False)
    assert session.last_message_at is None
    assert session.additional_properties == {"color": "red"}


def test_the_short_response_to_a_new_session_is_a_session() -> None:
    session = ChatSession.from_api_response({"session_id": "s1", "title": "Poles"})
    assert (session.id, session.is_active, session.use_all_images) == ("s1", True, True)
    assert (session.total_messages, session.remaining_tokens) == (0, 0)


@pytest.mark.parametrize("name", sorted(set(SESSION) - {"id"}))
def test_a_session_decodes_with_any_field_nulled_p18(name: str) -> None:
    assert ChatSession.from_api_response({**SESSION, name: None}).id == "s1"


@pytest.mark.parametrize("name", sorted(set(MESSAGE) - {"id", "role"}))
def test_a_message_decodes_with_any_field_nulled_p18(name: str) -> None:
    assert ChatMessage.from_api_response({**MESSAGE, name: None}).id == "m1"


@pytest.mark.parametrize("name", sorted(set(BARE) - {"message_id"}))
def test_a_response_decodes_with_any_field_nulled_p18(name: str) -> None:
    assert ChatResponse.from_api_response({**BARE, name: None}).message_id == "m1"


def test_unknown_fields_stay_readable_p18() -> None:
    for result in (
        ChatMessage.from_api_response({**MESSAGE, "mood": "calm"}),
        ChatResponse.from_api_response({**BARE, "mood": "calm"}),
        SessionList.from_api_response({"sessions": [], "mood": "calm"}),
        detail(mood="calm"),
    ):
        assert result.additional_properties == {"mood": "calm"}
        assert result.to_dict()["mood"] == "calm"


@pytest.mark.parametrize(
    "page",
    [
        {"sessions": [SESSION], "total_count": 7, "has_more": True},
        {"items": [SESSION], "total": 7, "has_more": True},
    ],
)
def test_a_page_of_sessions_is_read_under_both_names(page: dict[str, Any]) -> None:
    found = SessionList.from_api_response(page)
    assert ([one.id for one in found.items], found.total, found.has_more) == (["s1"], 7, True)


def detail(**more: Any) -> ChatSessionDetail:
    return ChatSessionDetail.from_api_response({"session": SESSION, "messages": [MESSAGE], **more})


def test_details_hold_session_and_messages() -> None:
    found = detail(selected_image_ids=["i1"], context_summary=None)
    assert (found.session.title, found.messages[0].content) == ("Poles", "Yes.")
    assert (found.selected_image_ids, found.current_search_result_ids) == (["i1"], None)


def test_a_summary_inside_the_session_is_found() -> None:
    found = ChatSessionDetail.from_api_response(
        {"session": {**SESSION, "context_summary": "1 image"}, "messages": None}
    )
    assert (found.context_summary, found.messages) == ("1 image", [])


def test_what_the_last_search_found_is_preferred_as_a_collection() -> None:
    found = detail(selected_image_ids=["i1"], current_search_result_ids=["i2"])
    assert found.as_collection().ids == ["i2"]


def test_selected_images_and_videos_are_one_collection() -> None:
    files = detail(selected_image_ids=["i1"], selected_video_ids=["v1"]).as_collection()
    assert (files.ids, files.content_type) == (["i1", "v1"], "mixed")
    assert [ref.media_type for ref in files.refs] == ["image/*", "video/*"]


def test_image_ids_become_a_collection() -> None:
    page = ChatImageList(image_ids=["a", "b"], total_count=2, has_more=False)
    assert page.as_collection().ids == ["a", "b"]


# plans

DONE = '{"success": true, "plan_id": "p", "message": "Done.", "action_taken": "approve"}'


def test_a_plan_that_is_done_has_no_status() -> None:
    plan = PlanActionResponse.from_answer(DONE, plan_id="p", action="approve")
    assert (plan.success, plan.message, plan.status) == (True, "Done.", None)


@pytest.mark.parametrize("text", ["", "  ", "null", "{}", "[]", '"accepted"', '{"message": null}'])
def test_a_response_that_says_nothing_means_accepted(text: str) -> None:
    plan = PlanActionResponse.from_answer(text, plan_id="p", action="approve")
    assert (plan.success, plan.plan_id, plan.action_taken) == (True, "p", "approve")
    assert plan.status == "accepted"


def test_what_an_accepted_plan_shows_is_kept() -> None:
    text = '{"message": "Later.", "status": "queued", "websocket_channel": "c"}'
    plan = PlanActionResponse.from_answer(text, plan_id="p", action="approve")
    assert (plan.message, plan.status) == ("Later.", "queued")
    assert plan.additional_properties == {"websocket_channel": "c"}


def test_a_response_that_is_not_json_is_an_error() -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        PlanActionResponse.from_answer("<html>", plan_id="p", action="cancel")


RESULTS = [
    ChatResponse.from_api_response({**BARE, "images": [IMAGE], "metadata": METADATA}, "s1"),
    ChatMessage.from_api_response({**MESSAGE, "role": "tool"}),
    ChatToken.from_sse_event("weather", {"a": 1}),
    detail(),
    SessionList.from_api_response({"sessions": [SESSION]}),
    PlanActionResponse.from_answer(DONE, plan_id="p", action="approve"),
]


@pytest.mark.parametrize("result", RESULTS, ids=lambda one: type(one).__name__)
def test_results_survive_pickle_and_copy_p6(result: Any) -> None:
    assert pickle.loads(pickle.dumps(result)) == result
    assert copy.deepcopy(result) == result


def test_a_result_turns_into_a_dictionary_without_what_is_unknown() -> None:
    shown = ChatResponse("m", "s", "c").to_dict()
    assert "images" not in shown
    assert shown["message_id"] == "m"
    assert ChatResponse("m", "s", "c").to_dict(exclude_none=False)["images"] is None
