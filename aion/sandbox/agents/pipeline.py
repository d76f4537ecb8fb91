"""Runs the steps of a pipeline in waves: all steps of a wave need only those of earlier waves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aion.sandbox.agents.pipeline_agents import (
    AGENTS,
    DOCUMENTS,
    IMAGES,
    LINKS,
    Inputs,
    Outcome,
    StepFailed,
)
from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem
from aion.sandbox.faults.job_kinds import job_kind
from aion.sandbox.runtime.state import State
from aion.sandbox.store.ids import make_id

FAULT: Final = job_kind("agent")
"""Kind of job under which a fault fails a step: the agent is its stage, the intent its name."""

_FILES: Final = (IMAGES, DOCUMENTS, LINKS)
_SEEDED_SEARCH: Final = {"image_search": IMAGES, "document_search": DOCUMENTS}


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step with the positions of the steps that it depends on, and its wave."""

    position: int
    agent: str
    intent: str
    needs: tuple[int, ...]
    wave: int


@dataclass(frozen=True, slots=True)
class StepResult:
    """The result of a step."""

    step: PlannedStep
    status: str
    outcome: Outcome | None = None
    error: str | None = None

    def node(self) -> dict[str, Any]:
        """Return the step in its wire form."""
        return {
            "node_id": make_id("node", f"{self.step.position}/{self.step.agent}")[:8],
            "agent": self.step.agent,
            "status": self.status,
            "summary": self.outcome.summary if self.outcome is not None else None,
            "outputs": self.outcome.outputs if self.outcome is not None else {},
            "error": self.error,
            "execution_time_ms": 0,
        }


def plan(steps: Sequence[Mapping[str, Any]]) -> list[PlannedStep]:
    """Return the steps in the order in which they run.

    Raises:
        InvalidRequest: An unknown agent, or a dependency that is not an earlier step.
    """
    problems: list[Problem] = []
    planned: list[PlannedStep] = []
    for position, step in enumerate(steps):
        agent: str = step["agent"]
        if agent not in AGENTS:
            text = f"{agent!r} is not one of {', '.join(sorted(AGENTS))}"
            problems.append(Problem(("body", "steps", position, "agent"), text, "enum"))
            continue
        depends_on: list[float] | None = step.get("depends_on")
        # JSON Schema accepts 1.0 as an integer.
        given = None if depends_on is None else [int(one) for one in depends_on]
        for number, one in enumerate(given or ()):
            if not 0 <= one < position:
                loc = ("body", "steps", position, "depends_on", number)
                problems.append(Problem(loc, f"{one} is not an earlier step", "dependency"))
        if not problems:
            needs = _implied_needs(planned, agent) if given is None else tuple(dict.fromkeys(given))
            wave = 1 + max((planned[one].wave for one in needs), default=0)
            planned.append(PlannedStep(position, agent, step["intent"], needs, wave))
    if problems:
        raise InvalidRequest(problems)
    return sorted(planned, key=lambda one: (one.wave, one.position))


def run(
    state: State, steps: Sequence[PlannedStep], seeds: Mapping[str, list[str]]
) -> list[StepResult]:
    """Run planned steps; returns their results in the same order."""
    done: dict[int, StepResult] = {}
    for step in steps:
        broken = [one for one in step.needs if done[one].status != "completed"]
        if broken:
            text = f"step {broken[0]} ({done[broken[0]].step.agent}) did not complete"
            done[step.position] = StepResult(step, "skipped", error=text)
            continue
        error = state.faults.job_failure(FAULT, step.agent, step.intent)
        outcome: Outcome | None = None
        if error is None:
            try:
                outcome = AGENTS[step.agent].run(state, _inputs(step, done, seeds))
            except (StepFailed, ApiError, InvalidRequest) as failure:
                error = str(failure)
        status = "completed" if outcome is not None else "failed"
        done[step.position] = StepResult(step, status, outcome, error)
    return [done[step.position] for step in steps]


def _implied_needs(earlier: Sequence[PlannedStep], agent: str) -> tuple[int, ...]:
    """Return the earlier steps with an output that the agent takes as input."""
    takes = set(AGENTS[agent].takes)
    return tuple(one.position for one in earlier if takes.intersection(AGENTS[one.agent].gives))


def _inputs(
    step: PlannedStep, done: Mapping[int, StepResult], seeds: Mapping[str, list[str]]
) -> Inputs:
    """Return the files of the steps that it depends on; for kinds without output, the seeds."""
    inputs = Inputs(step.intent)
    outcomes = [ran.outcome for ran in (done[one] for one in step.needs) if ran.outcome is not None]
    for kind in _FILES:
        given = [outcome.outputs[kind] for outcome in outcomes if kind in outcome.outputs]
        if given:
            # May be empty: a search without hits must not become the whole library.
            inputs.ids[kind] = list(dict.fromkeys(one for ids in given for one in ids))
        elif kind in seeds and _SEEDED_SEARCH.get(step.agent, kind) == kind:
            inputs.ids[kind] = seeds[kind]
    inputs.notes = [outcome.summary for outcome in outcomes]
    return inputs
