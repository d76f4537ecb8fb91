"""`client.descriptions`: describe images without storing them, on older deployments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve

from aion import _checks as check
from aion._flows import batch_jobs
from aion._requests import batch, image_analysis
from aion._requests import images as inputs
from aion._requests.idempotency import key_of
from aion._runtime import aio as rt
from aion.types.batch import BatchStatusResult
from aion.types.describe import DescriptionResult


class DescribeResource:
    """Describes images without storing them in the library."""

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    @rt.opens_callbacks
    async def describe(
        self,
        image: str | Path | bytes | Sequence[str | Path | bytes] | None = None,
        *,
        object_key: str | None = None,
        object_keys: Sequence[str] | None = None,
        include_metadata: bool = True,
        include_tags: bool = True,
        providers: Sequence[str] | None = None,
        prompt: str | None = None,
        rule_set_id: str | None = None,
        rules: Sequence[dict[str, Any]] | None = None,
        max_parallel: int = 5,
        timeout_per_item: int = 30,
        on_progress: Callable[[BatchStatusResult], Any] | None = None,
        verification_level: str = "standard",
        idempotency_key: str | None = None,
        timeout: float | None = None,
    ) -> DescriptionResult | list[DescriptionResult]:
        """Describe an image, or many in one batch. Older deployments only.

        Uploaded images are described automatically: prefer `client.upload_one`.

        Args:
            image: A path, bytes, an http(s) URL or a data URL; or a list of them. JPEG, PNG,
                WebP or GIF. The service fetches http(s) URLs: prefer https.
            object_key: The storage key of a stored image, instead of `image`.
            object_keys: From 1 to 10000 storage keys, instead of `image`.
            include_metadata: Whether the result includes `metadata`.
            include_tags: Whether the result includes `tags`.
            providers: The AI providers to use; None lets the service choose.
            prompt: The prompt for them, at most 10000 characters.
            rule_set_id: A saved rule set to apply.
            rules: Rules to apply, each a dictionary.
            max_parallel: For many: images to process in parallel, from 1 to 20.
            timeout_per_item: For many: seconds for each image, from 5 to 300.
            on_progress: For many: called with the status of the batch after each poll.
            verification_level: ``quick``, ``standard``, ``thorough`` or ``critical``: two, three,
                four or all providers.
            idempotency_key: For one: when resent within one hour, it returns the stored response. A
                fresh one is made for each call, so that its retries are safe.
            timeout: Seconds for the call; for many, seconds to wait, instead of the client's
                `polling_timeout`.

        Returns:
            The description; for a list, one for each image in the order of the list.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            BatchError: For many: some could not be described; `failed_items` holds their ids, and
                the results of the others can be read with `client.batch`.
            AionvisionTimeoutError: Not done in time. A batch keeps running: its id is in `details`.
            ResourceNotFoundError: This deployment does not have the route.
            AionvisionError: A call failed. Where a batch keeps running, its id is in `details`.

        Endpoint: ``POST /describe/``; for many ``POST /batch/describe``, ``GET /batch/{batch_id}``
        and ``GET /batch/{batch_id}/results``
        """
        options = inputs.settings(
            providers=providers,
            prompt=prompt,
            rule_set_id=rule_set_id,
            rules=rules,
            verification_level=verification_level,
        )
        pace = inputs.pace(max_parallel, timeout_per_item)
        rt.check_callbacks(on_progress=on_progress)
        check.optional_seconds("timeout", timeout)
        key = key_of(idempotency_key)
        name, value = inputs.chosen(image=image, object_key=object_key, object_keys=object_keys)
        images, many = inputs.pictures(name, value)
        parts = {"include_metadata": include_metadata, "include_tags": include_tags}
        if not many:
            request = image_analysis.describe(images[0], key, options | parts)
            return _shown(await self._engine.call(request, timeout=timeout), **parts)
        if idempotency_key is not None:
            check.refuse("idempotency_key", idempotency_key, "left out for a batch: it has none")
        results = await batch_jobs.run(
            self._engine,
            batch.describe(images, options | pace),
            DescriptionResult.from_item,
            timeout,
            on_progress,
        )
        return [_shown(one, **parts) for one in results]


def _shown(
    result: DescriptionResult, *, include_metadata: bool, include_tags: bool
) -> DescriptionResult:
    """Return the result without the parts that are excluded.

    A batch has neither option, and an older server may ignore them.
    """
    return evolve(
        result,
        metadata=result.metadata if include_metadata else None,
        tags=result.tags if include_tags else None,
    )
