"""Talk with the library: sessions, messages, selections and plans, over real HTTP."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from aion import AionVision
from aion.exceptions import QuotaExceededError, ResourceNotFoundError, ServerError, ValidationError
from aion.resources.chat import ChatSessionContext
from aion.sync.resources.chat_session import SyncChatSession
from aion.testing import Sandbox
from aion.types.chat import ChatSession, MessageRole
from tests.behaviour.calls import Calls, Client
from tests.behaviour.pictures import NAVY, RED, draw
from tests.behaviour.servers import answering

Door = Callable[[], Any]
UNKNOWN = "00000000-0000-4000-8000-000000000000"
KEY = "aion_chat_000000000000000000_test"


@pytest.fixture
def images(sandbox: Sandbox) -> dict[str, str]:
    """Two images in the library: their ids by name."""
    with sandbox.sync_client() as client:
        return {
            name: client.upload_one(draw("PNG", (80, 40), color), filename=name).image_id
            for name, color in (("red.png", RED), ("navy.png", NAVY))
        }


@pytest.fixture
def client(calls: Calls, sandbox: Sandbox) -> Client:
    return calls.client(sandbox)


@pytest.fixture
def session(calls: Calls, client: Client) -> ChatSession:
    return calls(client.chats.create_session(title="Poles"))


def asked(sandbox: Sandbox) -> list[str]:
    """The operations of the chat that the sandbox saw."""
    return [
        str(seen.operation).partition("_api_v2")[0]
        for seen in sandbox.requests
        if "/chat/" in seen.path
    ]


# sessions


def test_a_session_is_opened_with_its_title_and_selection(
    calls: Calls, client: Client, images: dict[str, str]
) -> None:
    made = calls(
        client.chats.create_session(
            title="Poles", image_ids=[images["red.png"]], use_all_images=False
        )
    )
    assert (made.title, made.is_active, made.total_messages) == ("Poles", True, 0)
    assert (made.use_all_images, made.selected_image_count) == (False, 1)
    assert made.created_at is not None
    detail = calls(client.chats.get_session(made.id))
    assert detail.selected_image_ids == [images["red.png"]]
    assert (detail.session.use_all_images, detail.session.selected_image_count) == (False, 1)


def test_a_session_without_a_title_gets_one(calls: Calls, client: Client) -> None:
    assert calls(client.chats.create_session()).title == "Chat 1"


def test_details_come_with_or_without_messages(
    calls: Calls, client: Client, session: ChatSession
) -> None:
    calls(client.chats.send("Hello there", session_id=session.id))
    whole = calls(client.chats.get_session(session.id))
    assert [one.role for one in whole.messages] == [MessageRole.USER, MessageRole.ASSISTANT]
    assert whole.session.total_messages == 2
    assert whole.session.last_user_message == "Hello there"
    assert calls(client.chats.get_session(session.id, include_messages=False)).messages == []
    last = calls(client.chats.get_session(session.id, message_limit=1)).messages
    assert last == whole.messages[1:]


def test_messages_are_read_oldest_first_and_limited_to_the_latest(
    calls: Calls, client: Client, session: ChatSession
) -> None:
    calls(client.chats.send("First", session_id=session.id))
    calls(client.chats.send("Second", session_id=session.id))
    messages = calls(client.chats.get_messages(session.id))
    assert [one.content for one in messages[::2]] == ["First", "Second"]
    assert calls(client.chats.get_messages(session.id, limit=3)) == messages[1:]


def test_sessions_are_listed_newest_first_in_pages(calls: Calls, client: Client) -> None:
    made = [calls(client.chats.create_session(title=f"Chat {n}")).id for n in range(3)]
    page = calls(client.chats.list_sessions(limit=2))
    assert [one.id for one in page.items] == made[:0:-1]
    assert (page.total, page.has_more) == (3, True)
    rest = calls(client.chats.list_sessions(limit=2, offset=2))
    assert ([one.id for one in rest.items], rest.has_more) == ([made[0]], False)


def test_sessions_are_filtered(calls: Calls, client: Client) -> None:
    quiet = calls(client.chats.create_session(title="Quiet"))
    loud = calls(client.chats.create_session(title="Loud"))
    calls(client.chats.send("Where is the Barn?", session_id=loud.id))
    calls(client.chats.close_session(quiet.id))

    def found(**filters: Any) -> list[str]:
        return [one.title for one in calls(client.chats.list_sessions(**filters)).items]

    assert found() == ["Loud", "Quiet"]
    assert found(active_only=True) == ["Loud"]
    assert found(search="barn") == ["Loud"]
    assert found(search="qui") == ["Quiet"]
    assert found(min_messages=1) == ["Loud"]


def test_all_sessions_are_walked_through_once_and_twice_p20(calls: Calls, client: Client) -> None:
    made = [calls(client.chats.create_session()).id for _ in range(5)]
    walk = client.chats.iter_sessions(page_size=2)
    assert [one.id for one in calls.items(walk)] == made[::-1]
    assert [one.id for one in calls.items(walk)] == made[::-1]


def test_only_open_sessions_are_walked_through(
    calls: Calls, client: Client, session: ChatSession
) -> None:
    calls(client.chats.create_session())
    calls(client.chats.close_session(session.id))
    found = calls.items(client.chats.iter_sessions(active_only=True))
    assert session.id not in [one.id for one in found]
    assert len(found) == 1


def test_a_session_is_renamed(calls: Calls, client: Client, session: ChatSession) -> None:
    answer = calls(client.chats.rename_session(session.id, "Barns"))
    assert (answer["session_id"], answer["title"]) == (session.id, "Barns")
    assert calls(client.chats.get_session(session.id)).session.title == "Barns"


def test_a_closed_session_stays_readable(
    calls: Calls, client: Client, session: ChatSession
) -> None:
    calls(client.chats.send("Hello", session_id=session.id))
    answer = calls(client.chats.close_session(session.id))
    assert (answer["session_id"], answer["total_messages"]) == (session.id, 2)
    assert answer["closed_at"] is not None
    detail = calls(client.chats.get_session(session.id))
    assert (detail.session.is_active, len(detail.messages)) == (False, 2)


def test_a_message_to_a_closed_session_is_refused(
    calls: Calls, client: Client, session: ChatSession
) -> None:
    calls(client.chats.close_session(session.id))
    with pytest.raises(ValidationError) as caught:
        calls(client.chats.send("Hello", session_id=session.id))
    assert (caught.value.status_code, caught.value.code) == (400, "SESSION_CLOSED")


@pytest.mark.parametrize(
    ("kind", "start"),
    [("markdown", "# Poles\n\n**User:**\n\nHello"), ("text", "Poles\n\nUser:\n\nHello")],
)
def test_a_transcript_is_a_file(
    kind: str, start: str, calls: Calls, client: Client, session: ChatSession
) -> None:
    calls(client.chats.send("Hello", session_id=session.id))
    data = calls(client.chats.export_session(session.id, format=kind))
    assert data.decode().startswith(start)


def test_a_transcript_as_json_holds_metadata_when_asked(
    calls: Calls, client: Client, session: ChatSession
) -> None:
    calls(client.chats.send("Hello", session_id=session.id))
    plain = json.loads(calls(client.chats.export_session(session.id, format="json")))
    whole = json.loads(
        calls(client.chats.export_session(session.id, format="json", include_metadata=True))
    )
    assert plain["messages"][0]["content"] == "Hello"
    assert "metadata" not in plain["messages"][1]
    assert whole["messages"][1]["token_count"] > 0


# messages


def test_a_response_cites_what_is_stored(
    calls: Calls, client: Client, session: ChatSession, images: dict[str, str]
) -> None:
    answer = calls(client.chats.send("Find the navy ones", session_id=session.id))
    navy = images["navy.png"]
    assert answer.session_id == session.id
    assert answer.content.startswith("[sandbox] I looked at 2 images")
    assert [one.image_id for one in answer.images or ()] == [navy]
    assert answer.references.images[0].full_id == navy
    assert answer.references.counts["search_1"].ids == [navy]
    assert "1 of them fit.\nnavy.png: [sandbox] PNG, 80x40" in answer.resolved_content
    assert answer.as_collection().ids == [navy]
    assert (answer.token_count, answer.processing_time_ms) > (0, 0)
    assert answer.remaining_messages is not None
    stored = calls(client.chats.get_messages(session.id))[-1]
    assert (stored.id, stored.content) == (answer.message_id, answer.content)
    assert stored.as_collection().ids == [navy]
    assert stored.resolved_content == answer.resolved_content


def test_a_response_uses_only_selected_images(
    calls: Calls, client: Client, images: dict[str, str]
) -> None:
    only = calls(client.chats.create_session(image_ids=[images["red.png"]], use_all_images=False))
    answer = calls(client.chats.send("Describe my images", session_id=only.id))
    assert [one.image_id for one in answer.images or ()] == [images["red.png"]]


def test_a_closer_look_and_the_expected_images_reach_the_service(
    calls: Calls, client: Client, session: ChatSession, images: dict[str, str]
) -> None:
    answer = calls(
        client.chats.send(
            "Describe my images",
            session_id=session.id,
            force_detailed_analysis=True,
            expected_image_ids=[images["red.png"]],
        )
    )
    assert answer.metadata is not None
    assert answer.metadata["vision_used"] is True
    detail = calls(client.chats.get_session(session.id))
    assert detail.selected_image_ids == [images["red.png"]]


def test_a_used_up_allowance_is_a_quota_error_and_not_repeated_p9(
    calls: Calls, client: Client, sandbox: Sandbox, session: ChatSession
) -> None:
    sandbox.faults.zero_quota()
    with pytest.raises(QuotaExceededError) as caught:
        calls(client.chats.send("Hello", session_id=session.id))
    assert (caught.value.status_code, caught.value.code) == (429, "USAGE_LIMIT_EXCEEDED")
    assert asked(sandbox).count("send_chat_message") == 1


def test_a_message_that_may_have_arrived_is_not_resent_p8(
    calls: Calls, client: Client, sandbox: Sandbox, session: ChatSession
) -> None:
    sandbox.faults.fail("send_chat_message", status=500)
    with pytest.raises(ServerError):
        calls(client.chats.send("Hello", session_id=session.id))
    assert asked(sandbox).count("send_chat_message") == 1


def test_an_unknown_session_is_not_found(calls: Calls, client: Client) -> None:
    with pytest.raises(ResourceNotFoundError) as caught:
        calls(client.chats.send("Hello", session_id=UNKNOWN))
    assert (caught.value.status_code, caught.value.code) == (404, "SESSION_NOT_FOUND")


def test_the_shortcut_of_the_client_sends_a_message(
    calls: Calls, client: Client, session: ChatSession
) -> None:
    assert calls(client.chat("Hello", session_id=session.id)).content.startswith("[sandbox]")


# selections


def test_images_are_selected_in_place_of_the_old_ones(
    calls: Calls, client: Client, session: ChatSession, images: dict[str, str]
) -> None:
    answer = calls(client.chats.update_images(session.id, list(images.values())))
    assert answer["selected_image_ids"] == list(images.values())
    answer = calls(client.chats.update_images(session.id, [images["red.png"]]))
    assert answer["selected_image_ids"] == [images["red.png"]]
    assert calls(client.chats.update_images(session.id, []))["selected_image_ids"] == []


def test_documents_and_videos_are_selected(
    calls: Calls, client: Client, session: ChatSession
) -> None:
    answer = calls(client.chats.update_documents(session.id, []))
    assert (answer["selected_document_ids"], answer["document_count"]) == ([], 0)
    answer = calls(client.chats.update_videos(session.id, []))
    assert (answer["selected_video_ids"], answer["video_count"]) == ([], 0)


def test_what_is_not_there_cannot_be_selected(
    calls: Calls, client: Client, session: ChatSession, images: dict[str, str]
) -> None:
    with pytest.raises(ValidationError, match="no document"):
        calls(client.chats.update_documents(session.id, [images["red.png"]]))
    with pytest.raises(ValidationError, match="no video"):
        calls(client.chats.update_videos(session.id, [UNKNOWN]))


def test_the_mode_is_switched(calls: Calls, client: Client, session: ChatSession) -> None:
    answer = calls(client.chats.update_mode(session.id, False))
    assert (answer["session_id"], answer["use_all_images"]) == (session.id, False)
    assert calls(client.chats.get_session(session.id)).session.use_all_images is False


def test_image_ids_come_in_pages(calls: Calls, client: Client, images: dict[str, str]) -> None:
    page = calls(client.chats.get_all_images(limit=1))
    assert (page.image_ids, page.total_count, page.has_more) == ([images["navy.png"]], 2, True)
    rest = calls(client.chats.get_all_images(offset=1))
    assert (rest.as_collection().ids, rest.has_more) == ([images["red.png"]], False)


def test_images_are_searched(calls: Calls, client: Client, images: dict[str, str]) -> None:
    found = calls(client.chats.search_images("navy"))
    assert [one.image_id for one in found] == [images["navy.png"]]
    assert found[0].description is not None
    assert (found[0].filename, found[0].confidence) == ("", 1.0)
    both = calls(client.chats.search_images("png", limit=1, offset=1))
    assert len(both) == 1
    assert calls(client.chats.search_images("zebra")) == []


def test_a_search_is_repeated_when_it_fails_p8(
    calls: Calls, client: Client, sandbox: Sandbox, images: dict[str, str]
) -> None:
    sandbox.faults.fail("search_images", status=500)
    assert calls(client.chats.search_images("navy"))
    assert asked(sandbox) == ["search_images", "search_images"]


# plans


def plan_of(calls: Calls, client: Client, session: ChatSession, message: str) -> str:
    answer = calls(client.chats.send(message, session_id=session.id))
    assert answer.metadata is not None
    return str(answer.metadata["plan_id"])


def test_an_approved_plan_is_done(
    calls: Calls, client: Client, session: ChatSession, images: dict[str, str]
) -> None:
    plan_id = plan_of(calls, client, session, "Delete the red ones")
    done = calls(client.chats.approve_plan(session.id, plan_id))
    assert (done.success, done.plan_id, done.action_taken) == (True, plan_id, "approve")
    assert done.status is None
    assert done.results == {"file_ids": [images["red.png"]], "changed": False}
    assert [one["status"] for one in done.agent_results or ()] == ["completed", "completed"]
    assert done.pending_actions == [
        {"action": "delete_files", "file_ids": [images["red.png"]]},
    ]


def test_a_canceled_plan_is_gone(calls: Calls, client: Client, session: ChatSession) -> None:
    plan_id = plan_of(calls, client, session, "Organize my images")
    dropped = calls(client.chats.cancel_plan(session.id, plan_id))
    assert (dropped.success, dropped.action_taken) == (True, "cancel")
    with pytest.raises(ResourceNotFoundError) as caught:
        calls(client.chats.approve_plan(session.id, plan_id))
    assert caught.value.code == "PLAN_NOT_FOUND"


def test_a_plan_in_the_background_is_accepted_and_not_decided_twice(
    calls: Calls, client: Client, sandbox: Sandbox, session: ChatSession
) -> None:
    sandbox.faults.hold("chat_plan", "processing")
    plan_id = plan_of(calls, client, session, "Organize my images in the background")
    accepted = calls(client.chats.approve_plan(session.id, plan_id))
    assert (accepted.success, accepted.status, accepted.plan_id) == (True, "accepted", plan_id)
    with pytest.raises(ValidationError) as caught:
        calls(client.chats.cancel_plan(session.id, plan_id))
    assert (caught.value.status_code, caught.value.code) == (409, "PLAN_IN_PROGRESS")
    sandbox.faults.clear()
    deadline = time.monotonic() + 5
    while "The plan is done" not in calls(client.chats.get_messages(session.id))[-1].content:
        assert time.monotonic() < deadline


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_an_accepted_plan_may_come_with_an_empty_response(body: bytes, calls: Calls) -> None:
    head = f"HTTP/1.1 202 Accepted\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with answering(head + body) as base_url:
        client = calls.client_of(base_url, KEY)
        accepted = calls(client.chats.approve_plan(UNKNOWN, "plan 1/2"))
    assert (accepted.status, accepted.plan_id) == ("accepted", "plan 1/2")


def test_a_response_to_a_plan_that_is_not_json_is_an_error_p15(calls: Calls) -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"
    with answering(page) as base_url, pytest.raises(ServerError) as caught:
        calls(calls.client_of(base_url, KEY).chats.cancel_plan(UNKNOWN, "p"))
    assert caught.value.code == "INVALID_RESPONSE"


def test_an_unknown_plan_is_not_found(calls: Calls, client: Client, session: ChatSession) -> None:
    with pytest.raises(ResourceNotFoundError):
        calls(client.chats.approve_plan(session.id, "plan_none"))


# the session as a context manager


def doors(context: ChatSessionContext | SyncChatSession) -> tuple[Door, Door]:
    """Open and close a session; the results depend on the client."""
    return context.open, context.close


def test_a_session_block_opens_and_closes_it(
    calls: Calls, client: Client, sandbox: Sandbox, images: dict[str, str]
) -> None:
    context = client.chat_session(title="Block")
    open_it, close_it = doors(context)
    assert calls(open_it()) is context
    assert (context.session.title, context.is_closed) == ("Block", False)
    answer = calls(context.send("Describe my images"))
    assert answer.session_id == context.session_id
    assert calls(context.update_images([images["red.png"]]))["estimated_tokens"] > 0
    assert calls(context.update_documents([]))["document_count"] == 0
    assert calls(context.update_videos([]))["video_count"] == 0
    assert len(calls(context.get_messages())) == 2
    assert len(calls(context.get_messages(limit=1))) == 1
    calls(close_it())
    calls(close_it())
    assert context.is_closed
    assert asked(sandbox).count("close_chat_session") == 1
    assert calls(client.chats.list_sessions(active_only=True)).items == []


def test_a_session_that_could_not_be_closed_can_be_closed_again(
    calls: Calls, client: Client, sandbox: Sandbox
) -> None:
    context = client.chat_session()
    open_it, close_it = doors(context)
    calls(open_it())
    sandbox.faults.fail("close_chat_session", status=400)
    with pytest.raises(ValidationError):
        calls(close_it())
    assert not context.is_closed
    assert calls(context.get_messages()) == []
    calls(close_it())
    assert context.is_closed
    assert calls(client.chats.list_sessions(active_only=True)).items == []


async def _at_once(client: AionVision) -> None:
    async with client:
        context = client.chat_session()
        await asyncio.gather(*(context.open() for _ in range(3)))
        await asyncio.gather(*(context.close() for _ in range(3)))


def test_a_session_is_opened_and_closed_once_by_tasks(sandbox: Sandbox) -> None:
    asyncio.run(_at_once(sandbox.client()))
    assert asked(sandbox) == ["create_chat_session", "close_chat_session"]


def test_a_session_is_opened_and_closed_once_by_threads(sandbox: Sandbox) -> None:
    with sandbox.sync_client() as client:
        context = client.chat_session()
        for act in (context.open, context.close):
            threads = [threading.Thread(target=act) for _ in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    assert asked(sandbox) == ["create_chat_session", "close_chat_session"]


def test_plans_are_decided_in_a_session_block(calls: Calls, client: Client) -> None:
    context = client.chat_session()
    calls(doors(context)[0]())
    for decide in (context.approve_plan, context.cancel_plan):
        answer = calls(context.send("Organize my images"))
        assert answer.metadata is not None
        assert calls(decide(answer.metadata["plan_id"])).success


def test_a_session_cannot_be_used_before_it_is_open_or_after_it_is_closed(
    calls: Calls, client: Client, sandbox: Sandbox
) -> None:
    context = client.chat_session()
    with pytest.raises(RuntimeError, match="not open yet"):
        calls(context.send("Hello"))
    open_it, close_it = doors(context)
    calls(open_it())
    calls(close_it())
    seen = len(sandbox.requests)
    uses: list[Callable[[], Any]] = [
        lambda: context.send("Hello"),
        lambda: context.send_stream("Hello"),
        lambda: context.update_images([]),
        open_it,
    ]
    for use in uses:
        with pytest.raises(RuntimeError, match="closed"):
            calls(use())
    assert len(sandbox.requests) == seen


@pytest.mark.parametrize("auto_close", [True, False])
def test_a_with_block_closes_the_session_unless_configured_otherwise(
    auto_close: bool, sandbox: Sandbox
) -> None:
    with sandbox.sync_client() as client:
        with client.chat_session(auto_close=auto_close) as session:
            assert session.send("Hello").content
        found = client.chats.get_session(session.session_id).session
    assert found.is_active is not auto_close


async def _in_a_block(client: AionVision) -> str:
    async with client, client.chat_session(title="Block") as session:
        return (await session.send("Hello")).content


def test_an_async_with_block_works_as_documented(sandbox: Sandbox) -> None:
    assert asyncio.run(_in_a_block(sandbox.client())).startswith("[sandbox]")


def test_the_error_of_a_block_is_not_hidden_by_that_of_closing(sandbox: Sandbox) -> None:
    sandbox.faults.fail("close_chat_session", status=400)
    with (
        sandbox.sync_client() as client,
        pytest.raises(KeyError, match="mine"),
        client.chat_session(),
    ):
        raise KeyError("mine")


def test_an_error_of_closing_is_raised(sandbox: Sandbox) -> None:
    sandbox.faults.fail("close_chat_session", status=400)
    with (
        sandbox.sync_client() as client,
        pytest.raises(ValidationError),
        client.chat_session(),
    ):
        pass


# bad arguments

Call = Callable[[Client], Any]
LONG = "x" * 10_001
REFUSED: dict[str, Call] = {
    "title": lambda c: c.chats.create_session(title="x" * 256),
    "image_ids": lambda c: c.chats.create_session(image_ids=["a"] * 1001),
    "use_all_images": lambda c: c.chats.create_session(use_all_images="yes"),  # type: ignore[arg-type]
    "message": lambda c: c.chats.send("", session_id=UNKNOWN),
    "message ": lambda c: c.chats.send(LONG, session_id=UNKNOWN),
    "message  ": lambda c: c.chats.send_stream(LONG, session_id=UNKNOWN),
    "session_id": lambda c: c.chats.send("x", session_id=""),
    "session_id ": lambda c: c.chats.send_stream("x", session_id=".."),
    "session_id  ": lambda c: c.chats.close_session(" "),
    "expected_image_ids": lambda c: c.chats.send(
        "x", session_id=UNKNOWN, expected_image_ids=["a"] * 1001
    ),
    "force_detailed_analysis": lambda c: c.chats.send(
        "x",
        session_id=UNKNOWN,
        force_detailed_analysis=1,  # type: ignore[arg-type]
    ),
    "limit": lambda c: c.chats.list_sessions(limit=101),
    "offset": lambda c: c.chats.list_sessions(offset=-1),
    "search": lambda c: c.chats.list_sessions(search="x" * 201),
    "min_messages": lambda c: c.chats.list_sessions(min_messages=-1),
    "page_size": lambda c: c.chats.iter_sessions(page_size=0),
    "message_limit": lambda c: c.chats.get_messages(UNKNOWN, limit=1001),
    "image_ids ": lambda c: c.chats.update_images(UNKNOWN, ["a"] * 1001),
    "image_ids  ": lambda c: c.chats.update_images(UNKNOWN, "a"),
    "document_ids": lambda c: c.chats.update_documents(UNKNOWN, ["a"] * 101),
    "video_ids": lambda c: c.chats.update_videos(UNKNOWN, ["a"] * 101),
    "video_ids ": lambda c: c.chats.update_videos(UNKNOWN, None),  # type: ignore[arg-type]
    "title ": lambda c: c.chats.rename_session(UNKNOWN, ""),
    "format": lambda c: c.chats.export_session(UNKNOWN, format="pdf"),
    "limit ": lambda c: c.chats.get_all_images(limit=5001),
    "query": lambda c: c.chats.search_images("x" * 501),
    "limit  ": lambda c: c.chats.search_images("x", limit=101),
    "plan_id": lambda c: c.chats.approve_plan(UNKNOWN, ""),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_argument_is_refused_unsent(
    name: str, calls: Calls, client: Client, sandbox: Sandbox
) -> None:
    with pytest.raises(ValidationError, match=f"^{name.strip()}"):
        calls(REFUSED[name](client))
    assert sandbox.requests == []
