"""Interprets the events of a streamed response: bytes in, tokens out, and how the stream ended.

Pure: no I/O. A response is complete with its ``complete`` event. An end without that event raises
an error that carries the text so far, and so do ``error`` and ``auth_error`` events. A plan that
waits for approval also ends a response, if the service closes the stream after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any, cast

from aion._engine import jsontext
from aion._engine.retry import QUOTA_CODES
from aion._http.wire import Reply
from aion._streaming.sse import Decoder, Event
from aion.exceptions import AionvisionError, ChatError, QuotaExceededError, SSEStreamError
from aion.types.chat import ChatToken
from aion.types.common import ChatTokenType

_METHOD = "POST"
_PATH = "/chat/sessions/{session_id}/messages/stream"
_USED = re.compile(r"\(\s*([0-9]{1,9})\s*/\s*([0-9]{1,9})\s*\)")
_NEEDED = ("token", "complete", "error", "auth_error")
"""Events that are useless without valid data."""
_ERRORS = (ChatTokenType.ERROR, ChatTokenType.AUTH_ERROR)


class StreamReading:
    """Reads one stream.

    Attributes:
        session_id: The session that the message was sent to.
        events_received: Number of events received.
        reconnect_attempts: Number of connection retries.
        complete: The ``complete`` token, once it is received.
        plan_id: The plan that waits for approval, if one was proposed.
        over: Whether the service has announced the end of the stream.
    """

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        self.events_received = 0
        self.reconnect_attempts = 0
        self.complete: ChatToken | None = None
        self.plan_id: str | None = None
        self.over = False
        self._announced: list[ChatToken] = []
        self._decoder = Decoder()
        # One text: a list of its pieces takes ten times the memory.
        self._text = StringIO()
        self._planned = False
        self._request_id: str | None = None
        self._content_type = ""

    @property
    def text(self) -> str:
        """Return the text so far; the whole text once it is complete."""
        if self.complete is not None and self.complete.content is not None:
            return self.complete.content
        return self._text.getvalue()

    @property
    def last_event_id(self) -> str | None:
        """Return the last id that an event had."""
        return self._decoder.last_event_id

    def repeated(self) -> None:
        """Record that the connection is retried."""
        self.reconnect_attempts += 1
        data = {"type": "reconnecting", "attempt": self.reconnect_attempts}
        self._announced.append(ChatToken(ChatTokenType.RECONNECTING, None, data))

    def opened(self, reply: Reply) -> Iterator[ChatToken]:
        """Record the head of the response, and return the tokens that report earlier attempts."""
        self._request_id = reply.header("x-request-id")
        self._content_type = reply.header("content-type") or "no content type"
        return iter(self._announced)

    def feed(self, chunk: bytes) -> Iterator[ChatToken]:
        """Yield the tokens that this chunk completes. Raise a reported error after its token.

        Raises:
            ChatError: The service reported an error, or refused the message.
            QuotaExceededError: The allowance is used up.
            SSEStreamError: An event cannot be read.
        """
        for event in self._decoder.feed(chunk):
            self.events_received += 1
            token = self._token(event)
            yield token
            if token.type in _ERRORS:
                raise self._reported(token.type, token.data or {})
            if self.over:
                return

    def end(self) -> None:
        """Check that a stream which ended regularly is complete.

        Raises:
            SSEStreamError: It ended too early.
        """
        if self.complete is None and not self._planned:
            where = " in the middle of an event" if self._decoder.mid_event else ""
            raise self._error(f"the stream ended{where} before the response was complete")

    def broken(self, error: AionvisionError) -> SSEStreamError | None:
        """Return the error for a broken or silent connection; None if the response is complete."""
        if self.complete is not None:
            return None
        return self._error(f"the stream broke before the response was complete: {error.message}")

    def given_up(self) -> SSEStreamError | None:
        """Return the error for reading after a cancelled read; None if the response is complete."""
        if self.complete is not None:
            return None
        return self._error("a read of the stream was cancelled before the response was complete")

    def _token(self, event: Event) -> ChatToken:
        data = self._data(event)
        token = ChatToken.from_sse_event(event.name, data)
        kind = token.type
        if kind is ChatTokenType.TOKEN:
            if token.content is not None:
                self._text.write(token.content)
            return token
        match kind:
            case ChatTokenType.COMPLETE:
                self.complete = token
                if token.content is not None:
                    # The token repeats the whole text.
                    self._text = StringIO()
            case ChatTokenType.PLAN_PENDING_APPROVAL:
                self._planned = True
                self.plan_id = _text(data.get("plan_id"))
            case ChatTokenType.CLOSE:
                self.over = True
                self.end()
            case _:
                pass
        return token

    def _data(self, event: Event) -> dict[str, Any]:
        try:
            value = jsontext.read(event.data)
        except (ValueError, RecursionError):
            if event.name in _NEEDED:
                raise self._error(
                    f"event {self.events_received} ({event.name}) cannot be read"
                ) from None
            # The data of an unknown event need not be JSON.
            return {"data": event.data}
        return cast("dict[str, Any]", value) if isinstance(value, dict) else {"data": value}

    def _reported(self, kind: ChatTokenType, data: dict[str, Any]) -> AionvisionError:
        nested: Any = data.get("error")
        inner = cast("dict[str, Any]", nested) if isinstance(nested, dict) else {}
        code = _first(data, "code", "error_type", "error_code") or _first(inner, "code")
        text = _first(data, "message", "error") or _first(inner, "message")
        text = text or f"the service reported an {kind.value}"
        error: AionvisionError
        if code in QUOTA_CODES:
            used = _USED.search(text)
            left, limit = (int(used[2]) - int(used[1]), int(used[2])) if used else (0, 0)
            error = QuotaExceededError(text, available=max(0, left), limit=limit)
            error.code = code
        else:
            error = ChatError(
                text,
                session_id=self.session_id,
                error_code=code or ("AUTH_ERROR" if kind is ChatTokenType.AUTH_ERROR else None),
            )
        error.details |= {
            "session_id": self.session_id,
            "partial_content": self.text,
            "events_received": self.events_received,
            "event": data,
        }
        return self._located(error)

    def _error(self, reason: str) -> SSEStreamError:
        text = f"{reason}, after {self.events_received} events"
        kind = self._content_type
        if kind and not self.events_received and "event-stream" not in kind:
            text = f"{text} ({kind})"
        error = SSEStreamError(
            text,
            last_event_id=self.last_event_id,
            events_received=self.events_received,
            reconnect_attempts=self.reconnect_attempts,
            partial_content=self.text,
        )
        error.details = {"session_id": self.session_id, "partial_content": self.text}
        self._located(error)
        return error

    def _located(self, error: AionvisionError) -> AionvisionError:
        return error.at(method=_METHOD, path=_PATH, request_id=self._request_id)


def _first(data: dict[str, Any], *keys: str) -> str | None:
    for key in keys:
        if text := _text(data.get(key)):
            return text
    return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
