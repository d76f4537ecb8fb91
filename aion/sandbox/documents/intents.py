"""Upload intents of documents: announced uploads and their outcome.

An intent is a record of the kind `document_intent`; those of a batch are below the batch's
record. It is announced first, and becomes a document or fails later.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from aion.sandbox.documents import documents
from aion.sandbox.runtime.call import Call
from aion.sandbox.store.files import StoredFile
from aion.sandbox.store.multipart import ReceivedFile
from aion.sandbox.store.records import Record
from aion.sandbox.uploads.file_kinds import Refusal, UploadOptions
from aion.sandbox.uploads.intake import examine, received_file, store
from aion.sandbox.uploads.presigned import mismatch
from aion.sandbox.uploads.upload_checks import check_size, check_target, check_type

INTENT: Final = "document_intent"


class Outcome:
    """The outcome of a confirmed intent.

    Attributes:
        file: The document, or None.
        refusal: Why no document was made.
        known: The bytes were stored before: it is an older document.
        repeated: The intent had been confirmed before.
    """

    def __init__(
        self,
        file: StoredFile | None,
        refusal: Refusal | None = None,
        *,
        known: bool = False,
        repeated: bool = False,
    ) -> None:
        self.file = file
        self.refusal = refusal
        self.known = known
        self.repeated = repeated


def check_announcement(call: Call, wanted: Mapping[str, Any]) -> None:
    """Refuse an upload that cannot become a document: its type, its size, its storage target."""
    check_type(wanted["content_type"], documents.TYPES, "document")
    check_size(wanted["size_bytes"], call.state.options.limits.max_document_bytes, status=400)
    check_target(wanted.get("storage_target"), status=501)


def announce(
    call: Call, wanted: Mapping[str, Any], name: str, batch: str | None = None, index: int = 0
) -> Record:
    """Plan one upload; the same idempotency key returns the same plan while it is unconfirmed."""
    records = call.state.records
    key = wanted.get("idempotency_key")
    if key is not None:
        known, _ = records.find(
            INTENT, where=lambda one: one.body["idempotency_key"] == key and not one.body["done"]
        )
        if known:
            return known[0]
    intent_id = records.new_id(INTENT)
    kind = documents.TYPES[wanted["content_type"]]
    body = {
        "object_key": f"document-uploads/{intent_id}/original.{kind}",
        "filename": name,
        "content_type": wanted["content_type"],
        "size_bytes": wanted["size_bytes"],
        "idempotency_key": key,
        "file_index": index,
        "document_id": None,
        "error": None,
        "done": False,
    }
    return records.put(INTENT, intent_id, body, parent=batch)


def find(call: Call, object_key: str) -> Record | None:
    """Return the intent of an object key."""
    parts = object_key.split("/")
    intent = call.state.records.get(INTENT, parts[1]) if len(parts) == 3 else None
    return intent if intent is not None and intent.body["object_key"] == object_key else None


async def confirm(call: Call, intent: Record, size: int, checksum: str | None) -> Outcome:
    """Make a document of the received bytes, or return the existing one with these bytes."""
    before = _settled(call, intent)
    if before is not None:
        return before
    key = str(intent.body["object_key"])
    reason = mismatch(call, key, size, checksum)
    info = call.state.objects.info(key)
    if reason is not None or info is None:
        return Outcome(None, Refusal(400, "UPLOAD_MISMATCH", reason or "no bytes"))
    path = call.state.objects.path(key)
    arrived = received_file(path, str(intent.body["filename"]), info.size, info.sha256)
    examined = await examine(call.state, arrived)
    if not isinstance(examined, Refusal) and examined.kind is not documents.DOCUMENT:
        examined = Refusal(400, "UNSUPPORTED_FILE_TYPE", "its content is not that of a document")
    with call.state.database.transaction():
        # Another request may have confirmed it while this one read the bytes.
        before = _settled(call, intent)
        if before is not None:
            return before
        if isinstance(examined, Refusal):
            settle(call, intent, error=examined.reason)
            return Outcome(None, examined)
        known = documents.with_hash(call.state, info.sha256)
        if known is not None:
            settle(call, intent, document_id=known.id)
            return Outcome(known, known=True)
        copied = _copy(call, arrived)
        file, _ = store(call.state, copied, examined, UploadOptions(upload_method="DIRECT"))
        settle(call, intent, document_id=file.id)
        return Outcome(file)


def settle(
    call: Call, intent: Record, *, document_id: str | None = None, error: str | None = None
) -> None:
    """Store the outcome of an intent. A failed one can be confirmed again."""
    call.state.records.update(
        INTENT, intent.id, document_id=document_id, error=error, done=document_id is not None
    )


def _settled(call: Call, intent: Record) -> Outcome | None:
    now = call.state.records.get(INTENT, intent.id)
    file = documents.get(call.state, str(now.body["document_id"])) if now is not None else None
    return Outcome(file, repeated=True) if file is not None else None


def _copy(call: Call, arrived: ReceivedFile) -> ReceivedFile:
    # Storing moves its file; the uploaded object must stay.
    path: Path = call.state.objects.incoming()
    shutil.copyfile(arrived.path, path)
    return received_file(path, arrived.filename, arrived.size, arrived.sha256)
