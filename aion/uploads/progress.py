"""The progress of a bulk upload, as `progress=` receives or shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UploadProgress:
    """The progress of a bulk upload at one moment.

    Attributes:
        files: All files of the upload.
        files_sent: Files that the service stored or refused, including those of an earlier call
            with the same journal. They count when the response to their request arrives.
        bytes: All bytes of the upload.
        bytes_sent: Bytes of the files that were sent.
        stored: Files whose id is known.
        described: Stored files whose description has ended.
        failed: Files that were not stored, and descriptions that failed.
        seconds: Time since the upload began.
        bytes_per_second: Bytes that this call has sent, over that time.
    """

    files: int
    files_sent: int
    bytes: int
    bytes_sent: int
    stored: int
    described: int
    failed: int
    seconds: float
    bytes_per_second: float

    def __str__(self) -> str:
        size, sent, rate = (
            f"{count / 1e6:,.1f}" for count in (self.bytes, self.bytes_sent, self.bytes_per_second)
        )
        return (
            f"{self.files_sent:,} of {self.files:,} files, {sent} of {size} MB, {rate} MB/s,"
            f" {self.described:,} described, {self.failed:,} failed"
        )


__all__ = ["UploadProgress"]
