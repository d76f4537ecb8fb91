"""`client.batch`: jobs that describe or verify many images in the background."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from aion import _checks as check
from aion._flows import batch_jobs
from aion._requests import batch as requests
from aion._requests import images as inputs
from aion._runtime import aio as rt
from aion._waiting.plan import begin
from aion.types.batch import (
    BatchImageInput,
    BatchItemResult,
    BatchResults,
    BatchStatusResult,
    BatchSubmissionResult,
    BatchVerifyInput,
)
from aion_api.api import batch

MAX_PAGE = requests.PAGE
MAX_ITEMS = inputs.MOST_ITEMS


class BatchResource:
    """Submits batches, follows them, and reads their results."""

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def get_status(self, batch_id: str, *, timeout: float | None = None) -> BatchStatusResult:
        """How far a batch is.

        Args:
            batch_id: The id that its submission gave. Ids of upload batches and document batches
                are others.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ResourceNotFoundError: The batch does not exist.
            AionvisionError: The call failed.

        Endpoint: ``GET /batch/{batch_id}``
        """
        request = requests.status(check.identifier("batch_id", batch_id))
        return await self._engine.call(request, timeout=timeout)

    async def get_results(
        self,
        batch_id: str,
        *,
        include_failed: bool = True,
        offset: int = 0,
        limit: int = 100,
        timeout: float | None = None,
    ) -> BatchResults:
        """One page of the results of a batch, those of a running one included.

        Args:
            batch_id: The batch.
            include_failed: Whether items that failed are among them.
            offset: Items to skip.
            limit: Items in the page, from 1 to 500.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The items, the position of the page, and the totals of the whole batch.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            ResourceNotFoundError: The batch does not exist.
            AionvisionError: The call failed.

        Endpoint: ``GET /batch/{batch_id}/results``
        """
        request = requests.results(
            check.identifier("batch_id", batch_id),
            include_failed=include_failed,
            offset=check.whole_number("offset", offset, 0),
            limit=check.whole_number("limit", limit, 1, MAX_PAGE),
        )
        return await self._engine.call(request, timeout=timeout)

    def get_all_results(
        self, batch_id: str, *, include_failed: bool = True, page_size: int = 100
    ) -> AsyncIterator[BatchItemResult]:
        """All results of a batch, one after the other.

        Nothing is fetched before the first one is asked for; then the next page is fetched while
        the current one is read. Iterating over the result again begins anew. Results of a batch
        that is still running may be given or not; those that were there are given once.

        Args:
            batch_id: The batch.
            include_failed: Whether items that failed are among them.
            page_size: Items in one request, from 1 to 500.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            ResourceNotFoundError: While iterating: the batch does not exist.
            ServerError: While iterating: a page repeats an earlier one.
            AionvisionError: While iterating: a call failed.

        Endpoint: ``GET /batch/{batch_id}/results``
        """
        return batch_jobs.all_results(
            self._engine,
            check.identifier("batch_id", batch_id),
            include_failed=include_failed,
            size=check.whole_number("page_size", page_size, 1, MAX_PAGE),
        )

    async def cancel(self, batch_id: str, *, timeout: float | None = None) -> None:
        """Stop a batch. Items that are being worked on still end; the others are skipped.

        Args:
            batch_id: The batch, pending or processing.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ValidationError: It has ended already.
            ResourceNotFoundError: The batch does not exist.
            AionvisionError: The call failed.

        Endpoint: ``DELETE /batch/{batch_id}``
        """
        request = batch.cancel_batch(check.identifier("batch_id", batch_id))
        await self._engine.call(request, timeout=timeout)

    @rt.opens_callbacks
    async def wait_for_completion(
        self,
        batch_id: str,
        *,
        timeout: float | None = None,
        poll_interval: float | None = None,
        on_progress: Callable[[BatchStatusResult], Any] | None = None,
    ) -> BatchStatusResult:
        """Wait until a batch has ended.

        Args:
            batch_id: The batch.
            timeout: Seconds until giving up, instead of the client's `polling_timeout`.
            poll_interval: Seconds between two polls, instead of the client's `polling_interval`.
            on_progress: Called with the status after each poll.

        Returns:
            Its status at the end: ``completed``, ``partially_completed`` where some items failed,
            or ``cancelled``.

        Raises:
            BatchError: It failed; `failed_items` holds the ids of its items.
            ResourceNotFoundError: The batch does not exist.
            AionvisionTimeoutError: It has not ended in time; `last_result` holds its last status.
                Call this again with the same id to resume the wait.
            AionvisionError: It cannot be looked at in a way that stays; `details` has its id.

        Endpoint: ``GET /batch/{batch_id}``
        """
        wanted = check.identifier("batch_id", batch_id)
        plan = begin(self._engine.config, timeout, poll_interval)
        rt.check_callbacks(on_progress=on_progress)
        return await batch_jobs.wait(self._engine, wanted, plan, on_progress)

    async def submit_describe(
        self,
        images: Sequence[BatchImageInput | dict[str, Any]],
        *,
        providers: Sequence[str] | None = None,
        prompt: str | None = None,
        max_parallel: int = 5,
        timeout_per_item: int = 30,
        rule_set_id: str | None = None,
        rules: Sequence[dict[str, Any]] | None = None,
        verification_level: str | None = None,
        consensus_threshold: float | None = None,
        webhook_url: str | None = None,
        timeout: float | None = None,
    ) -> BatchSubmissionResult:
        """Have images described in the background, without storing them.

        Deprecated by the service: images that are uploaded are described without it.

        Args:
            images: From 1 to 10000 images, as `BatchImageInput` or dictionaries of its fields.
            providers: The AI providers to ask; None leaves the choice to the service.
            prompt: The instruction to them for every image.
            max_parallel: Images that are worked on at a time, from 1 to 20.
            timeout_per_item: Seconds for each image, from 5 to 300.
            rule_set_id: A saved rule set to apply. Older deployments only.
            rules: Rules to apply, each a dictionary. Older deployments only.
            verification_level: ``quick``, ``standard``, ``thorough`` or ``critical``. Older
                deployments only.
            consensus_threshold: How far providers have to agree, from 0 to 1.
            webhook_url: Told by the service about the batch.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The id of the batch, for the other methods.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /batch/describe``
        """
        options = inputs.settings(
            providers=providers,
            prompt=prompt,
            rule_set_id=rule_set_id,
            rules=rules,
            verification_level=verification_level,
            consensus_threshold=consensus_threshold,
            webhook_url=webhook_url,
        )
        options |= inputs.pace(max_parallel, timeout_per_item)
        request = requests.describe(inputs.inputs(images), options)
        return await self._engine.call(request, timeout=timeout)

    async def submit_verify(
        self,
        pairs: Sequence[BatchVerifyInput | dict[str, Any]],
        *,
        providers: Sequence[str] | None = None,
        max_parallel: int = 5,
        timeout_per_item: int = 30,
        rule_set_id: str | None = None,
        rules: Sequence[dict[str, Any]] | None = None,
        verification_level: str | None = None,
        consensus_threshold: float | None = None,
        webhook_url: str | None = None,
        timeout: float | None = None,
    ) -> BatchSubmissionResult:
        """Have texts checked against images in the background. Older deployments only.

        Args:
            pairs: From 1 to 10000 pairs of an image and a text of 1 to 10000 characters, as
                `BatchVerifyInput` or dictionaries of its fields.
            providers: The AI providers to ask; None leaves the choice to the service.
            max_parallel: Pairs that are worked on at a time, from 1 to 20.
            timeout_per_item: Seconds for each pair, from 5 to 300.
            rule_set_id: A saved rule set to apply.
            rules: Rules to apply, each a dictionary.
            verification_level: ``quick``, ``standard``, ``thorough`` or ``critical``: two, three,
                four or all providers.
            consensus_threshold: How far providers have to agree, from 0 to 1.
            webhook_url: Told by the service about the batch.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The id of the batch, for the other methods.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            ResourceNotFoundError: This deployment has no such route.
            AionvisionError: The call failed.

        Endpoint: ``POST /batch/verify``
        """
        options = inputs.settings(
            providers=providers,
            rule_set_id=rule_set_id,
            rules=rules,
            verification_level=verification_level,
            consensus_threshold=consensus_threshold,
            webhook_url=webhook_url,
        )
        options |= inputs.pace(max_parallel, timeout_per_item)
        request = requests.verify(inputs.pairs(pairs), options)
        return await self._engine.call(request, timeout=timeout)
