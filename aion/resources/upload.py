"""`client.uploads`: bring images into the library and wait for their descriptions."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from aion import _checks as check
from aion._flows.bulk_upload import BatchUpload, image_batch
from aion._flows.polling import poll_job
from aion._flows.quota import allowance_for
from aion._requests.storage import target_of
from aion._runtime import aio as rt
from aion._waiting.errors import Awaited
from aion._waiting.plan import PollPlan, begin
from aion.exceptions import (
    AionvisionTimeoutError,
    DescriptionError,
    ResourceNotFoundError,
    UploadError,
)
from aion.resources._upload_bulk import BatchUploads
from aion.types.common import StorageTarget
from aion.types.describe import DescriptionStatus as DescriptionState
from aion.types.upload import BatchUploadResults, UploadResult
from aion.uploads import _expand, _local_file, _media_types
from aion.uploads._errors import IMAGES
from aion.uploads._expand import Found
from aion.uploads._plan import LARGEST_CHUNK, Callbacks, Pace
from aion_api.api import user_files
from aion_api.models.user_files import StreamBatchUploadBody, UserFile

SUPPORTED_CONTENT_TYPES = set(_media_types.IMAGE_TYPES)
SUPPORTED_EXTENSIONS = set(_media_types.IMAGE_EXTENSIONS)
BATCH_CHUNK_SIZE = LARGEST_CHUNK
MAX_BATCH_FILES = _expand.MOST_FILES


class UploadResource(BatchUploads):
    """Uploads images and follows their descriptions."""

    @rt.opens_callbacks
    async def upload_one(
        self,
        file: str | Path | bytes,
        *,
        filename: str | None = None,
        wait_for_descriptions: bool = True,
        raise_on_failure: bool = True,
        description_timeout: float | None = None,
        storage_target: StorageTarget | str = StorageTarget.DEFAULT,
    ) -> UploadResult:
        """Upload one image.

        The file is streamed from disk. What it is, is decided by its first bytes. When the answer
        is lost, the service is asked by its hash whether it has the file, which is sent again
        where it has not; an image with the same bytes that was there before is then taken for it.

        Args:
            file: A path, or the bytes of an image: JPEG, PNG, WebP or GIF, at most 100 MB.
            filename: The name to store. Needed for bytes; a path has its own.
            wait_for_descriptions: Wait until the AI description is there.
            raise_on_failure: Raise when the description fails; otherwise the result says so.
            description_timeout: Seconds to wait for it, instead of the client's
                `polling_timeout`.
            storage_target: Where the bytes are kept. ``custom`` needs an S3 configuration.

        Returns:
            The stored image, with its description when it was waited for.

        Raises:
            ValidationError: The file is missing, a directory, empty, too large or no image, or
                bytes come without a name. Nothing was sent.
            QuotaExceededError: The allowance is used up. Nothing was stored.
            UploadError: The service did not take the file.
            DescriptionError: It is stored, but its description failed.
            AionvisionTimeoutError: It is stored, but its description did not come in time;
                `last_result` holds the `UploadResult` to go on with.
            AionvisionError: The call failed. Where the image is stored, ``details["image_id"]``
                is its id, and `wait_for_description` goes on.

        Endpoint: ``POST /user-files/upload/stream-batch``
        """
        target = target_of("storage_target", storage_target)
        check.optional_seconds("description_timeout", description_timeout)
        source = _local_file.image(file, filename)
        allowed = await allowance_for(self._engine, 1)
        batch = await self._send(source, target, allowed.moment)
        plan = begin(self._engine.config, description_timeout)
        result = await self._identified(batch, plan)
        if wait_for_descriptions and result.is_pending:
            result = await self._described(result, plan)
        if wait_for_descriptions and raise_on_failure and result.is_failed:
            raise DescriptionError(
                f"the description of {result.filename} failed: {result.description_error}",
                image_id=result.image_id,
                status=result.description_status.value,
            )
        return result

    @rt.opens_callbacks
    async def wait_for_description(
        self,
        image_id: str,
        *,
        timeout: float | None = None,
        poll_interval: float | None = None,
    ) -> DescriptionState:
        """Wait until the description of an image has ended, well or not.

        Args:
            image_id: The stored image.
            timeout: Seconds until giving up, instead of the client's `polling_timeout`.
            poll_interval: Seconds between two looks, instead of the client's `polling_interval`.

        Returns:
            Its last state: `is_successful` tells whether there is a description.

        Raises:
            ResourceNotFoundError: There is no such image.
            AionvisionTimeoutError: It has not ended in time; `last_result` holds its last state.
                Call this again with the same id to go on waiting.
            AionvisionError: It cannot be looked at in a way that stays; `details` has its id.

        Endpoint: ``GET /user-files``
        """
        wanted = check.identifier("image_id", image_id)
        plan = begin(self._engine.config, timeout, poll_interval)

        async def call(timeout: float) -> DescriptionState:
            file = await self._file(wanted, timeout)
            if file is None:
                raise ResourceNotFoundError("image", wanted)
            return DescriptionState.from_file(file)

        awaited = Awaited[DescriptionState](
            f"the description of image {wanted}",
            IMAGES.resume_hint(wanted),
            {"image_id": wanted},
            lambda last: {"status": last.status},
        )
        return await poll_job(self._engine, call, lambda state: state.is_complete, plan, awaited)

    async def _send(
        self, source: _local_file.Upload, target: str, since: datetime | None
    ) -> BatchUpload[BatchUploadResults]:
        """Send one image, as a batch of one: what was lost on the way is asked for."""
        found = [Found(0, source)]
        form = StreamBatchUploadBody(files=[], storage_target=target)
        batch = image_batch(self._engine, found, form, Callbacks())
        await batch.send(Pace(1, 1), since)
        return batch

    async def _identified(
        self, batch: BatchUpload[BatchUploadResults], plan: PollPlan
    ) -> UploadResult:
        """The result of a batch of one, as soon as its id is known."""
        try:
            await batch.follow(plan, ids_only=True)
        except AionvisionTimeoutError as error:
            error.last_result = batch.report()[0]
            raise
        result = batch.report()[0]
        if not result.is_stored:
            raise UploadError(
                f"{result.filename} was not stored: {result.description_error}",
                filename=result.filename,
                stage="upload",
                session_id=batch.session_id,
            )
        return result

    async def _described(self, result: UploadResult, plan: PollPlan) -> UploadResult:
        async def call(timeout: float) -> UploadResult:
            file = await self._file(result.image_id, timeout)
            # A file that was stored a moment ago may not be listed yet: that is not its end.
            return result if file is None else result.with_file(file)

        awaited = Awaited[UploadResult](
            f"the description of {result.filename}",
            IMAGES.resume_hint(result.image_id),
            {"image_id": result.image_id},
            lambda last: {"status": last.description_status.value},
        )
        return await poll_job(
            self._engine, call, lambda state: not state.is_pending, plan, awaited, first=result
        )

    async def _file(self, image_id: str, timeout: float) -> UserFile | None:
        request = user_files.list_user_files(ids=[image_id], limit=1)
        page = await self._engine.call(request, timeout=timeout)
        return page.files[0] if page.files else None
