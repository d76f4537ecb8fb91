"""`client.uploads`: bring images into the library and wait for their descriptions."""

from __future__ import annotations

import time
from pathlib import Path

from aion import _checks as check
from aion import _files, _media
from aion._batches import LARGEST_CHUNK
from aion._flows.waiting import until
from aion._polling import PollPlan
from aion.exceptions import (
    AionvisionTimeoutError,
    DescriptionError,
    ResourceNotFoundError,
    UploadError,
)
from aion.resources._batch_uploads import BatchUploads, storage
from aion.types.common import DescriptionStatus, StorageTarget
from aion.types.describe import DescriptionStatus as DescriptionState
from aion.types.upload import UploadResult
from aion_api import File
from aion_api.api import user_files
from aion_api.models.user_files import (
    StreamBatchFileResult,
    StreamBatchUploadBody,
    StreamBatchUploadResponse,
    UserFile,
)

SUPPORTED_CONTENT_TYPES = set(_media.IMAGE_TYPES)
SUPPORTED_EXTENSIONS = set(_files.IMAGE_EXTENSIONS)
BATCH_CHUNK_SIZE = LARGEST_CHUNK
MAX_BATCH_FILES = _files.MOST_FILES


class UploadResource(BatchUploads):
    """Uploads images and follows their descriptions."""

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

        The file is streamed from disk. What it is, is decided by its first bytes.

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

        Endpoint: ``POST /user-files/upload/stream-batch``
        """
        target = storage(storage_target)
        if description_timeout is not None:
            check.seconds("description_timeout", description_timeout)
        source = _media.image(file, filename)
        await self._require_quota(1)
        result = UploadResult.from_stored(await self._send(source, target))
        if wait_for_descriptions:
            result = await self._described(result, description_timeout)
            if raise_on_failure and result.is_failed:
                raise DescriptionError(
                    f"the description of {result.filename} failed: {result.description_error}",
                    image_id=result.image_id,
                    status=result.description_status.value,
                )
        return result

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

        Endpoint: ``GET /user-files``
        """
        wanted = check.identifier("image_id", image_id)
        plan = self._plan(timeout, poll_interval)

        async def look(left: float) -> DescriptionState:
            file = await self._file(wanted, left)
            if file is None:
                raise ResourceNotFoundError("image", wanted)
            return DescriptionState.from_file(file)

        def late(last: DescriptionState | None) -> AionvisionTimeoutError:
            return _late(f"image {wanted}", wanted, plan, last)

        return await until(look, lambda state: state.is_complete, plan, late)

    async def _send(self, source: _media.Upload, target: str) -> StreamBatchFileResult:
        body = StreamBatchUploadBody(
            files=[File(source.content, source.filename, source.content_type)],
            storage_target=target,
        )
        answer = await self._engine.call(user_files.stream_batch_upload(body=body))
        return _only_result(answer, source.filename)

    async def _described(self, result: UploadResult, timeout: float | None) -> UploadResult:
        plan = self._plan(timeout, None)

        async def look(left: float) -> UploadResult:
            file = await self._file(result.image_id, left)
            # A file that was stored a moment ago may not be listed yet: that is not its end.
            return result if file is None else result.with_file(file)

        def late(last: UploadResult | None) -> AionvisionTimeoutError:
            return _late(result.filename, result.image_id, plan, last or result)

        return await until(look, lambda state: not state.is_pending, plan, late)

    async def _file(self, image_id: str, left: float) -> UserFile | None:
        request = user_files.list_user_files(ids=[image_id], limit=1)
        timeout = min(self._engine.config.timeout, left)
        page = await self._engine.call(request, timeout=timeout)
        return page.files[0] if page.files else None


def _only_result(answer: StreamBatchUploadResponse, filename: str) -> StreamBatchFileResult:
    """The result of the one file of a request."""
    for rejection in answer.rejections or ():
        raise UploadError(
            f"{filename} was not accepted: {rejection.reason}",
            filename=filename,
            stage="upload",
            session_id=answer.session_id,
        )
    for stored in answer.immediate_results or ():
        if stored.status == DescriptionStatus.FAILED.value:
            raise UploadError(
                f"{filename} was not stored: {stored.error or 'the service gave no reason'}",
                filename=filename,
                stage="upload",
                session_id=answer.session_id,
            )
        return stored
    raise UploadError(
        f"the service said nothing of what became of {filename}",
        filename=filename,
        stage="session_results",
        session_id=answer.session_id,
    )


def _late(
    what: str, image_id: str, plan: PollPlan, last: UploadResult | DescriptionState | None
) -> AionvisionTimeoutError:
    match last:
        case UploadResult():
            status = last.description_status.value
        case DescriptionState():
            status = last.status
        case None:
            status = "not known"
    waited = time.monotonic() - plan.start
    error = AionvisionTimeoutError(
        f"the description of {what} is still {status} after {waited:.3g} s. The image is"
        f" stored: go on with wait_for_description({image_id!r}), do not upload it again",
        last_result=last,
    )
    error.details = {"image_id": image_id, "status": status}
    return error
