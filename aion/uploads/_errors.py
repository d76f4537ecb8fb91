"""What is raised when a batch breaks midway, or is not done in time: it tells what is stored."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Protocol

from aion._callbacks import raised_by_callback
from aion.exceptions import AionvisionError, AionvisionTimeoutError, QuotaExceededError, UploadError
from aion.types.upload import BatchUploadResults

_SHOWN = 20


class _Stored(Protocol):
    @property
    def is_stored(self) -> bool: ...


def partial(
    cause: AionvisionError, results: BatchUploadResults, stage: str, session_id: str | None
) -> AionvisionError:
    """The error of a batch that broke midway.

    Args:
        cause: What broke it.
        results: What is known of its files.
        stage: Where it broke.
        session_id: The last upload session that took files.
    """
    if isinstance(cause, QuotaExceededError):
        cause.partial_results = results
        return cause
    stored = sum(one.is_stored for one in results)
    error = UploadError(
        f"{stored} files of the batch are known to be stored (see partial_results), then:"
        f" {cause.message}",
        stage=stage,
        session_id=session_id,
        partial_results=results,
    )
    error.details["session_id"] = session_id
    if stage == "session_results":
        _tell_stored(error, [one.image_id for one in results if one.is_stored and one.is_pending])
    return error.caused_by(cause)


def go_on(image_id: str) -> str:
    """The sentence that says how to go on waiting for one image."""
    return (
        f"The image is stored: go on with wait_for_description({image_id!r}), do not upload it"
        " again"
    )


def _tell_stored(error: AionvisionError, image_ids: Sequence[str]) -> None:
    """Let the error that ended a wait for stored images say which they are, and how to go on."""
    if not image_ids:
        return
    first, more = image_ids[0], len(image_ids) > 1
    if more:
        hint = (
            "The images are stored: go on with wait_for_description() for each of"
            " partial_results.pending(), do not upload them again"
        )
    else:
        hint = go_on(first)
    error.message = f"{error.message.rstrip('.')}. {hint}"
    error.details |= {"image_ids": list(image_ids)[:_SHOWN]} if more else {"image_id": first}


@contextmanager
def noting_stored(report: Callable[[], Sequence[_Stored]], journal: object) -> Generator[None]:
    """Let an error of the caller's own, such as one of a callback, tell what is stored.

    Args:
        report: Gives the results so far.
        journal: The journal of the upload, or None.
    """
    try:
        yield
    except Exception as error:
        if not isinstance(error, AionvisionError) or raised_by_callback(error):
            note_stored(error, sum(one.is_stored for one in report()), journal)
        raise


def note_stored(error: Exception, count: int, journal: object, ids: Sequence[str] = ()) -> None:
    """Note on an error of the caller's own how many files are stored, and how to go on.

    Args:
        error: The error.
        count: How many there are.
        journal: The journal of the upload, or None.
        ids: Their ids, where those are worth telling.
    """
    if journal is not None:
        hint = "the same call with the same journal goes on where this one ended"
    else:
        hint = "upload the others only; with journal=, the same call would do that"
    named = f" ({', '.join(ids[:_SHOWN])})" if ids else ""
    error.add_note(f"Files of the upload that are known to be stored: {count}{named}; {hint}.")


def late(
    results: BatchUploadResults, image_ids: Sequence[str], session_ids: Sequence[str], waited: float
) -> AionvisionTimeoutError:
    """The error of a batch whose descriptions have not ended in time.

    Args:
        results: All results so far.
        image_ids: The images that are waited for.
        session_ids: The upload sessions that are waited for.
        waited: Seconds.
    """
    error = AionvisionTimeoutError(
        f"{results.pending_count} of {len(results)} descriptions have not ended after"
        f" {waited:.3g} s. The images are stored: go on with wait_for_description() for each"
        " of last_result.pending(), do not upload them again",
        last_result=results,
    )
    error.details = {
        "pending": results.pending_count,
        "image_ids": list(image_ids)[:_SHOWN],
        "session_ids": list(session_ids)[:_SHOWN],
    }
    return error
