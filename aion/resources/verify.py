"""`client.verifications`: check texts against images, on older deployments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from aion import _checks as check
from aion._flows import batch_jobs
from aion._requests import batch, image_analysis
from aion._requests import images as inputs
from aion._requests.idempotency import key_of
from aion._runtime import aio as rt
from aion.types.batch import BatchStatusResult
from aion.types.verify import VerificationResult

MODES = ("response", "claim")


class VerifyResource:
    """Checks texts against images."""

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    @rt.opens_callbacks
    async def verify(
        self,
        image: str | Path | bytes | None = None,
        content: str = "",
        *,
        images: Sequence[str | Path | bytes] | None = None,
        contents: Sequence[str] | None = None,
        object_key: str | None = None,
        object_keys: Sequence[str] | None = None,
        mode: str = "response",
        verification_level: str = "standard",
        use_consensus: bool = True,
        providers: Sequence[str] | None = None,
        rule_set_id: str | None = None,
        rules: Sequence[dict[str, Any]] | None = None,
        max_parallel: int = 5,
        timeout_per_item: int = 30,
        on_progress: Callable[[BatchStatusResult], Any] | None = None,
        idempotency_key: str | None = None,
        timeout: float | None = None,
    ) -> VerificationResult | list[VerificationResult]:
        """Check a text against an image, or many in one batch. Older deployments only.

        Args:
            image: A path, bytes, an http(s) URL or a data URL. JPEG, PNG, WebP or GIF. The service
                fetches http(s) URLs: prefer https.
            content: The text, from 1 to 10000 characters.
            images: From 1 to 10000 images, with one text each in `contents`.
            contents: The texts for `images` or `object_keys`, in the same order.
            object_key: The storage key of a stored image, instead of `image`.
            object_keys: Storage keys, instead of `images`.
            mode: The kind of text: a ``response`` of a model, or a ``claim``. For one text; a
                batch supports responses only.
            verification_level: ``quick``, ``standard``, ``thorough`` or ``critical``: two, three,
                four or all providers.
            use_consensus: Whether to combine the verdicts of the providers. For one text; a batch
                always combines them.
            providers: The AI providers to use; None lets the service choose.
            rule_set_id: A saved rule set to apply.
            rules: Rules to apply, each a dictionary.
            max_parallel: For many: pairs to process in parallel, from 1 to 20.
            timeout_per_item: For many: seconds for each pair, from 5 to 300.
            on_progress: For many: called with the status of the batch after each poll.
            idempotency_key: For one: when resent within one hour, it returns the stored response. A
                fresh one is made for each call, so that its retries are safe.
            timeout: Seconds for the call; for many, seconds to wait, instead of the client's
                `polling_timeout`.

        Returns:
            The verdict; for many, one for each pair, in order.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            BatchError: For many: some could not be checked; `failed_items` holds their ids, and
                the results of the others can be read with `client.batch`.
            AionvisionTimeoutError: Not done in time. A batch keeps running: its id is in `details`.
            ResourceNotFoundError: This deployment does not have the route.
            AionvisionError: A call failed. Where a batch keeps running, its id is in `details`.

        Endpoint: ``POST /verify/``; for many ``POST /batch/verify``, ``GET /batch/{batch_id}`` and
        ``GET /batch/{batch_id}/results``
        """
        options = inputs.settings(
            providers=providers,
            rule_set_id=rule_set_id,
            rules=rules,
            verification_level=verification_level,
        )
        pace = inputs.pace(max_parallel, timeout_per_item)
        rt.check_callbacks(on_progress=on_progress)
        mode = check.choice("mode", mode, MODES)
        check.optional_seconds("timeout", timeout)
        key = key_of(idempotency_key)
        name, value = inputs.chosen(
            image=image, images=images, object_key=object_key, object_keys=object_keys
        )
        if name in ("image", "object_key"):
            if contents is not None:
                check.refuse("contents", contents, "left out for one image: its text is content")
            text = check.text("content", content, 1, inputs.LONGEST_TEXT)
            picture = (inputs.stored if name == "object_key" else inputs.picture)(name, value)
            options |= {"mode": mode, "use_consensus": use_consensus}
            request = image_analysis.verify(picture, text, key, options)
            return await self._engine.call(request, timeout=timeout)
        for field, given, default in (
            ("content", content, ""),
            ("mode", mode, "response"),
            ("use_consensus", use_consensus, True),
            ("idempotency_key", idempotency_key, None),
        ):
            if given != default:
                check.refuse(field, given, f"{default!r} for many images: a batch has no other")
        pairs = inputs.paired(inputs.pictures(name, value)[0], contents)
        return await batch_jobs.run(
            self._engine,
            batch.verify(pairs, options | pace),
            VerificationResult.from_item,
            timeout,
            on_progress,
        )
