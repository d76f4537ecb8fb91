"""`client.uploads`: upload images and wait for their descriptions."""

from __future__ import annotations

from pathlib import Path

from aion import _checks as check
from aion._flows.single_upload import description_of, upload_image
from aion._requests.storage import target_of
from aion._runtime import aio as rt
from aion._waiting.plan import begin
from aion.resources._upload_bulk import BatchUploads
from aion.types.common import StorageTarget
from aion.types.describe import DescriptionStatus as DescriptionState
from aion.types.upload import UploadResult
from aion.uploads import _expand, _local_file, _media_types
from aion.uploads._plan import LARGEST_CHUNK

SUPPORTED_CONTENT_TYPES = set(_media_types.IMAGE_TYPES)
SUPPORTED_EXTENSIONS = set(_media_types.IMAGE_EXTENSIONS)
BATCH_CHUNK_SIZE = LARGEST_CHUNK
MAX_BATCH_FILES = _expand.MOST_FILES


class UploadResource(BatchUploads):
    """Uploads images and polls their descriptions."""

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

        The file is streamed from disk. Its first bytes decide its type. After a lost response, the
        service is asked by hash whether the file is stored, and it is resent if it is not. An older
        image with the same bytes is then treated as the file.

        Args:
            file: A path, or the bytes of an image: JPEG, PNG, WebP or GIF, at most 100 MB.
            filename: The name to store. Needed for bytes; a path has its own.
            wait_for_descriptions: Wait until the AI description has ended.
            raise_on_failure: Raise when the description fails; otherwise the result reports it.
            description_timeout: Seconds to wait for it, instead of the client's
                `polling_timeout`.
            storage_target: Where the bytes are stored. ``custom`` needs an S3 configuration.

        Returns:
            The stored image, with its description if that was waited for.

        Raises:
            ValidationError: The file is missing, a directory, empty, too large or not an image, or
                bytes come without a name. Nothing was sent.
            QuotaExceededError: The quota is used up. Nothing was stored.
            UploadError: The service did not accept the file.
            DescriptionError: It is stored, but its description failed.
            AionvisionTimeoutError: It is stored, but its description is not ready in time;
                `last_result` holds the `UploadResult`, with the id to resume the wait.
            AionvisionError: The call failed. If the image is stored, ``details["image_id"]`` is its
                id, and `wait_for_description` resumes the wait.

        Endpoint: ``POST /user-files/upload/stream-batch``
        """
        target = target_of("storage_target", storage_target)
        check.optional_seconds("description_timeout", description_timeout)
        source = _local_file.image(file, filename)
        return await upload_image(
            self._engine,
            source,
            target,
            wait=wait_for_descriptions,
            raise_on_failure=raise_on_failure,
            timeout=description_timeout,
        )

    @rt.opens_callbacks
    async def wait_for_description(
        self,
        image_id: str,
        *,
        timeout: float | None = None,
        poll_interval: float | None = None,
    ) -> DescriptionState:
        """Wait until the description of an image has ended or failed.

        Args:
            image_id: The stored image.
            timeout: Seconds to wait, instead of the client's `polling_timeout`.
            poll_interval: Seconds between two polls, instead of the client's `polling_interval`.

        Returns:
            Its final state: `is_successful` is true if there is a description.

        Raises:
            ResourceNotFoundError: The image does not exist.
            AionvisionTimeoutError: It has not ended in time; `last_result` holds its last state.
                Call this again with the same id to resume the wait.
            AionvisionError: Polling failed, and retrying cannot fix it; `details` has its id.

        Endpoint: ``GET /user-files``
        """
        identifier = check.identifier("image_id", image_id)
        plan = begin(self._engine.config, timeout, poll_interval)

        return await description_of(self._engine, identifier, plan)
