"""The steps of a pipeline, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from attrs import evolve, frozen

from aion.types._reader import Reader
from aion_api import Model


@dataclass(frozen=True)
class PipelineStep:
    """One step, as it is asked for.

    Attributes:
        agent: The agent that does it, under its name on the wire, such as ``image_search``.
        intent: What it is to do.
        params: Settings of its own. The service takes none yet, so they are not sent.
        depends_on: The positions of the earlier steps whose results it works on, from 0. None
            leaves the choice to the service; an empty tuple makes it work on no other.
    """

    agent: str
    intent: str
    params: dict[str, Any] = field(default_factory=dict[str, Any])
    depends_on: tuple[int, ...] | None = None


@frozen(slots=False)
class StepResult(Model):
    """What came of one step.

    Attributes:
        agent: The agent that did it.
        status: ``completed``, ``failed``, or ``skipped`` where a step that it needs failed.
        summary: What it did, in words.
        outputs: What it gives to later steps, such as ``image_ids`` or ``files_moved``.
        error: Why it failed, where it did.
        execution_time_ms: How long it took, in milliseconds.
        node_id: The id of the step within its run.
    """

    agent: str
    status: str
    summary: str | None
    outputs: dict[str, Any]
    error: str | None
    execution_time_ms: int
    node_id: str | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read one node of the answer."""
        read = Reader(data)
        return cls(
            agent=read.need("agent"),
            status=read.need("status"),
            summary=read.get("summary"),
            outputs=read.get("outputs") or {},
            error=read.get("error"),
            execution_time_ms=read.get("execution_time_ms") or 0,
            node_id=read.get("node_id"),
            additional_properties=read.rest(),
        )


@frozen(slots=False)
class PipelineResult(Model):
    """What came of a pipeline.

    Attributes:
        success: Whether every step succeeded.
        steps: What came of the steps. From `Pipeline.run` they are in the order in which they
            were asked for; the answer itself has them in the order in which they ran.
        execution_time_ms: How long the run took, in milliseconds.
        total_waves: How many rounds it took: steps that do not need each other share one.
        errors: What went wrong.
        token_usage: The tokens that were used, by kind, where they were counted.
    """

    success: bool
    steps: list[StepResult]
    execution_time_ms: int
    total_waves: int
    errors: list[str]
    token_usage: dict[str, int] | None

    @property
    def final(self) -> StepResult:
        """The last step.

        Raises:
            IndexError: There is no step.
        """
        return self.step(-1)

    def step(self, index: int) -> StepResult:
        """One step.

        Args:
            index: Its position, from 0, or from the end below 0.

        Raises:
            IndexError: There are not so many steps.
        """
        try:
            return self.steps[index]
        except IndexError:
            raise IndexError(
                f"there is no step {index}: the result has {len(self.steps)} of them"
            ) from None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the answer of a run."""
        read = Reader(data)
        return cls(
            success=read.need("success"),
            steps=read.items(StepResult, "nodes", "steps"),
            execution_time_ms=read.get("execution_time_ms") or 0,
            total_waves=read.get("total_waves") or 0,
            errors=read.get("errors") or [],
            token_usage=read.get("token_usage"),
            additional_properties=read.rest(),
        )

    def ordered_like(self, agents: Sequence[str]) -> Self:
        """The same result with its steps in the order of a request.

        Steps of one agent keep the order in which they ran. Where the steps are not those of the
        request, they stay as they are.

        Args:
            agents: The agents of the request, in order.
        """
        if sorted(step.agent for step in self.steps) != sorted(agents):
            return self
        by_agent: dict[str, list[StepResult]] = {}
        for step in self.steps:
            by_agent.setdefault(step.agent, []).append(step)
        return evolve(self, steps=[by_agent[agent].pop(0) for agent in agents])


NodeResult = StepResult
"""What the wire calls a step."""

__all__ = ["NodeResult", "PipelineResult", "PipelineStep", "StepResult"]
