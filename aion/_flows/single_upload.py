"""Uploads one image, and polls its description."""

from __future__ import annotations

from aion._flows.bulk_upload import image_batch
from aion._flows.polling import poll_job
from aion._flows.quota import allowance_for
from aion._runtime import aio as rt
from aion._waiting.errors import Awaited
from aion._waiting.plan import PollPlan, begin
from aion.exceptions import (
    AionvisionTimeoutError,
    DescriptionError,
    ResourceNotFoundError,
    UploadError,
)
from aion.types.describe import DescriptionStatus
from aion.types.upload import UploadResult
from aion.uploads._errors import IMAGES
from aion.uploads._expand import UploadInput
from aion.uploads._local_file import Upload
from aion.uploads._plan import Callbacks, Pace
from aion_api.api import user_files
from aion_api.models.user_files import StreamBatchUploadBody, UserFile


async def upload_image(
    engine: rt.Engine,
    source: Upload,
    target: str,
    *,
    wait: bool,
    raise_on_failure: bool,
    timeout: float | None,
) -> UploadResult:
    """Send one image as a batch of one, so that a lost response is recovered.

    Args:
        engine: Sends the requests.
        source: The image.
        target: Where its bytes are stored.
        wait: Poll until its description has ended.
        raise_on_failure: Raise when the description fails.
        timeout: Seconds to wait for it; None uses `polling_timeout`.

    Raises:
        UploadError: The service did not accept the image.
        DescriptionError: The image is stored, but its description failed.
        AionvisionError: As `poll_job`, or the call failed.
    """
    allowed = await allowance_for(engine, 1)
    form = StreamBatchUploadBody(files=[], storage_target=target)
    batch = image_batch(engine, [UploadInput(0, source)], form, Callbacks())
    await batch.send(Pace(1, 1), allowed.moment)
    plan = begin(engine.config, timeout)
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
    if wait and result.is_pending:
        result = await _described(engine, result, plan)
    if wait and raise_on_failure and result.is_failed:
        raise DescriptionError(
            f"the description of {result.filename} failed: {result.description_error}",
            image_id=result.image_id,
            status=result.description_status.value,
        )
    return result


async def description_of(engine: rt.Engine, image_id: str, plan: PollPlan) -> DescriptionStatus:
    """Poll the description of a stored image until it has ended.

    Raises:
        ResourceNotFoundError: The image does not exist.
        AionvisionError: As `poll_job`.
    """

    async def call(timeout: float) -> DescriptionStatus:
        file = await _file(engine, image_id, timeout)
        if file is None:
            raise ResourceNotFoundError("image", image_id)
        return DescriptionStatus.from_file(file)

    awaited = Awaited[DescriptionStatus](
        f"the description of image {image_id}",
        IMAGES.resume_hint(image_id, rt.AWAIT),
        {"image_id": image_id},
        lambda last: {"status": last.status},
    )
    return await poll_job(engine, call, lambda state: state.is_complete, plan, awaited)


async def _described(engine: rt.Engine, result: UploadResult, plan: PollPlan) -> UploadResult:
    async def call(timeout: float) -> UploadResult:
        file = await _file(engine, result.image_id, timeout)
        # A file stored a moment ago may not be listed yet: it stays pending.
        return result if file is None else result.with_file(file)

    awaited = Awaited[UploadResult](
        f"the description of {result.filename}",
        IMAGES.resume_hint(result.image_id, rt.AWAIT),
        {"image_id": result.image_id},
        lambda last: {"status": last.description_status.value},
    )
    return await poll_job(
        engine, call, lambda state: not state.is_pending, plan, awaited, first=result
    )


async def _file(engine: rt.Engine, image_id: str, timeout: float) -> UserFile | None:
    request = user_files.list_user_files(ids=[image_id], limit=1)
    page = await engine.call(request, timeout=timeout)
    return page.files[0] if page.files else None


__all__ = ["description_of", "upload_image"]
