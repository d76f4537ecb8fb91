"""What an agent is, for programs that run agents of their own, and what a run of one gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from aion.types._as_dict import as_dict
from aion.types.context import ExecutionContext
from aion.types.contracts import AgentContract


@dataclass(frozen=True)
class AgentResult:
    """What came of one run of an agent.

    Attributes:
        success: Whether it did what it was asked to.
        agent_name: The agent.
        capability: What it can do.
        outputs: What it gives, by the names of its outputs.
        error: Why it failed, where it did.
        summary: What it did, in words.
        execution_time_ms: How long it took, in milliseconds.
        metadata: Whatever else there is to say.
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
        """One output, or the default where there is none of this name."""
        return (self.outputs or {}).get(slot_name, default)

    def has_output(self, slot_name: str) -> bool:
        """Whether there is an output of this name."""
        return slot_name in (self.outputs or {})

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON data."""
        return as_dict(self)


@runtime_checkable
class Agent(Protocol):
    """Anything that says what it takes and gives, and can be run."""

    def get_contract(self) -> AgentContract:
        """What it takes and gives."""
        ...

    async def execute(self, context: ExecutionContext) -> AgentResult:
        """Read its inputs from the context, do its work, write its outputs there.

        Args:
            context: What the agents of this run share.
        """
        ...


__all__ = ["Agent", "AgentResult"]
