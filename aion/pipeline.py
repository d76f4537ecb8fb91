"""Builds a chain of agent steps that is sent as one request: `client.pipeline()`."""

from __future__ import annotations

from collections.abc import Sequence

from aion import _checks as check
from aion._requests.agents import id_list, request_text
from aion._runtime import aio as rt
from aion.types.pipeline import PipelineResult, PipelineStep
from aion_api import UNSET
from aion_api.api import agent_pipeline
from aion_api.models.agent_pipeline import PipelineRequest
from aion_api.models.agent_pipeline import PipelineStep as StepRequest

_MOST_STEPS = 10


class Pipeline:
    """A chain of agent steps, where a step can use the results of earlier ones.

    The service runs all steps in one request. Every method but `run` adds something and returns
    the pipeline itself::

        result = await (
            client.pipeline()
            .search_images("utility poles")
            .search_documents("maintenance records")
            .cross_reference("Which poles are due?", depends_on=[0, 1])
            .run()
        )

    Steps are counted from 0. ``depends_on`` lists the earlier steps whose results a step uses.
    Without it, the service matches the inputs of the step to earlier results by their types. With
    an empty list, the step uses no earlier result. A pipeline can be run several times.
    """

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine
        self._steps: list[PipelineStep] = []
        self._image_ids: list[str] | None = None
        self._document_ids: list[str] | None = None

    @property
    def steps(self) -> tuple[PipelineStep, ...]:
        """Return the steps added so far."""
        return tuple(self._steps)

    def with_images(self, image_ids: Sequence[str]) -> Pipeline:
        """Start from these images, which replace those of an earlier call.

        Args:
            image_ids: Their ids.

        Raises:
            ValidationError: One of them is not an id.
        """
        self._image_ids = id_list("image_ids", image_ids)
        return self

    def with_documents(self, document_ids: Sequence[str]) -> Pipeline:
        """Start from these documents, which replace those of an earlier call.

        Args:
            document_ids: Their ids.

        Raises:
            ValidationError: One of them is not an id.
        """
        self._document_ids = id_list("document_ids", document_ids)
        return self

    def search_images(self, query: str) -> Pipeline:
        """Add a search for images.

        Args:
            query: The search text, in plain words, from 1 to 2000 characters.

        Raises:
            ValidationError: The query is out of range, or there are 10 steps already.
        """
        return self._add("image_search", "query", query)

    def search_documents(self, query: str) -> Pipeline:
        """Add a search for passages of documents.

        Args:
            query: The search text, in plain words, from 1 to 2000 characters.

        Raises:
            ValidationError: The query is out of range, or there are 10 steps already.
        """
        return self._add("document_search", "query", query)

    def search_links(self, query: str) -> Pipeline:
        """Add a search for saved links.

        Args:
            query: The search text, in plain words, from 1 to 2000 characters.

        Raises:
            ValidationError: The query is out of range, or there are 10 steps already.
        """
        return self._add("link_search", "query", query)

    def analyze(self, intent: str, *, depends_on: Sequence[int] | None = None) -> Pipeline:
        """Add an analysis of images.

        Args:
            intent: What to find out, in plain words, from 1 to 2000 characters.
            depends_on: The earlier steps whose results it uses.

        Raises:
            ValidationError: The intent is out of range, a dependency is not an earlier step, or
                there are 10 steps already.
        """
        return self._add("analysis", "intent", intent, depends_on)

    def analyze_documents(
        self, intent: str, *, depends_on: Sequence[int] | None = None
    ) -> Pipeline:
        """Add an analysis of documents.

        Args:
            intent: What to find out, in plain words, from 1 to 2000 characters.
            depends_on: The earlier steps whose results it uses.

        Raises:
            ValidationError: The intent is out of range, a dependency is not an earlier step, or
                there are 10 steps already.
        """
        return self._add("document_analysis", "intent", intent, depends_on)

    def analyze_links(self, intent: str, *, depends_on: Sequence[int] | None = None) -> Pipeline:
        """Add an analysis of saved links.

        Args:
            intent: What to find out, in plain words, from 1 to 2000 characters.
            depends_on: The earlier steps whose results it uses.

        Raises:
            ValidationError: The intent is out of range, a dependency is not an earlier step, or
                there are 10 steps already.
        """
        return self._add("link_analysis", "intent", intent, depends_on)

    def synthesize(self, intent: str, *, depends_on: Sequence[int] | None = None) -> Pipeline:
        """Add a report on the results of earlier steps.

        Args:
            intent: What the report is to cover, in plain words, from 1 to 2000 characters.
            depends_on: The earlier steps whose results it uses.

        Raises:
            ValidationError: The intent is out of range, a dependency is not an earlier step, or
                there are 10 steps already.
        """
        return self._add("assistant", "intent", intent, depends_on)

    def organize(self, intent: str, *, depends_on: Sequence[int] | None = None) -> Pipeline:
        """Add a step that sorts files into folders. The service moves the files.

        Args:
            intent: How to sort them, in plain words, from 1 to 2000 characters.
            depends_on: The earlier steps whose results it uses.

        Raises:
            ValidationError: The intent is out of range, a dependency is not an earlier step, or
                there are 10 steps already.
        """
        return self._add("folder", "intent", intent, depends_on)

    def cross_reference(self, intent: str, *, depends_on: Sequence[int] | None = None) -> Pipeline:
        """Add a step that relates the results of earlier ones to each other.

        Args:
            intent: What to relate, in plain words, from 1 to 2000 characters.
            depends_on: The earlier steps whose results it uses.

        Raises:
            ValidationError: The intent is out of range, a dependency is not an earlier step, or
                there are 10 steps already.
        """
        return self._add("cross_reference", "intent", intent, depends_on)

    async def run(self, *, timeout: float | None = None) -> PipelineResult:
        """Run the steps.

        A failed step is part of the result, and so are the steps skipped because of it: `success`
        is false then.

        Args:
            timeout: Seconds for the call; None for `timeout` of the client.

        Returns:
            The result of each step, in the order in which the steps were added.

        Raises:
            ValidationError: The pipeline is empty; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /agents/pipeline``
        """
        if not self._steps:
            check.refuse("steps", self._steps, f"1 to {_MOST_STEPS} steps: add one before run()")
        body = PipelineRequest(
            steps=[_request(step) for step in self._steps],
            image_ids=UNSET if self._image_ids is None else self._image_ids,
            document_ids=UNSET if self._document_ids is None else self._document_ids,
        )
        agents = [step.agent for step in self._steps]
        request = agent_pipeline.execute_pipeline(body=body)
        result = await self._engine.call(
            request.decoding(PipelineResult.from_api_response), timeout=timeout
        )
        return result.ordered_like(agents)

    def _add(
        self, agent: str, field: str, words: str, depends_on: Sequence[int] | None = None
    ) -> Pipeline:
        position = len(self._steps)
        intent = request_text(field, words)
        needs = None if depends_on is None else _earlier(depends_on, position)
        if position == _MOST_STEPS:
            check.refuse("steps", position + 1, f"at most {_MOST_STEPS} in one pipeline")
        self._steps.append(PipelineStep(agent, intent, depends_on=needs))
        return self

    def __repr__(self) -> str:
        steps = " -> ".join(step.agent for step in self._steps)
        return f"<{type(self).__name__}: {steps or 'no step'}>"


def _earlier(depends_on: Sequence[int], position: int) -> tuple[int, ...]:
    """Return the dependencies of the step at a position: earlier steps, without duplicates."""
    if isinstance(depends_on, (str, bytes, int)):
        check.refuse("depends_on", depends_on, "a list of positions of earlier steps, from 0")
    if position == 0 and len(depends_on) > 0:
        check.refuse("depends_on", depends_on, "left out or empty for the first step")
    positions = (
        check.whole_number(f"depends_on[{number}]", one, 0, position - 1)
        for number, one in enumerate(depends_on)
    )
    return tuple(dict.fromkeys(positions))


def _request(step: PipelineStep) -> StepRequest:
    needs = step.depends_on
    return StepRequest(step.agent, step.intent, UNSET if needs is None else list(needs))
