"""Reads the response to a batch request: which of its files are stored, refused or pending."""

from __future__ import annotations

from collections import Counter

from aion._flows.bulk_reporter import BatchReporter
from aion.types.common import DescriptionStatus
from aion.types.upload import UploadResult, stored_id
from aion.uploads._matching import Sent, accepted, match
from aion.uploads._plan import Item
from aion_api.models.user_files import StreamBatchFileResult, StreamBatchUploadResponse


async def read_response(
    reporter: BatchReporter, items: list[Item], response: StreamBatchUploadResponse
) -> None:
    """Report the outcome of each file; leave a file without one to its upload session.

    Args:
        reporter: Receives the outcomes.
        items: The files of the request, in order.
        response: The response.
    """
    reporter.arrived(items)
    rejected = Counter[str]()
    for rejection in response.rejections or ():
        if 0 <= rejection.index < len(items):
            item = items[rejection.index]
            rejected[item.upload.filename] += 1
            reason = f"it was not accepted: {rejection.reason}"
            reporter.refused(item.index, reason, retryable=rejection.retryable)
    ledger = reporter.ledger
    left = [item for item in items if not ledger.known(item.index)]
    results = accepted(response.immediate_results or (), rejected, _name, _is_failed)
    stored: list[tuple[int, UploadResult]] = []
    for index, one in match(left, results, _name, whole=True).items():
        if _is_failed(one):
            reporter.refused(index, one.error or "the service gave no reason")
        else:
            result = UploadResult.from_stored(one)
            stored.append((index, result if one.skipped else reporter.new(result)))
    places = {index for index, _ in stored}
    left = [one for one in left if one.index not in places and not ledger.known(one.index)]
    if left:
        reporter.sessions.append(Sent(response.session_id, left, rejected=rejected))
        reporter.record.sent(response.session_id, left)
    await reporter.stored(stored)


def _name(result: StreamBatchFileResult) -> str:
    return result.filename


def _is_failed(result: StreamBatchFileResult) -> bool:
    # A file that is stored without an id cannot be polled.
    return result.status == DescriptionStatus.FAILED.value or not stored_id(result)


__all__ = ["read_response"]
