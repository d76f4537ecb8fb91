"""Creates the errors of a batch that failed midway or is late; they list what is stored."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from aion._callbacks import CallbackRaised
from aion._hints import Hint, hint
from aion._waiting.errors import cut_off_note, is_noted
from aion.exceptions import AionvisionError, AionvisionTimeoutError, QuotaExceededError, UploadError

_SHOWN = 20


class Results(Protocol):
    """The results of a batch, of whatever kind."""

    @property
    def pending_count(self) -> int:
        """Number of stored files that are still pending."""
        ...

    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Wording:
    """The wording for one kind of files in the errors of a batch.

    Attributes:
        noun: The name of one file.
        unfinished: The clause for pending files, in the plural.
        wait: The method that waits for one of them, with the way to it.
    """

    noun: str
    unfinished: str
    wait: str

    def resume_hint(self, file_id: str, prefix: str) -> str:
        """Return the sentence that says how to resume the wait for one file.

        Args:
            file_id: The file.
            prefix: What stands before a call: ``"await "`` or nothing.
        """
        resume = hint(Hint.RESUME_ONE, call=prefix + self.wait, id=file_id)
        return f"The {self.noun} is stored: {resume}"

    def resume_hints(self, results: str, prefix: str) -> str:
        """Return the same sentence for all pending files of an attribute of the error.

        Args:
            results: The attribute.
            prefix: As in `resume_hint`.
        """
        call = prefix + self.wait
        resume = hint(Hint.RESUME_ALL, call=call, noun=self.noun, results=results)
        return f"The {self.noun}s are stored: {resume}"

    def resume_hints_by_id(self, ids: Sequence[str], prefix: str) -> str:
        """Return the same sentence for files whose results the reader does not have.

        Args:
            ids: The pending files, at least one.
            prefix: As in `resume_hint`.
        """
        if len(ids) == 1:
            return self.resume_hint(ids[0], prefix)
        call, shown = prefix + self.wait, list(ids[:_SHOWN])
        some = f" (the first {_SHOWN} of {len(ids)})" if len(ids) > _SHOWN else ""
        resume = hint(Hint.RESUME_LISTED, call=call, noun=self.noun, ids=shown, some=some)
        return f"The {self.noun}s are stored: {resume}"


IMAGES = Wording("image", "descriptions have not ended", "client.uploads.wait_for_description")
DOCUMENTS = Wording(
    "document", "documents are not processed", "client.documents.wait_for_processing"
)


def partial(
    cause: AionvisionError, results: Results, stored: int, stage: str, session_id: str | None
) -> AionvisionError:
    """Return the error of a batch that failed midway.

    Args:
        cause: The error that ended it.
        results: The results so far.
        stored: Number of stored files.
        stage: The stage that failed.
        session_id: The last upload session that accepted files.
    """
    if isinstance(cause, QuotaExceededError):
        cause.partial_results = results
        return cause
    error = UploadError(
        f"at least {stored} files of the batch are stored ({hint(Hint.SEE_RESULTS)}), then:"
        f" {cause.message}",
        stage=stage,
        session_id=session_id,
        partial_results=results,
    )
    error.details["session_id"] = session_id
    return error.caused_by(cause)


def add_resume_hint(
    error: AionvisionError, wording: Wording, ids: Sequence[str], prefix: str
) -> None:
    """Add the stored files and how to resume to the error that ended a wait.

    Args:
        error: The error of a batch, with `partial_results`.
        wording: Names the files.
        ids: The ids of the stored files that are pending.
        prefix: As in `Wording.resume_hint`.
    """
    if not ids:
        return
    resume = wording.resume_hints("partial_results", prefix)
    error.details[f"{wording.noun}_ids"] = list(ids[:_SHOWN])
    if len(ids) == 1:
        resume = wording.resume_hint(ids[0], prefix)
        error.details[f"{wording.noun}_id"] = ids[0]
    error.message = f"{error.message.rstrip('.')}. {resume}"


def late(
    wording: Wording,
    results: Results,
    ids: Sequence[str],
    session_ids: Sequence[str],
    waited: float,
    prefix: str,
) -> AionvisionTimeoutError:
    """Return the error of a batch that missed its deadline.

    Args:
        wording: Names the files.
        results: All results so far.
        ids: The ids of the pending files.
        session_ids: The open upload sessions.
        waited: Seconds since the wait began.
        prefix: As in `Wording.resume_hint`.
    """
    resume = wording.resume_hints("last_result", prefix)
    if session_ids:
        # Results of open sessions have no id yet.
        resume = _resume_by_id(wording, ids, session_ids, prefix)
    error = AionvisionTimeoutError(
        f"{results.pending_count} of {len(results)} {wording.unfinished} after {waited:.3g} s."
        f" {resume}",
        last_result=results,
    )
    error.details = {
        "pending": results.pending_count,
        f"{wording.noun}_ids": list(ids[:_SHOWN]),
        "session_ids": list(session_ids[:_SHOWN]),
    }
    return error


def cut_off(
    wording: Wording,
    ids: Sequence[str],
    session_ids: Sequence[str],
    waited: float,
    prefix: str,
    *,
    has_journal: bool,
) -> str:
    """Return the note on an exception from outside that ended the wait of a batch.

    Args:
        wording: As for `late`.
        ids: As for `late`.
        session_ids: As for `late`.
        waited: As for `late`.
        prefix: As for `late`.
        has_journal: Whether the upload has a journal.
    """
    resume = _resume_by_id(wording, ids, session_ids, prefix)
    if has_journal:
        resume = f"The same call with the same journal resumes the wait. {resume}"
    states = [f"{len(ids)} {wording.unfinished}"] if ids else []
    states += [f"{len(session_ids)} upload sessions are open"] if session_ids else []
    return cut_off_note(" and ".join(states), waited, resume)


def _resume_by_id(
    wording: Wording, ids: Sequence[str], session_ids: Sequence[str], prefix: str
) -> str:
    hints = [wording.resume_hints_by_id(ids, prefix)] if ids else []
    if session_ids:
        listed = hint(Hint.LIST_SESSION, prefix=prefix, id=session_ids[0])
        hints.append(f"The service has the files and is storing them: {listed}")
    return ". ".join(hints)


@contextmanager
def annotate_stored(stored: Callable[[], int], journal: object) -> Generator[None]:
    """Add a note on the stored files to an exception that is not of this package.

    Such are an error of a callback, and what cuts off the sending from outside: a cancellation, or
    the `SystemExit` of a web server. One that cut off a wait has the note of that wait.

    Args:
        stored: Returns the number of stored files.
        journal: The journal of the upload, or None.
    """
    try:
        yield
    except (AionvisionError, GeneratorExit):
        raise
    except BaseException as error:
        if not is_noted(error):
            raised = error.error if isinstance(error, CallbackRaised) else error
            add_stored_note(raised, stored(), journal)
        raise


def add_stored_note(
    error: BaseException, count: int, journal: object, ids: Sequence[str] = ()
) -> None:
    """Add a note on how many files are stored, and how to resume.

    Args:
        error: An exception of another library, of the caller or from outside.
        count: Number of stored files.
        journal: The journal of the upload, or None.
        ids: Their ids, if they are few.
    """
    if journal is not None:
        hint = "the same call with the same journal resumes the upload"
    else:
        hint = "upload the others only; with journal=, the same call would do that"
    named = f" ({', '.join(ids[:_SHOWN])})" if ids else ""
    error.add_note(f"Files of the upload that are known to be stored: {count}{named}; {hint}.")


__all__ = [
    "DOCUMENTS",
    "IMAGES",
    "Wording",
    "add_resume_hint",
    "add_stored_note",
    "annotate_stored",
    "cut_off",
    "late",
    "partial",
]
