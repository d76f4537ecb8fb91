"""`client.cloud_storage`: connect cloud drives, import from them and export to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aion import _checks as check
from aion._flows.polling import poll_job
from aion._requests.cloud_storage import LONGEST, MOST_FILES, cloud_files, done_at_once, optional
from aion._runtime import aio as rt
from aion._waiting.errors import Awaited
from aion._waiting.plan import begin
from aion.exceptions import CloudStorageError
from aion.types.callbacks import CloudStorageJobProgressEvent
from aion.types.cloud_storage import (
    CloudFileInput,
    CloudStorageJob,
    CompleteAuthResult,
    ConnectionList,
    DisconnectResult,
    ExportResult,
    ImportResult,
    InitiateAuthResult,
)
from aion.types.common import CloudStorageJobStatus
from aion_api import UNSET
from aion_api.api import cloud_storage
from aion_api.models import cloud_storage as wire


class CloudStorageResource:
    """Connects cloud drives and moves files between them and the library."""

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def initiate_auth(
        self, provider: str, *, redirect_uri: str | None = None
    ) -> InitiateAuthResult:
        """Start to connect an account: send the user to `authorization_url`.

        The service may ask for a signed-in user instead of an API key.

        Args:
            provider: ``google_drive``.
            redirect_uri: The URL to which the provider redirects the user.

        Returns:
            The URL for the user, and the `state` to compare after the redirect.

        Raises:
            ValidationError: The provider is not known.
            AuthenticationError: The service requires a signed-in user.
            AionvisionError: The call failed.

        Endpoint: ``POST /cloud-storage/auth/{provider}``
        """
        name = check.identifier("provider", provider)
        body = wire.InitiateAuthRequest(
            provider=name, redirect_uri=optional("redirect_uri", redirect_uri)
        )
        return await self._engine.call(cloud_storage.initiate_auth(name, body=body))

    async def complete_auth(
        self, provider: str, *, code: str, state: str, redirect_uri: str | None = None
    ) -> CompleteAuthResult:
        """Finish connecting an account, with the parameters of the provider's redirect.

        The service may ask for a signed-in user instead of an API key.

        Args:
            provider: ``google_drive``.
            code: The authorization code of the redirect.
            state: The state of the redirect; it is valid once.
            redirect_uri: The URL that was passed to `initiate_auth`.

        Returns:
            The connection, and whether it is a new one.

        Raises:
            ValidationError: The code or the state is not valid.
            AuthenticationError: The service requires a signed-in user.
            AionvisionError: The call failed.

        Endpoint: ``POST /cloud-storage/auth/{provider}/callback``
        """
        body = wire.CompleteAuthRequest(
            code=check.text("code", code, 1, LONGEST),
            state=check.text("state", state, 1, LONGEST),
            redirect_uri=optional("redirect_uri", redirect_uri),
        )
        name = check.identifier("provider", provider)
        return await self._engine.call(cloud_storage.complete_auth(name, body=body))

    async def list_connections(
        self, *, provider: str | None = None, active_only: bool = True
    ) -> ConnectionList:
        """List the connected accounts, all in one response.

        Args:
            provider: Only accounts of this provider.
            active_only: Only accounts that can still be used.

        Raises:
            AionvisionError: The call failed.

        Endpoint: ``GET /cloud-storage/connections``
        """
        if provider is not None:
            check.identifier("provider", provider)
        request = cloud_storage.list_connections(provider=provider, active_only=active_only)
        return await self._engine.call(request)

    async def disconnect(self, connection_id: str) -> DisconnectResult:
        """Disconnect an account. Files that were imported from it stay.

        Args:
            connection_id: The connection.

        Raises:
            ResourceNotFoundError: The connection does not exist.
            AionvisionError: The call failed.

        Endpoint: ``DELETE /cloud-storage/connections/{connection_id}``
        """
        identifier = check.identifier("connection_id", connection_id)
        return await self._engine.call(cloud_storage.disconnect(identifier))

    async def start_import(
        self,
        connection_id: str,
        files: Sequence[CloudFileInput | Mapping[str, Any]],
        *,
        auto_describe: bool = True,
        tags: Sequence[str] | None = None,
        collection_id: str | None = None,
    ) -> ImportResult:
        """Start to import files.

        The image ids of the response are valid at once; the job imports their content. Older
        deployments may import a few files within the call, without a job.

        Args:
            connection_id: The connection to import from.
            files: The files to import, at least one, as `CloudFileInput` or dictionaries of its
                fields.
            auto_describe: Describe the images.
            tags: Tags for all of them: at most 40 of at most 50 characters.
            collection_id: A collection to put them into.

        Returns:
            The ids of the images, and the job to poll.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            ResourceNotFoundError: The connection does not exist.
            RateLimitError: The usage limit is reached.
            ServerError: The storage is full (507).
            AionvisionError: The call failed.

        Endpoint: ``POST /cloud-storage/import``
        """
        words = check.texts("tags", tags, most=40, longest=50)
        body = wire.ImportFilesRequest(
            connection_id=check.identifier("connection_id", connection_id),
            files=cloud_files(files),
            auto_describe=auto_describe,
            tags=UNSET if words is None else words,
            collection_id=optional("collection_id", collection_id),
        )
        return await self._engine.call(cloud_storage.import_files(body=body))

    async def start_export(
        self,
        connection_id: str,
        image_ids: Sequence[str],
        *,
        folder_id: str | None = None,
        folder_name: str | None = None,
    ) -> ExportResult:
        """Start to export images.

        Args:
            connection_id: The connection to export to.
            image_ids: The images, at least one.
            folder_id: The destination folder in the cloud drive.
            folder_name: Create a destination folder of this name, instead of `folder_id`.

        Returns:
            The job to poll.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            ResourceNotFoundError: The connection or an image does not exist.
            AionvisionError: The call failed.

        Endpoint: ``POST /cloud-storage/export``
        """
        if folder_id is not None and folder_name is not None:
            check.refuse("folder_name", folder_name, "left out where folder_id is given")
        ids = check.identifiers("image_ids", image_ids, most=MOST_FILES)
        body = wire.ExportFilesRequest(
            connection_id=check.identifier("connection_id", connection_id),
            image_ids=ids,
            folder_id=optional("folder_id", folder_id),
            folder_name=optional("folder_name", folder_name),
        )
        return await self._engine.call(cloud_storage.export_files(body=body))

    async def get_job(self, job_id: str) -> CloudStorageJob:
        """Get the status of an import or export.

        Args:
            job_id: The job.

        Raises:
            ResourceNotFoundError: The job does not exist.
            AionvisionError: The call failed.

        Endpoint: ``GET /cloud-storage/jobs/{job_id}``
        """
        return await self._job(check.identifier("job_id", job_id), None)

    @rt.opens_callbacks
    async def wait_for_job(
        self,
        job_id: str,
        *,
        timeout: float | None = None,
        poll_interval: float | None = None,
        on_progress: Callable[[CloudStorageJobProgressEvent], Any] | None = None,
    ) -> CloudStorageJob:
        """Wait until an import or export has ended.

        Args:
            job_id: The job.
            timeout: Seconds to wait, instead of the client's `polling_timeout`.
            poll_interval: Seconds between two polls, instead of the client's `polling_interval`.
            on_progress: Called with the job after each poll.

        Returns:
            The final state of the job: ``completed``, ``partial`` if some files could not be moved,
            or ``cancelled``.

        Raises:
            CloudStorageError: The job failed.
            ResourceNotFoundError: The job does not exist.
            AionvisionTimeoutError: It has not ended in time; `last_result` holds its last state.
                Call this again with the same id to resume the wait.
            AionvisionError: Polling failed, and retrying cannot fix it; `details` has its id.

        Endpoint: ``GET /cloud-storage/jobs/{job_id}``
        """
        identifier = check.identifier("job_id", job_id)
        plan = begin(self._engine.config, timeout, poll_interval)
        rt.check_callbacks(on_progress=on_progress)

        async def call(timeout: float) -> CloudStorageJob:
            return await self._job(identifier, timeout)

        async def report(job: CloudStorageJob) -> None:
            await rt.notify(on_progress, CloudStorageJobProgressEvent(job))

        awaited = _named(identifier)
        job = await poll_job(
            self._engine, call, lambda state: state.is_terminal, plan, awaited, on_state=report
        )
        if job.status == CloudStorageJobStatus.FAILED.value:
            raise CloudStorageError(
                f"the {job.type} failed: {job.error or 'the service gave no reason'}",
                job_id=job.job_id,
                job_status=job.status,
            )
        return job

    @rt.opens_callbacks
    async def import_and_wait(
        self,
        connection_id: str,
        files: Sequence[CloudFileInput | Mapping[str, Any]],
        *,
        auto_describe: bool = True,
        tags: Sequence[str] | None = None,
        collection_id: str | None = None,
        timeout: float | None = None,
        poll_interval: float | None = None,
        on_progress: Callable[[CloudStorageJobProgressEvent], Any] | None = None,
    ) -> CloudStorageJob:
        """Import files and wait for the end of the job: `start_import`, then `wait_for_job`.

        Args:
            connection_id: The connection to import from.
            files: The files to import, at least one, as `CloudFileInput` or dictionaries of its
                fields.
            auto_describe: Describe the images.
            tags: Tags for all of them: at most 40 of at most 50 characters.
            collection_id: A collection to put them into.
            timeout: Seconds to wait, instead of the client's `polling_timeout`.
            poll_interval: Seconds between two polls, instead of the client's `polling_interval`.
            on_progress: Called with the job after each poll.

        Returns:
            The final state of the job. If an older deployment imported within the call, without a
            job, this is a completed job with an empty id.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            CloudStorageError: The import failed.
            AionvisionTimeoutError: It has not ended in time, and keeps running: wait for the job of
                `last_result` with `wait_for_job`, do not import again.
            AionvisionError: A call failed. ``details["job_id"]`` is the id of a running job.

        Endpoint: ``POST /cloud-storage/import``, ``GET /cloud-storage/jobs/{job_id}``
        """
        check.optional_seconds("timeout", timeout)
        check.optional_seconds("poll_interval", poll_interval)
        rt.check_callbacks(on_progress=on_progress)
        begun = await self.start_import(
            connection_id,
            files,
            auto_describe=auto_describe,
            tags=tags,
            collection_id=collection_id,
        )
        if not begun.job_id:
            return done_at_once("import", connection_id, begun.total_files or len(files))
        return await self.wait_for_job(
            begun.job_id, timeout=timeout, poll_interval=poll_interval, on_progress=on_progress
        )

    @rt.opens_callbacks
    async def export_and_wait(
        self,
        connection_id: str,
        image_ids: Sequence[str],
        *,
        folder_id: str | None = None,
        folder_name: str | None = None,
        timeout: float | None = None,
        poll_interval: float | None = None,
        on_progress: Callable[[CloudStorageJobProgressEvent], Any] | None = None,
    ) -> CloudStorageJob:
        """Export images and wait for the end of the job: `start_export`, then `wait_for_job`.

        Args:
            connection_id: The connection to export to.
            image_ids: The images, at least one.
            folder_id: The destination folder in the cloud drive.
            folder_name: Create a destination folder of this name, instead of `folder_id`.
            timeout: Seconds to wait, instead of the client's `polling_timeout`.
            poll_interval: Seconds between two polls, instead of the client's `polling_interval`.
            on_progress: Called with the job after each poll.

        Returns:
            The final state of the job. If a deployment exported within the call, without a job,
            this is a completed job with an empty id.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            CloudStorageError: The export failed.
            AionvisionTimeoutError: It has not ended in time, and keeps running: wait for the job of
                `last_result` with `wait_for_job`, do not export again.
            AionvisionError: A call failed. ``details["job_id"]`` is the id of a running job.

        Endpoint: ``POST /cloud-storage/export``, ``GET /cloud-storage/jobs/{job_id}``
        """
        check.optional_seconds("timeout", timeout)
        check.optional_seconds("poll_interval", poll_interval)
        rt.check_callbacks(on_progress=on_progress)
        begun = await self.start_export(
            connection_id, image_ids, folder_id=folder_id, folder_name=folder_name
        )
        if not begun.job_id:
            return done_at_once("export", connection_id, len(image_ids))
        return await self.wait_for_job(
            begun.job_id, timeout=timeout, poll_interval=poll_interval, on_progress=on_progress
        )

    async def _job(self, job_id: str, timeout: float | None) -> CloudStorageJob:
        request = cloud_storage.get_job_status(job_id)
        return await self._engine.call(
            request.decoding(CloudStorageJob.from_api_response), timeout=timeout
        )


def _named(job_id: str) -> Awaited[CloudStorageJob]:
    return Awaited(
        f"the job {job_id}",
        f"It keeps running: resume with {rt.AWAIT}client.cloud_storage.wait_for_job({job_id!r}), do"
        " not start another",
        {"job_id": job_id},
        lambda last: {"status": last.status},
    )
