"""Reads the fields that the responses of all agents have."""

from __future__ import annotations

from typing import TypedDict

from aion.types._reader import Reader


class AgentRun(TypedDict):
    """The outcome of one run of an agent.

    Attributes:
        success: Whether the run succeeded.
        summary: The outcome in words.
        execution_time_ms: How long the run took, in milliseconds.
        iterations: How many rounds of reasoning it took.
        token_usage: The tokens that were used, by kind, where they were counted.
    """

    success: bool
    summary: str
    execution_time_ms: int
    iterations: int
    token_usage: dict[str, int] | None


def agent_run(read: Reader) -> AgentRun:
    """Read the outcome of a run from the response of an agent."""
    return {
        "success": read.need("success"),
        "summary": read.get("summary") or "",
        "execution_time_ms": read.get("execution_time_ms") or 0,
        "iterations": read.get("iterations") or 0,
        "token_usage": read.get("token_usage"),
    }


__all__ = ["AgentRun", "agent_run"]
