"""Tokens of descriptions and chats, and the dashboard. A token is four characters of text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from aion.sandbox.accounts.tenant import month_start, next_month
from aion.sandbox.chat.store import SESSION
from aion.sandbox.contract.errors import InvalidRequest, Problem
from aion.sandbox.handlers.registry import operation
from aion.sandbox.reports.consumption import chat_usage, daily, description_usage, outcomes
from aion.sandbox.reports.periods import days_of
from aion.sandbox.runtime.call import Call, Response


@operation("get_monthly_token_usage")
async def get_monthly_token_usage(call: Call) -> Response:
    """Return the tokens of one calendar month."""
    now = datetime.fromtimestamp(call.state.clock.now(), UTC)
    year, month = call.query["year"] or now.year, call.query["month"] or now.month
    if not 2000 <= year <= 9000:
        raise InvalidRequest([Problem(("query", "year"), "must be from 2000 to 9000", "range")])
    start = datetime(year, month, 1, tzinfo=UTC).timestamp()
    # The last microsecond of the month, the resolution of stored times.
    end = next_month(start).timestamp() - 1e-6
    described = description_usage(call.state, start, end)
    spoken = chat_usage(call.state, start, end)
    described_tokens = sum(one.tokens for one in described)
    asked, answered = (
        sum(one.input_tokens for one in spoken),
        sum(one.output_tokens for one in spoken),
    )
    return Response(
        {
            "year": year,
            "month": month,
            "total_input_tokens": asked,
            "total_output_tokens": described_tokens + answered,
            "total_tokens": described_tokens + asked + answered,
            "describe_input_tokens": 0,
            "describe_output_tokens": described_tokens,
            "describe_operations": len(described),
            "chat_input_tokens": asked,
            "chat_output_tokens": answered,
            "chat_messages": sum(one.messages for one in spoken),
        }
    )


@operation("get_file_token_usage")
async def get_file_token_usage(call: Call) -> Response:
    """List the tokens of each description, newest first."""
    described = description_usage(call.state)
    offset = call.query["offset"]
    return Response(
        {
            "files": [
                {
                    "image_id": one.image_id,
                    "filename": one.filename,
                    "input_tokens": 0,
                    "output_tokens": one.tokens,
                    "total_tokens": one.tokens,
                    "created_at": one.created_at,
                }
                for one in described[offset : offset + call.query["limit"]]
            ],
            "total_count": len(described),
            "total_input_tokens": 0,
            "total_output_tokens": sum(one.tokens for one in described),
        }
    )


@operation("get_conversation_token_usage")
async def get_conversation_token_usage(call: Call) -> Response:
    """List the tokens of each chat session with messages, newest first."""
    spoken = chat_usage(call.state)
    offset = call.query["offset"]
    return Response(
        {
            "conversations": [
                {
                    "session_id": one.session_id,
                    "title": one.title,
                    "input_tokens": one.input_tokens,
                    "output_tokens": one.output_tokens,
                    "total_tokens": one.input_tokens + one.output_tokens,
                    "message_count": one.messages,
                    "created_at": one.created_at,
                }
                for one in spoken[offset : offset + call.query["limit"]]
            ],
            "total_count": len(spoken),
            "total_input_tokens": sum(one.input_tokens for one in spoken),
            "total_output_tokens": sum(one.output_tokens for one in spoken),
        }
    )


@operation("get_dashboard_analytics")
async def get_dashboard_analytics(call: Call) -> Response:
    """Count files and chats of the last week, month or year, day by day."""
    period = call.query["period"]
    now = call.state.clock.now()
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=days_of(period) - 1)
    start = first.timestamp()
    done = daily(call.state, start, now)
    described = description_usage(call.state, start, now)
    spoken = chat_usage(call.state, start, now)
    succeeded, failed = outcomes(call.state, start, now)
    this_month = chat_usage(call.state, month_start(now), now)
    processing = sum(one.tokens for one in described)
    chatting = sum(one.input_tokens + one.output_tokens for one in spoken)
    return Response(
        {
            "period": period,
            "start_date": first.date().isoformat(),
            "end_date": today.date().isoformat(),
            "daily_activity": [
                _day((first + timedelta(days=number)).date().isoformat(), done)
                for number in range(days_of(period))
            ],
            "total_chat_messages": sum(messages for _, messages in done.values()),
            "total_files_uploaded": sum(files for files, _ in done.values()),
            "total_chat_sessions": call.state.records.count(SESSION),
            "avg_processing_time_ms": None,
            "success_rate": _rate(succeeded, failed),
            "processing_tokens": processing,
            "chat_tokens": chatting,
            "total_tokens": processing + chatting,
            "current_month_chat_tokens": sum(
                one.input_tokens + one.output_tokens for one in this_month
            ),
            "max_monthly_chat_tokens": 0,
        }
    )


def _day(day: str, done: dict[str, tuple[int, int]]) -> dict[str, Any]:
    files, messages = done.get(day, (0, 0))
    return {"date": day, "files_uploaded": files, "chat_messages": messages}


def _rate(succeeded: int, failed: int) -> float | None:
    """Return the percentage of successful descriptions."""
    ended = succeeded + failed
    return round(100 * succeeded / ended, 2) if ended else None
