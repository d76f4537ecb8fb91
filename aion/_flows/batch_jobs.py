"""Polls batch jobs until they end, and reads their results page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from aion._clock import monotonic
from aion._flows.paging import Pages
from aion._flows.polling import poll_job
from aion._requests.page import Page
from aion._runtime import aio as rt
from aion._waiting.errors import Awaited
from aion._waiting.plan import PollPlan
from aion.exceptions import AionvisionError, BatchError
from aion.types.batch import (
    BatchItemResult,
    BatchItemStatus,
    BatchResults,
    BatchStatus,
    BatchStatusResult,
)
from aion_api import Request
from aion_api.api import batch

PAGE = 500
"""Most items in one page."""

Progress = Callable[[BatchStatusResult], Any]


def status_request(batch_id: str) -> Request[BatchStatusResult]:
    """Describe the request for the status of a batch."""
    return batch.get_batch_status(batch_id).decoding(BatchStatusResult.from_api_response)


def page_request(
    batch_id: str, *, include_failed: bool, offset: int, limit: int
) -> Request[BatchResults]:
    """Describe the request for one page of results."""
    request = batch.get_batch_results(
        batch_id, include_failed=include_failed, offset=offset, limit=limit
    )
    return request.decoding(BatchResults.from_api_response)


def all_results(
    engine: rt.Engine, batch_id: str, *, include_failed: bool = True, size: int = PAGE
) -> AsyncIterator[BatchItemResult]:
    """Iterate over all results of a batch."""

    async def fetch(offset: int) -> Page[BatchItemResult]:
        request = page_request(batch_id, include_failed=include_failed, offset=offset, limit=size)
        answer = await engine.call(request)
        where = answer.pagination
        return Page(answer.results, where.has_more, where.total)

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
        return await engine.call(status_request(batch_id), timeout=timeout)

    awaited = _named(
        batch_id,
        f"It goes on: wait again with client.batch.wait_for_completion({batch_id!r}), do not"
        " submit it again",
    )
    done = BatchStatusResult.is_terminal
    status = await poll_job(engine, call, done, plan, awaited, on_state=on_progress)
    if status.status is BatchStatus.FAILED:
        raise await _failed(engine, batch_id, plan)
    return status


async def finished(
    engine: rt.Engine, batch_id: str, plan: PollPlan, on_progress: Progress | None
) -> list[BatchItemResult]:
    """Poll a batch until it ends; return its results in order when every item succeeded.

    Raises:
        BatchError: The batch or some of its items failed.
        AionvisionError: As `wait`, or reading the results failed; `details` names the batch.
    """
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
    return sorted(items, key=lambda item: item.item_index)


async def _failed(engine: rt.Engine, batch_id: str, plan: PollPlan) -> BatchError:
    timeout = min(engine.config.timeout, plan.left(monotonic()))
    try:
        request = page_request(batch_id, include_failed=True, offset=0, limit=PAGE)
        items = (await engine.call(request, timeout=timeout)).failed_results()
    except AionvisionError:
        # Optional: the failure itself is known.
        items = []
    return _error("the batch failed", batch_id, items)


def _error(what: str, batch_id: str, items: list[BatchItemResult]) -> BatchError:
    reason = next((item.error_message for item in items if item.error_message), None)
    text = f"{what}; {reason}" if reason else what
    return BatchError(
        f"{text}. Its results can be read with client.batch.get_results({batch_id!r})",
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
