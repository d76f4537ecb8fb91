"""The part of `client.documents` for callers who send the bytes to presigned URLs themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from aion import _checks as check
from aion._plain_values import by_value, with_plain_keys
from aion._requests.idempotency import keyed, new_key
from aion._requests.storage import target_of
from aion._runtime import aio as rt
from aion.types.common import StorageTarget
from aion.types.documents import (
    DocumentBatchConfirmResult,
    DocumentBatchPrepareResult,
    DocumentBatchStatusResult,
    DocumentConfirmResult,
    DocumentPresignedUploadResult,
    DocumentQuotaCheck,
    DocumentStatusResult,
)
from aion.uploads._media_types import DOCUMENT_TYPES
from aion_api import UNSET
from aion_api.api import document_uploads
from aion_api.models.document_uploads import (
    DocumentBatchConfirmRequest,
    DocumentBatchPrepareRequest,
    DocumentConfirmationRequest,
    DocumentFileInfo,
    DocumentPresignedUploadRequest,
    DocumentUploadConfirmation,
)

LARGEST = 50 * 1024 * 1024
_MOST = 100
_TYPES = tuple(DOCUMENT_TYPES.values())
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,128}\Z")


class PresignedDocuments:
    """Uploads documents in steps: request a URL, send the bytes there, confirm, poll."""

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def request_upload(
        self,
        filename: str,
        content_type: str,
        size_bytes: int,
        *,
        storage_target: StorageTarget | str = "default",
        idempotency_key: str | None = None,
    ) -> DocumentPresignedUploadResult:
        """Request a URL to send one document to. `upload_one` does all steps at once.

        Args:
            filename: The name to store, with its extension.
            content_type: ``application/pdf``, the media type of DOCX, ``text/plain`` or
                ``text/markdown``.
            size_bytes: The exact size in bytes, from 1 to 52,428,800 (50 MiB).
            storage_target: Where the bytes are stored. ``custom`` needs an S3 configuration.
            idempotency_key: The same key returns the same upload: 1 to 128 letters, digits, ``_``,
                ``-`` or ``.``.

        Returns:
            The URL to send the bytes to, and the headers to send. It is valid for 10 minutes.

        Raises:
            ValidationError: An argument is out of range (nothing was sent), or the storage of the
                tenant is full.
            QuotaExceededError: The quota is used up.
            AionvisionError: The call failed.

        Endpoint: ``POST /document-uploads/request-presigned-url``
        """
        body = DocumentPresignedUploadRequest(
            filename=check.stored_name("filename", filename),
            content_type=check.choice("content_type", content_type, _TYPES),
            size_bytes=check.whole_number("size_bytes", size_bytes, 1, LARGEST),
            storage_target=target_of("storage_target", storage_target),
            idempotency_key=_key("idempotency_key", idempotency_key) or new_key(),
        )
        request = keyed(document_uploads.request_document_presigned_url(body=body))
        return await self._engine.call(
            request.decoding(DocumentPresignedUploadResult.from_api_response)
        )

    async def confirm_upload(
        self,
        object_key: str,
        size_bytes: int,
        content_type: str,
        *,
        checksum: str | None = None,
    ) -> DocumentConfirmResult:
        """Confirm that the bytes of a document were sent; create it and start its processing.

        Confirming the same upload twice returns the same document.

        Args:
            object_key: The object key that `request_upload` returned.
            size_bytes: Number of bytes sent, from 1 to 52,428,800.
            content_type: The media type of the request that sent them.
            checksum: Their SHA-256, as ``sha256:`` and hexadecimal digits.

        Returns:
            The document, which is a new one or an older one with the same bytes.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /document-uploads/confirm``
        """
        body = DocumentConfirmationRequest(
            object_key=check.text("object_key", object_key, 1, 1024),
            size_bytes=check.whole_number("size_bytes", size_bytes, 1, LARGEST),
            content_type=check.choice("content_type", content_type, _TYPES),
            checksum=UNSET if checksum is None else check.text("checksum", checksum, 1, 200),
        )
        request = document_uploads.confirm_document_upload(body=body)
        return await self._engine.call(request.decoding(DocumentConfirmResult.from_api_response))

    async def get_status(self, document_id: str) -> DocumentStatusResult:
        """Get the processing status of a document.

        Args:
            document_id: The document.

        Raises:
            ResourceNotFoundError: The document does not exist.
            AionvisionError: The call failed.

        Endpoint: ``GET /document-uploads/{document_id}/status``
        """
        request = document_uploads.get_document_status(check.identifier("document_id", document_id))
        return await self._engine.call(request.decoding(DocumentStatusResult.from_api_response))

    async def quota_check(self, file_count: int = 1) -> DocumentQuotaCheck:
        """Get the remaining quota for uploads.

        Args:
            file_count: Number of documents to upload, 1 or more.

        Returns:
            Whether they may be uploaded, and the quota. The service counts uploads, not bytes.

        Raises:
            ValidationError: `file_count` is below 1; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``GET /document-uploads/quota-check``
        """
        count = check.whole_number("file_count", file_count, 1)
        request = document_uploads.check_document_upload_quota(file_count=count)
        return await self._engine.call(request.decoding(DocumentQuotaCheck.from_api_response))

    async def batch_prepare(
        self,
        files: Sequence[Mapping[str, Any]],
        *,
        additional_params: Mapping[str, Any] | None = None,
    ) -> DocumentBatchPrepareResult:
        """Request URLs to send several documents to. `upload` does all steps at once.

        Args:
            files: 1 to 100 mappings with ``filename``, ``content_type`` and ``size_bytes``, and
                optionally ``idempotency_key`` and ``storage_target``, as in `request_upload`.
            additional_params: Settings for the whole batch, such as ``language``.

        Returns:
            The id of the batch, and the URL for each document.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            QuotaExceededError: The quota is used up.
            AionvisionError: The call failed.

        Endpoint: ``POST /document-uploads/batch-prepare``
        """
        value = check.entries("files", files, most=_MOST)
        body = DocumentBatchPrepareRequest(
            files=[_file(f"files[{n}]", one) for n, one in enumerate(value)],
            additional_params=(
                UNSET
                if additional_params is None
                else check.mapping("additional_params", additional_params)
            ),
        )
        request = document_uploads.prepare_batch_document_upload(body=body)
        return await self._engine.call(
            request.decoding(DocumentBatchPrepareResult.from_api_response)
        )

    async def batch_confirm(
        self, batch_id: str, confirmations: Sequence[Mapping[str, Any]]
    ) -> DocumentBatchConfirmResult:
        """Confirm which documents of a batch were sent; create them and start their processing.

        Args:
            batch_id: The id that `batch_prepare` returned.
            confirmations: One mapping for each file, 1 to 100, failed ones included:
                ``object_key`` and ``size_bytes``, and optionally ``success`` (true by default),
                ``checksum`` and ``error_message``.

        Returns:
            The documents that were created, and the files that failed.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            ResourceNotFoundError: The batch does not exist.
            AionvisionError: The call failed.

        Endpoint: ``POST /document-uploads/batch-confirm``
        """
        value = check.entries("confirmations", confirmations, most=_MOST)
        body = DocumentBatchConfirmRequest(
            batch_id=check.identifier("batch_id", batch_id),
            confirmations=[_outcome(f"confirmations[{n}]", one) for n, one in enumerate(value)],
        )
        request = document_uploads.confirm_batch_document_upload(body=body)
        return await self._engine.call(
            request.decoding(DocumentBatchConfirmResult.from_api_response)
        )

    async def batch_status(self, batch_id: str) -> DocumentBatchStatusResult:
        """Get the status of a batch.

        Args:
            batch_id: The id that `batch_prepare` returned.

        Raises:
            ResourceNotFoundError: The batch does not exist.
            AionvisionError: The call failed.

        Endpoint: ``GET /document-uploads/batch/{batch_id}/status``
        """
        request = document_uploads.get_document_batch_status(check.identifier("batch_id", batch_id))
        return await self._engine.call(
            request.decoding(DocumentBatchStatusResult.from_api_response)
        )


def _key(field: str, value: Any) -> str | None:
    if value is not None and not (isinstance(value, str) and _KEY.match(value)):
        check.refuse(field, value, "1 to 128 letters, digits, '_', '-' or '.'")
    return None if value is None else by_value(value)


def _fields(field: str, value: Any, known: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        check.refuse(field, value, "a mapping")
    fields = with_plain_keys(cast("Mapping[str, Any]", value))
    for name in fields:
        if name not in known:
            check.refuse(field, name, f"a mapping with no other keys than {sorted(known)}")
    return fields


_FILE = frozenset({"filename", "content_type", "size_bytes", "idempotency_key", "storage_target"})
_OUTCOME = frozenset(
    # `content_type` is in older examples; the service does not accept it.
    {"object_key", "size_bytes", "file_size", "success", "checksum", "error_message"}
    | {"content_type"}
)


def _file(field: str, value: Any) -> DocumentFileInfo:
    file = _fields(field, value, _FILE)
    target = file.get("storage_target")
    return DocumentFileInfo(
        filename=check.stored_name(f"{field}.filename", file.get("filename")),
        size_bytes=check.whole_number(f"{field}.size_bytes", file.get("size_bytes"), 1, LARGEST),
        content_type=check.choice(f"{field}.content_type", file.get("content_type"), _TYPES),
        idempotency_key=_key(f"{field}.idempotency_key", file.get("idempotency_key")) or UNSET,
        storage_target=UNSET if target is None else target_of(f"{field}.storage_target", target),
    )


def _outcome(field: str, value: Any) -> DocumentUploadConfirmation:
    outcome = _fields(field, value, _OUTCOME)
    success = outcome.get("success", True)
    if not isinstance(success, bool):
        check.refuse(f"{field}.success", success, "true or false")
    size = outcome.get("size_bytes", outcome.get("file_size"))
    if size is None and not success:
        # The service requires a size above zero even for a file that never arrived.
        size = 1
    return DocumentUploadConfirmation(
        object_key=check.text(f"{field}.object_key", outcome.get("object_key"), 1, 1024),
        success=success,
        file_size=check.whole_number(f"{field}.size_bytes", size, 1, LARGEST),
        checksum=outcome.get("checksum") or UNSET,
        error_message=outcome.get("error_message") or UNSET,
    )
