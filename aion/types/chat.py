"""Sessions, messages, responses, stream tokens and plans of the chat."""

from __future__ import annotations

from aion.types._chat_messages import ChatMessage, ChatResponse, ChatToken, ImageReference
from aion.types._chat_sessions import (
    ChatImageList,
    ChatSession,
    ChatSessionDetail,
    PlanActionResponse,
    SessionList,
)
from aion.types.common import ChatTokenType, MessageRole

__all__ = [
    "ChatImageList",
    "ChatMessage",
    "ChatResponse",
    "ChatSession",
    "ChatSessionDetail",
    "ChatToken",
    "ChatTokenType",
    "ImageReference",
    "MessageRole",
    "PlanActionResponse",
    "SessionList",
]
