"""From received bytes to a stored file: the checks, the duplicate, the row, the work.

The same for single and batch uploads; they differ only in how a refusal is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from .clock import stamp
from .envelopes import ApiError, InvalidRequest, Problem
from .faults import ZeroQuota
from .files import StoredFile
from .ids import make_id
from .images import DOCUMENTS, FORMATS, ImageFacts, Unusable, inspect, sniff
from .jsontext import json_text
from .objects import CONTENT_TYPES
from .state import State
from .uploads import Form, ReceivedFile
from .work import DESCRIBE, VARIANTS

_MAX_TAGS: Final = 40
_MAX_TAG: Final = 50


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the form asks for besides its files."""

    auto_describe: bool
    skip_duplicates: bool
    tags: tuple[str, ...]
    title: str | None
    storage_target: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file was not taken."""

    status: int
    code: str
    reason: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Quota:
    """The upload allowance of the running month."""

    limit: int
    used: int
    prepaid: int

    @property
    def available(self) -> int:
        """Uploads that are left, prepaid ones included."""
        return max(0, self.limit - self.used) + self.prepaid


def read_wishes(form: Form) -> Wishes:
    """The options of an upload form.

    Raises:
        InvalidRequest: tags out of range, or an unknown storage target.
        ApiError: the custom storage target, which needs a configuration.
    """
    fields = form.fields
    tags = dict.fromkeys(tag.strip() for tag in (fields.get("tags") or "").split(","))
    tags.pop("", None)
    check_tags(list(tags))
    target = fields.get("storage_target", "default")
    if target not in {"default", "custom"}:
        raise InvalidRequest(
            [Problem(("body", "storage_target"), "must be default or custom", "enum")]
        )
    if target == "custom":
        raise ApiError(
            400,
            "storage_target custom needs an S3 configuration, which this sandbox does not have",
            code="STORAGE_NOT_CONFIGURED",
        )
    return Wishes(
        auto_describe=fields.get("auto_describe", True),
        skip_duplicates=fields.get("skip_duplicates", False),
        tags=tuple(tags),
        title=fields.get("title") or None,
        storage_target=target,
    )


def check_tags(tags: list[str]) -> None:
    """Refuse more than 40 tags, or one that is empty or longer than 50 characters."""
    problems = [
        Problem(("body", "tags"), f"tag {tag[:60]!r} must have 1 to {_MAX_TAG} characters", "tag")
        for tag in tags
        if not 1 <= len(tag) <= _MAX_TAG
    ]
    if len(tags) > _MAX_TAGS:
        problems.append(Problem(("body", "tags"), f"at most {_MAX_TAGS} tags", "too_long"))
    if problems:
        raise InvalidRequest(problems)


def quota(state: State) -> Quota:
    """The allowance now; a fault can take it all away."""
    limits = state.options.limits
    if state.faults.take(ZeroQuota, lambda fault: True) is not None:
        return Quota(limits.monthly_uploads, limits.monthly_uploads, 0)
    month = datetime.fromtimestamp(state.clock.now(), UTC).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    used = state.files.uploaded_since(stamp(month.timestamp()))
    return Quota(limits.monthly_uploads, used, limits.prepaid_credits)


def require_quota(state: State, files: int) -> None:
    """Raise the quota error when fewer uploads are left than wanted."""
    left = quota(state)
    if left.available < files:
        raise ApiError(
            429,
            f"Upload quota exceeded: {left.available} of {left.limit} left, {files} wanted",
            code="USAGE_LIMIT_EXCEEDED",
            details={"available": left.available, "limit": left.limit, "requested": files},
        )


async def examine(state: State, file: ReceivedFile) -> ImageFacts | Refusal:
    """Decide whether the bytes can be taken, without storing anything."""
    limits = state.options.limits
    if file.too_large:
        reason = f"file is larger than {limits.max_file_bytes} bytes"
        return Refusal(413, "FILE_TOO_LARGE", reason)
    if file.size == 0:
        return Refusal(400, "EMPTY_FILE", "file is empty")
    kind = sniff(file.head, file.filename)
    if kind in DOCUMENTS:
        reason = "documents are not served by this sandbox yet"
        return Refusal(400, "UNSUPPORTED_FILE_TYPE", reason)
    if kind is None:
        reason = f"unsupported file type; by content it is none of {', '.join(FORMATS)}"
        return Refusal(400, "UNSUPPORTED_FILE_TYPE", reason)
    try:
        facts: ImageFacts = await state.in_thread(inspect, file.path, kind, limits.max_pixels)
    except Unusable as error:
        return Refusal(400, "INVALID_IMAGE", str(error))
    return facts


def store(
    state: State,
    file: ReceivedFile,
    facts: ImageFacts,
    wishes: Wishes,
    session_id: str | None = None,
) -> tuple[StoredFile, bool]:
    """Store an examined file and queue its work, inside the caller's transaction.

    Returns:
        The file, and whether it is an older one with the same bytes, skipped on request.
    """
    if wishes.skip_duplicates:
        known = state.files.with_hash(file.sha256)
        if known is not None:
            return known, True
    number = state.files.next_number()
    file_id = make_id("file", number)
    ending = FORMATS[facts.format]
    now = state.clock.stamp()
    key = f"images/{file_id}/original.{ending}"
    state.objects.adopt(file.path, key)
    stored = StoredFile(
        n=number,
        id=file_id,
        object_key=key,
        filename=file.filename,
        title=wishes.title,
        tags=json_text(list(wishes.tags)),
        tags_edited=0,
        size_bytes=file.size,
        content_type=CONTENT_TYPES[ending],
        format=facts.format,
        media_type="image",
        width=facts.width,
        height=facts.height,
        sha256=file.sha256,
        upload_method="STREAMING",
        storage_target=wishes.storage_target,
        session_id=session_id,
        created_at=now,
        updated_at=None,
        content_created_at=facts.taken_at,
        description_status="pending" if wishes.auto_describe else "skipped",
        changed_at=now,
        variant_status="pending",
        **_NOT_YET,
    )
    state.files.add(stored)
    state.work.add(number, VARIANTS)
    if wishes.auto_describe:
        state.work.add(number, DESCRIBE)
    return stored, False


_NOT_YET: Final[dict[str, Any]] = dict.fromkeys(
    (
        "description_error", "description", "visible_text", "confidence", "described_from",
        "finished_at", "variant_error", "variant_suffix", "blur_hash", "deleted_at",
    )
)  # fmt: skip
