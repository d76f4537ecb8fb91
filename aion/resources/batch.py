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
    """Submits batches, polls them, and reads their results."""

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def get_status(self, batch_id: str, *, timeout: float | None = None) -> BatchStatusResult:
        """Get the status of a batch.

        Args:
            batch_id: The id that the submission returned. Ids of upload batches and document
                batches do not work here.
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
        """Get one page of the results of a batch, which may still be running.

        Args:
            batch_id: The batch.
            include_failed: Include failed items.
            offset: Items to skip.
            limit: Items in the page, from 1 to 500.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The items, the position of the page, and the totals of the batch.

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
        """Iterate over all results of a batch.

        Nothing is fetched before the first item is requested; then the next page is fetched while
        the current one is read. Iterating over the result again starts a new listing. In a running
        batch, results that exist at the start are yielded once; later ones may or may not be
        yielded.

        Args:
            batch_id: The batch.
            include_failed: Include failed items.
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
        """Cancel a batch. Items in progress are completed; the others are skipped.

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
            timeout: Seconds to wait, instead of the client's `polling_timeout`.
            poll_interval: Seconds between two polls, instead of the client's `polling_interval`.
            on_progress: Called with the status after each poll.

        Returns:
            Its final status: ``completed``, ``partially_completed`` if some items failed,
            or ``cancelled``.

        Raises:
            BatchError: The batch failed; `failed_items` holds the ids of its items.
            ResourceNotFoundError: The batch does not exist.
            AionvisionTimeoutError: It has not ended in time; `last_result` holds its last status.
                Call this again with the same id to resume the wait.
            AionvisionError: Polling failed, and retrying cannot fix it; `details` has its id.

        Endpoint: ``GET /batch/{batch_id}``
        """
        identifier = check.identifier("batch_id", batch_id)
        plan = begin(self._engine.config, timeout, poll_interval)
        rt.check_callbacks(on_progress=on_progress)
        return await batch_jobs.wait(self._engine, identifier, plan, on_progress)

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
        """Describe images in the background, without storing them.

        Deprecated by the service: uploaded images are described automatically.

        Args:
            images: From 1 to 10000 images, as `BatchImageInput` or dictionaries of its fields.
            providers: The AI providers to use; None lets the service choose.
            prompt: The prompt for every image.
            max_parallel: Images to process in parallel, from 1 to 20.
            timeout_per_item: Seconds for each image, from 5 to 300.
            rule_set_id: A saved rule set to apply. Older deployments only.
            rules: Rules to apply, each a dictionary. Older deployments only.
            verification_level: ``quick``, ``standard``, ``thorough`` or ``critical``. Older
                deployments only.
            consensus_threshold: The required agreement of providers, from 0 to 1.
            webhook_url: URL that the service notifies about the batch.
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
        """Check texts against images in the background. Older deployments only.

        Args:
            pairs: From 1 to 10000 pairs of an image and a text of 1 to 10000 characters, as
                `BatchVerifyInput` or dictionaries of its fields.
            providers: The AI providers to use; None lets the service choose.
            max_parallel: Pairs to process in parallel, from 1 to 20.
            timeout_per_item: Seconds for each pair, from 5 to 300.
            rule_set_id: A saved rule set to apply.
            rules: Rules to apply, each a dictionary.
            verification_level: ``quick``, ``standard``, ``thorough`` or ``critical``: two, three,
                four or all providers.
            consensus_threshold: The required agreement of providers, from 0 to 1.
            webhook_url: URL that the service notifies about the batch.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The id of the batch, for the other methods.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            ResourceNotFoundError: This deployment does not have the route.
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
