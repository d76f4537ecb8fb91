"""The protocol of agents, for programs that run their own, and the result of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from aion.types._as_dict import as_dict
from aion.types.context import ExecutionContext
from aion.types.contracts import AgentContract


@dataclass(frozen=True)
class AgentResult:
    """The result of one run of an agent.

    Attributes:
        success: Whether it succeeded.
        agent_name: The agent.
        capability: What it can do.
        outputs: Its outputs by name.
        error: Why it failed, if it did.
        summary: A summary of its actions.
        execution_time_ms: How long it took, in milliseconds.
        metadata: Further facts.
    """

    success: bool
    agent_name: str
    capability: str
    outputs: dict[str, Any] | None = None
    error: str | None = None
    summary: str | None = None
    execution_time_ms: float = 0
    metadata: dict[str, Any] | None = None

    def get_output(self, slot_name: str, default: Any = None) -> Any:
        """Return one output, or the default if there is none of this name."""
        return (self.outputs or {}).get(slot_name, default)

    def has_output(self, slot_name: str) -> bool:
        """Return whether there is an output of this name."""
        return slot_name in (self.outputs or {})

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON data."""
        return as_dict(self)


@runtime_checkable
class Agent(Protocol):
    """An agent: it has a contract and can be run."""

    def get_contract(self) -> AgentContract:
        """Return its inputs and outputs."""
        ...

    async def execute(self, context: ExecutionContext) -> AgentResult:
        """Read its inputs from the context, do its work, write its outputs there.

        Args:
            context: The values that the agents of this run share.
        """
        ...


__all__ = ["Agent", "AgentResult"]
