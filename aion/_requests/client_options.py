"""Types the options that methods of the client pass on to a resource.

At run time the method of the resource checks the names; `aion._requests.signature` shows its
parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from aion.types.batch import BatchStatusResult
    from aion.types.callbacks import (
        DescriptionFailedEvent,
        DescriptionProgressEvent,
        FileCompleteEvent,
        UploadProgressEvent,
    )
    from aion.types.common import StorageTarget
    from aion.uploads.progress import UploadProgress


class UploadOptions(TypedDict, total=False):
    """The options of `uploads.upload`."""

    filename: str | None
    filenames: Sequence[str] | None
    recursive: bool
    include_hidden: bool
    wait_for_descriptions: bool
    raise_on_failure: bool
    description_timeout: float | None
    on_progress: Callable[[UploadProgressEvent], Any] | None
    on_file_complete: Callable[[FileCompleteEvent], Any] | None
    on_description_progress: Callable[[DescriptionProgressEvent], Any] | None
    on_description_failed: Callable[[DescriptionFailedEvent], Any] | None
    storage_target: StorageTarget | str
    tags: Sequence[str] | None
    auto_describe: bool
    skip_duplicates: bool
    journal: str | os.PathLike[str] | None
    progress: bool | Callable[[UploadProgress], Any]


class _StoredImages(TypedDict, total=False):
    """The options that `descriptions.describe` and `verifications.verify` share."""

    object_key: str | None
    object_keys: Sequence[str] | None
    verification_level: str
    providers: Sequence[str] | None
    rule_set_id: str | None
    rules: Sequence[dict[str, Any]] | None
    max_parallel: int
    timeout_per_item: int
    on_progress: Callable[[BatchStatusResult], Any] | None
    idempotency_key: str | None
    timeout: float | None


class DescribeOptions(_StoredImages, total=False):
    """The options of `descriptions.describe`."""

    include_metadata: bool
    include_tags: bool
    prompt: str | None


class VerifyOptions(_StoredImages, total=False):
    """The options of `verifications.verify`."""

    images: Sequence[str | Path | bytes] | None
    contents: Sequence[str] | None
    mode: str
    use_consensus: bool


__all__ = ["DescribeOptions", "UploadOptions", "VerifyOptions"]
