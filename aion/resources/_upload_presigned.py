"""Uploads in separate steps: request presigned URLs, send the bytes there, confirm.

Only the older contract has these endpoints, `get_batch_status` excepted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aion import _checks as check
from aion._requests.idempotency import keyed, new_key
from aion._requests.storage import target_of
from aion._runtime import aio as rt
from aion.types.common import StorageTarget
from aion.types.upload import (
    BatchConfirmResult,
    BatchPrepareResult,
    ConfirmResult,
    FileInfo,
    PresignedUrlInfo,
    UploadBatchStatusResult,
    UploadConfirmation,
)
from aion_api import UNSET
from aion_api.api import uploads
from aion_api.models import uploads as wire

MOST_PREPARED = 5
"""Most files in one prepared batch."""
_LONGEST_NAME = 255
_INTENTS = ("describe", "verify", "rules", "document_extraction")
_LEVELS = ("quick", "standard", "thorough", "critical")
_KINDS = ("image", "document")


class PresignedUploads:
    """Uploads files in steps by presigned URLs."""

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def request_presigned_url(
        self,
        filename: str,
        content_type: str,
        size_bytes: int,
        *,
        purpose: str = "image_analysis",
        idempotency_key: str | None = None,
        storage_target: StorageTarget | str = "default",
    ) -> PresignedUrlInfo:
        """Request a URL to send the bytes of one file to. Only the older contract has this.

        Send the bytes with `upload_method` and exactly `upload_headers`, without the API key;
        for ``POST`` as a form of `upload_fields` and the file. Then call `confirm_upload`.

        Args:
            filename: The name to store, from 1 to 255 characters.
            content_type: Its media type, such as ``image/jpeg``.
            size_bytes: Its size, 1 or more.
            purpose: What the upload is for.
            idempotency_key: Your own name for this upload, which stays the same when you retry. By
                default, each call creates one, so that its retries are safe.
            storage_target: Where the bytes are stored. ``custom`` needs an S3 configuration.

        Returns:
            The URL to send the bytes to, and how.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            ResourceNotFoundError: The service does not have this endpoint any more.
            AionvisionError: The call failed.

        Endpoint: ``POST /uploads/request-presigned-url``
        """
        body = wire.PresignedUploadRequest(
            filename=check.stored_name("filename", filename),
            content_type=_media_type("content_type", content_type),
            size_bytes=check.whole_number("size_bytes", size_bytes, 1),
            purpose=check.text("purpose", purpose, 1, _LONGEST_NAME),
            idempotency_key=_key("idempotency_key", idempotency_key) or new_key(),
            storage_target=target_of("storage_target", storage_target),
        )
        request = keyed(uploads.request_presigned_upload_url(body=body))
        return await self._engine.call(request.decoding(PresignedUrlInfo.from_api_response))

    async def confirm_upload(
        self,
        object_key: str,
        size_bytes: int,
        *,
        checksum: str | None = None,
        content_type: str | None = None,
    ) -> ConfirmResult:
        """Confirm that the bytes of one file were sent. Only the older contract has this.

        The service then stores and describes the file. It does not return the id of the image.

        Args:
            object_key: The object key that `request_presigned_url` returned.
            size_bytes: Number of bytes sent, 1 or more.
            checksum: Their checksum.
            content_type: Their media type.

        Returns:
            The receipt.

        Raises:
            ValidationError: An argument is out of range, or the bytes are not in storage.
            ResourceNotFoundError: The service does not have this endpoint any more.
            AionvisionError: The call failed.

        Endpoint: ``POST /uploads/confirm``
        """
        body = wire.UploadConfirmationRequest(
            object_key=check.text("object_key", object_key, 1, 1024),
            size_bytes=check.whole_number("size_bytes", size_bytes, 1),
            checksum=UNSET if checksum is None else check.text("checksum", checksum, 1, 255),
            content_type=(
                UNSET if content_type is None else _media_type("content_type", content_type)
            ),
        )
        return await self._engine.call(uploads.confirm_upload(body=body))

    async def batch_prepare(
        self,
        files: Sequence[FileInfo | Mapping[str, Any]],
        *,
        intent: str = "describe",
        verification_level: str = "standard",
        additional_params: Mapping[str, Any] | None = None,
    ) -> BatchPrepareResult:
        """Request URLs to send the bytes of a few files to. Only the older contract has this.

        Args:
            files: From 1 to 5 files, as `FileInfo` or dictionaries of its fields.
            intent: ``describe``, ``verify``, ``rules`` or ``document_extraction``.
            verification_level: ``quick``, ``standard``, ``thorough`` or ``critical``.
            additional_params: Further parameters of the intent, such as a prompt.

        Returns:
            The batch, with a URL for each file.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            ResourceNotFoundError: The service does not have this endpoint any more.
            AionvisionError: The call failed.

        Endpoint: ``POST /uploads/batch-prepare``
        """
        body = wire.BatchUploadPrepareRequest(
            files=[
                _file_info(f"files[{number}]", one)
                for number, one in enumerate(check.entries("files", files, most=MOST_PREPARED))
            ],
            intent=check.choice("intent", intent, _INTENTS),
            verification_level=check.choice("verification_level", verification_level, _LEVELS),
            additional_params=(
                UNSET
                if additional_params is None
                else check.mapping("additional_params", additional_params)
            ),
        )
        request = uploads.prepare_batch_upload(body=body)
        return await self._engine.call(request.decoding(BatchPrepareResult.from_api_response))

    async def batch_confirm(
        self,
        batch_id: str,
        confirmations: Sequence[UploadConfirmation | Mapping[str, Any]],
        *,
        auto_process: bool = True,
    ) -> BatchConfirmResult:
        """Confirm the outcome of the uploads of a prepared batch. Only the older contract has this.

        Args:
            batch_id: The prepared batch.
            confirmations: One for each file, failed ones with `success` false, as
                `UploadConfirmation` or dictionaries of its fields.
            auto_process: Start to process the files at once.

        Returns:
            The files that are stored, and those that are not.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            ResourceNotFoundError: The batch does not exist, or the service does not have this
                endpoint any more.
            AionvisionError: The call failed.

        Endpoint: ``POST /uploads/batch-confirm``
        """
        body = wire.BatchUploadConfirmRequest(
            batch_id=check.identifier("batch_id", batch_id),
            confirmations=[
                _confirmation(f"confirmations[{number}]", one)
                for number, one in enumerate(
                    check.entries("confirmations", confirmations, most=MOST_PREPARED)
                )
            ],
            auto_process=auto_process,
        )
        request = uploads.confirm_batch_upload(body=body)
        return await self._engine.call(request.decoding(BatchConfirmResult.from_api_response))

    async def get_batch_status(self, batch_id: str) -> UploadBatchStatusResult:
        """Get the status of the files of an upload batch.

        Args:
            batch_id: The id of a batch of `batch_prepare`, or of an upload session.

        Raises:
            ResourceNotFoundError: The batch does not exist.
            AionvisionError: The call failed.

        Endpoint: ``GET /uploads/batch/{batch_id}/status``
        """
        request = uploads.get_batch_status(check.identifier("batch_id", batch_id))
        return await self._engine.call(request.decoding(UploadBatchStatusResult.from_api_response))


def _file_info(field: str, value: FileInfo | Mapping[str, Any]) -> wire.FileInfo:
    facts = check.facts(field, value, FileInfo)
    target = facts.get("storage_target")
    return wire.FileInfo(
        filename=check.stored_name(f"{field}.filename", facts.get("filename")),
        size_bytes=check.whole_number(f"{field}.size_bytes", facts.get("size_bytes"), 1),
        content_type=_media_type(f"{field}.content_type", facts.get("content_type")),
        idempotency_key=_key(f"{field}.idempotency_key", facts.get("idempotency_key")),
        storage_target=UNSET if target is None else target_of(f"{field}.storage_target", target),
    )


def _confirmation(
    field: str, value: UploadConfirmation | Mapping[str, Any]
) -> wire.UploadConfirmation:
    facts = check.facts(field, value, UploadConfirmation)
    success = facts.get("success")
    if not isinstance(success, bool):
        check.refuse(f"{field}.success", success, "True or False")
    kind = facts.get("media_type")
    return wire.UploadConfirmation(
        object_key=check.text(f"{field}.object_key", facts.get("object_key"), 1, 1024),
        success=success,
        file_size=check.whole_number(f"{field}.file_size", facts.get("file_size"), 1),
        checksum=facts.get("checksum", UNSET),
        error_message=facts.get("error_message", UNSET),
        media_type=UNSET if kind is None else check.choice(f"{field}.media_type", kind, _KINDS),
    )


def _key(field: str, value: str | None) -> Any:
    return UNSET if value is None else check.text(field, value, 1, 128)


def _media_type(field: str, value: Any) -> str:
    kind = check.text(field, value, 3, _LONGEST_NAME)
    if kind.count("/") != 1 or any(one.isspace() for one in kind):
        check.refuse(field, value, "a media type, such as image/jpeg")
    return kind
