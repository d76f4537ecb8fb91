"""Runs batch jobs: submits them, polls them until they end, reads their results page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from aion._clock import monotonic
from aion._flows.paging import Pages
from aion._flows.polling import poll_job
from aion._requests import batch as requests
from aion._requests.page import Page
from aion._runtime import aio as rt
from aion._waiting.errors import Awaited
from aion._waiting.plan import PollPlan, begin
from aion.exceptions import AionvisionError, BatchError
from aion.types.batch import (
    BatchItemResult,
    BatchItemStatus,
    BatchStatus,
    BatchStatusResult,
    BatchSubmissionResult,
)
from aion_api import Request

T = TypeVar("T")
Progress = Callable[[BatchStatusResult], Any]


def all_results(
    engine: rt.Engine, batch_id: str, *, include_failed: bool = True, size: int = requests.PAGE
) -> AsyncIterator[BatchItemResult]:
    """Iterate over all results of a batch."""

    async def fetch(offset: int) -> Page[BatchItemResult]:
        page = await engine.call(
            requests.results(batch_id, include_failed=include_failed, offset=offset, limit=size)
        )
        return Page(page.results, page.pagination.has_more, page.pagination.total)

    return Pages(fetch, lambda item: item.item_id)


async def wait(
    engine: rt.Engine, batch_id: str, plan: PollPlan, on_progress: Progress | None
) -> BatchStatusResult:
    """Poll a batch until it ends.

    Raises:
        BatchError: The batch failed.
        AionvisionTimeoutError: The deadline passed; `last_result` holds the last status.
        AionvisionError: Polling failed; `details` names the batch.
    """

    async def call(timeout: float) -> BatchStatusResult:
        return await engine.call(requests.status(batch_id), timeout=timeout)

    awaited = _named(
        batch_id,
        f"It keeps running: resume with {rt.AWAIT}client.batch.wait_for_completion({batch_id!r}),"
        " do not submit it again",
    )
    done = BatchStatusResult.is_terminal
    status = await poll_job(engine, call, done, plan, awaited, on_state=on_progress)
    if status.status is BatchStatus.FAILED:
        raise await _failed(engine, batch_id, plan)
    return status


async def run(
    engine: rt.Engine,
    submission: Request[BatchSubmissionResult],
    read: Callable[[BatchItemResult], T],
    timeout: float | None,
    on_progress: Progress | None,
) -> list[T]:
    """Submit a batch, poll it until it ends, and return its results in the order of its items.

    Args:
        engine: Sends the requests.
        submission: The request that submits the batch.
        read: Makes the result of a successful item.
        timeout: Seconds for all of it, instead of `polling_timeout` of the settings.
        on_progress: Called with the status of the batch after each poll.

    Raises:
        BatchError: Not every item was successful.
        AionvisionError: As `wait`, or its results cannot be read; `details` names the batch.
    """
    plan = begin(engine.config, timeout)
    batch_id = (await engine.call(submission)).batch_id
    status = await wait(engine, batch_id, plan, on_progress)
    try:
        items = [item async for item in all_results(engine, batch_id)]
    except AionvisionError as error:
        hint = f"It is done: read its results with client.batch.get_all_results({batch_id!r})"
        _named(batch_id, f"{hint}, do not submit it again").annotate(error, status)
        raise
    bad = [item for item in items if item.status is not BatchItemStatus.SUCCESS]
    if bad or len(items) < status.total_items:
        what = f"{len(items) - len(bad)} of {status.total_items} items ended well"
        raise _error(f"the batch is {status.status}: {what}", batch_id, bad)
    return [read(item) for item in sorted(items, key=lambda item: item.item_index)]


async def _failed(engine: rt.Engine, batch_id: str, plan: PollPlan) -> BatchError:
    timeout = min(engine.config.timeout, plan.left(monotonic()))
    try:
        request = requests.results(batch_id, include_failed=True, offset=0, limit=requests.PAGE)
        items = (await engine.call(request, timeout=timeout)).failed_results()
    except AionvisionError:
        # Optional: the failure itself is known.
        items = []
    return _error("the batch failed", batch_id, items)


def _error(what: str, batch_id: str, items: list[BatchItemResult]) -> BatchError:
    reason = next((item.error_message for item in items if item.error_message), None)
    text = f"{what}; {reason}" if reason else what
    return BatchError(
        f"{text}. Its results can be read with {rt.AWAIT}client.batch.get_results({batch_id!r})",
        batch_id=batch_id,
        failed_items=[item.item_id for item in items],
    )


def _named(batch_id: str, resume_hint: str) -> Awaited[BatchStatusResult]:
    return Awaited(
        f"the batch {batch_id}",
        resume_hint,
        {"batch_id": batch_id},
        lambda last: {"status": str(last.status)},
    )
