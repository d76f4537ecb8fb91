"""The steps of a pipeline, and their results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from attrs import evolve, frozen

from aion.types._reader import Reader
from aion_api import Model


@dataclass(frozen=True)
class PipelineStep:
    """One requested step.

    Attributes:
        agent: The agent that runs it, by its name in requests, such as ``image_search``.
        intent: Its task, in plain words.
        params: Its own settings. The service does not accept any yet, so they are not sent.
        depends_on: The positions of the earlier steps whose results it uses, from 0. None lets the
            service choose; with an empty tuple it uses no earlier result.
    """

    agent: str
    intent: str
    params: dict[str, Any] = field(default_factory=dict[str, Any])
    depends_on: tuple[int, ...] | None = None


@frozen(slots=False)
class StepResult(Model):
    """The result of one step.

    Attributes:
        agent: The agent that ran it.
        status: ``completed``, ``failed``, or ``skipped`` if a step that it needs failed.
        summary: A summary of its actions.
        outputs: Its outputs for later steps, such as ``image_ids`` or ``files_moved``.
        error: Why it failed, if it did.
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
        """Read one node of the response."""
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
    """The result of a pipeline.

    Attributes:
        success: Whether every step succeeded.
        steps: The results of the steps. `Pipeline.run` returns them in the order of the request;
            the response itself has them in the order in which they ran.
        execution_time_ms: How long the run took, in milliseconds.
        total_waves: Number of rounds; independent steps share a round.
        errors: The errors of the steps.
        token_usage: The tokens that were used, by kind, if they were counted.
    """

    success: bool
    steps: list[StepResult]
    execution_time_ms: int
    total_waves: int
    errors: list[str]
    token_usage: dict[str, int] | None

    @property
    def final(self) -> StepResult:
        """Return the last step.

        Raises:
            IndexError: The result has no steps.
        """
        return self.step(-1)

    def step(self, index: int) -> StepResult:
        """Return one step.

        Args:
            index: Its position, from 0, or from the end below 0.

        Raises:
            IndexError: The position is out of range.
        """
        try:
            return self.steps[index]
        except IndexError:
            raise IndexError(
                f"step {index} does not exist: the number of steps is {len(self.steps)}"
            ) from None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response of a run."""
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

    _unlisted = frozenset({"ordered_like"})

    def ordered_like(self, agents: Sequence[str]) -> Self:
        """Return the result with its steps in the order of a request.

        Steps of one agent stay in the order in which they ran. If the steps do not match the
        request, their order is unchanged.

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
"""The fields of a step in a response."""

__all__ = ["NodeResult", "PipelineResult", "PipelineStep", "StepResult"]
