"""Chat sessions, their messages and plans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aion.resources.chat import ChatSessionContext
from aion.sync.resources.chat_session import SyncChatSession
from tests.cassettes.samples import both, document, image, images, video
from tests.cassettes.stage import Given, Scenario, Scenarios, Stage, World

Context = ChatSessionContext | SyncChatSession
ASK = "Describe my images"


def session(world: World) -> Given:
    """An open session."""
    return {"session": world.api.chats.create_session(title="Poles").id}


def spoken(world: World) -> Given:
    """A session with a message and its response."""
    made = session(world)
    world.api.chats.send("Hello", session_id=made["session"])
    return made


def planned(world: World) -> Given:
    """A session with a plan that waits for a decision."""
    made = session(world)
    answer = world.api.chats.send("Organize my images", session_id=made["session"])
    assert answer.metadata is not None
    return {**made, "plan": answer.metadata["plan_id"]}


def in_session(use: Callable[[Stage, Context], Any], **options: Any) -> Callable[[Stage], Any]:
    """Open a session, use it, and close it."""

    def play(on: Stage) -> Any:
        context: Context = on.api.chat_session(title="Block", **options)
        open_it: Callable[[], Any] = context.open
        close_it: Callable[[], Any] = context.close
        on(open_it())
        result = use(on, context)
        on(close_it())
        return result

    return play


def decided(on: Stage, context: Context, decide: str) -> Any:
    """Request a plan, and decide on it."""
    answer = on(context.send("Organize my images"))
    assert answer.metadata is not None
    return on(getattr(context, decide)(answer.metadata["plan_id"]))


SESSIONS: Scenarios = {
    "chats.create_session": Scenario(
        lambda on: on(
            on.api.chats.create_session(
                title="Poles", image_ids=[on["image"]], use_all_images=False
            )
        ),
        image,
    ),
    "chats.get_session": Scenario(
        lambda on: on(on.api.chats.get_session(on["session"], message_limit=1)), spoken
    ),
    "chats.list_sessions": Scenario(
        lambda on: on(on.api.chats.list_sessions(limit=5, active_only=True)), spoken
    ),
    "chats.iter_sessions": Scenario(
        lambda on: on.items(on.api.chats.iter_sessions(page_size=1)), both(session, spoken)
    ),
    "chats.rename_session": Scenario(
        lambda on: on(on.api.chats.rename_session(on["session"], "Barns")), session
    ),
    "chats.export_session": Scenario(
        lambda on: on(on.api.chats.export_session(on["session"], format="markdown")), spoken
    ),
    "chats.close_session": Scenario(
        lambda on: on(on.api.chats.close_session(on["session"])), spoken
    ),
    "client.close_session": Scenario(lambda on: on(on.api.close_session(on["session"])), session),
    "chats.update_images": Scenario(
        lambda on: on(on.api.chats.update_images(on["session"], [on["image"]])),
        both(session, image),
    ),
    "chats.update_documents": Scenario(
        lambda on: on(on.api.chats.update_documents(on["session"], [on["document"]])),
        both(session, document),
    ),
    "chats.update_videos": Scenario(
        lambda on: on(on.api.chats.update_videos(on["session"], [on["video"]])),
        both(session, video),
    ),
    "chats.update_mode": Scenario(
        lambda on: on(on.api.chats.update_mode(on["session"], False)), session
    ),
    "chats.get_all_images": Scenario(lambda on: on(on.api.chats.get_all_images(limit=5)), images),
    "chats.search_images": Scenario(
        lambda on: on(on.api.chats.search_images("navy", limit=5)), images
    ),
}

MESSAGES: Scenarios = {
    "chats.send": Scenario(
        lambda on: on(on.api.chats.send(ASK, session_id=on["session"])), both(images, session)
    ),
    "chats.send_stream": Scenario(
        lambda on: on.items(on.api.chats.send_stream(ASK, session_id=on["session"])),
        both(images, session),
    ),
    "client.chat": Scenario(
        lambda on: on(on.api.chat(ASK, session_id=on["session"], force_detailed_analysis=True)),
        both(image, session),
    ),
    "client.chat_stream": Scenario(
        lambda on: on.items(on.api.chat_stream("Hello", session_id=on["session"])), session
    ),
    "chats.get_messages": Scenario(
        lambda on: on(on.api.chats.get_messages(on["session"], limit=2)), spoken
    ),
    "chats.approve_plan": Scenario(
        lambda on: on(on.api.chats.approve_plan(on["session"], on["plan"])),
        both(images, planned),
    ),
    "chats.cancel_plan": Scenario(
        lambda on: on(on.api.chats.cancel_plan(on["session"], on["plan"])), planned
    ),
}

BLOCKS: Scenarios = {
    "chats.session": Scenario(in_session(lambda on, chat: chat.session)),
    "client.chat_session": Scenario(
        in_session(lambda on, chat: chat.session_id, use_all_images=False)
    ),
    "chat_session.open": Scenario(in_session(lambda on, chat: chat.session)),
    "chat_session.close": Scenario(in_session(lambda on, chat: None)),
    "chat_session.send": Scenario(in_session(lambda on, chat: on(chat.send("Hello")))),
    "chat_session.send_stream": Scenario(
        in_session(lambda on, chat: on.items(chat.send_stream("Hello")))
    ),
    "chat_session.get_messages": Scenario(in_session(lambda on, chat: on(chat.get_messages()))),
    "chat_session.update_images": Scenario(
        in_session(lambda on, chat: on(chat.update_images([on["image"]]))), image
    ),
    "chat_session.update_documents": Scenario(
        in_session(lambda on, chat: on(chat.update_documents([on["document"]]))), document
    ),
    "chat_session.update_videos": Scenario(
        in_session(lambda on, chat: on(chat.update_videos([on["video"]]))), video
    ),
    "chat_session.approve_plan": Scenario(
        in_session(lambda on, chat: decided(on, chat, "approve_plan")), images
    ),
    "chat_session.cancel_plan": Scenario(
        in_session(lambda on, chat: decided(on, chat, "cancel_plan"))
    ),
}

SCENARIOS: Scenarios = {**SESSIONS, **MESSAGES, **BLOCKS}
