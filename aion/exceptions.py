"""Defines the errors that this package raises on purpose.

    AionvisionError                  code, message, details; status_code, request_id, method, path;
    │                                last_result, partial_results
    ├── AuthenticationError          401: the key is missing, wrong or expired
    ├── AionvisionPermissionError    403: the key is valid, but not for this
    ├── ResourceNotFoundError        404
    ├── ValidationError              was_sent: True for 400, 409, 413 and 422 of the service, False
    │                                for a check of this package, before the request was sent
    ├── RateLimitError               429: retry_after, limit, remaining, reset
    ├── QuotaExceededError           an allowance is used up: available, limit, partial_results
    ├── ServerError                  5xx, and responses that cannot be used
    ├── AionvisionTimeoutError       a deadline passed
    ├── AionvisionConnectionError    the service was not reached, or the connection broke
    ├── CircuitBreakerError          nothing was sent: endpoint, retry_after
    ├── UploadError                  filename, stage, session_id, partial_results
    ├── DescriptionError             image_id, status
    ├── DocumentProcessingError      document_id, status, partial_results
    ├── VideoUploadError             media_id, stage, partial_chunks
    ├── VideoAnalysisError           media_id, analysis_job_id, status
    ├── CloudStorageError            job_id, job_status
    ├── ChatError                    session_id, plan_data
    ├── BatchError                   batch_id, failed_items
    ├── SSEStreamError               last_event_id, events_received, reconnect_attempts
    ├── ConfigurationError           a setting is missing or wrong; also a ValueError
    ├── NotOpenError                 a client or session is closed or not open; also a RuntimeError
    ├── DependencyError              an extra is not installed: install; also an ImportError
    └── MissingOperationError        this package was generated from a contract without the
                                     operation: operation; also a NotImplementedError

Python's own errors are left for misuse that a type checker finds (`TypeError`, `AttributeError`),
for look-ups in results (`KeyError`, `IndexError`), and for what a data type of a program refuses.

All of them survive `pickle`, `copy` and `deepcopy`. `str()` of an error is never empty: it says
which call failed and why, the code, the request id to quote to support, and what to do next.
"""

from __future__ import annotations

from typing import Any, Self

from aion._hints import Hint, hint


class AionvisionError(Exception):
    """Base of all errors of this package.

    Args:
        code: A stable upper-case word to branch on, such as ``RATE_LIMIT_ERROR``.
        message: What went wrong, for people.
        details: Structured facts about it.

    Attributes:
        code: As above.
        message: As above, without the context that `str()` adds.
        details: As above; empty if there are none.
        status_code: HTTP status of the response, or None if there was no response.
        request_id: The service's id of the failed request, to quote to support.
        method: HTTP method of the failed call.
        path: Path template of the failed call, such as ``/user-files/{image_id}``.
        last_result: The last state that polling returned, or None.
        partial_results: The results of an upload that ended with this error, or None.
    """

    def __init__(self, code: str, message: str, *, details: dict[str, Any] | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.details: dict[str, Any] = dict(details or {})
        self.status_code: int | None = None
        self.request_id: str | None = None
        self.method: str | None = None
        self.path: str | None = None
        self.last_result: Any | None = None
        self.partial_results: Any = None

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "message" and isinstance(value, str) and not value.isascii():
            # It quotes file names, which need not be valid text; an error must be printable.
            value = value.encode(errors="backslashreplace").decode()
        super().__setattr__(name, value)
        # The service's own code is set after `__init__`; `repr` and crash reports show `args`.
        if name == "code":
            self.args = (value, *self.args[1:])
        elif name == "message":
            self.args = (*self.args[:1], value)

    def __str__(self) -> str:
        where = f"{self.method} {self.path}: " if self.method and self.path else ""
        message = self.message or "no message"
        facts = [str(self.status_code)] if self.status_code is not None else []
        facts.append(self.code)
        if self.request_id:
            facts.append(f"request id {self.request_id}")
        hint = self._hint()
        return f"{where}{message} [{', '.join(facts)}]{' ' + hint if hint else ''}"

    def __reduce__(self) -> tuple[Any, ...]:
        # The default calls the class with `args`, which does not fit the documented signatures.
        return _restore, (type(self), self.args), self.__dict__

    def _hint(self) -> str:
        """Return the next step as a sentence, or an empty text."""
        return ""

    def at(
        self,
        *,
        status_code: int | None = None,
        request_id: str | None = None,
        method: str | None = None,
        path: str | None = None,
    ) -> Self:
        """Record which call failed, and return the error itself."""
        self.status_code = status_code
        self.request_id = request_id
        self.method = method
        self.path = path
        return self

    def caused_by(self, cause: AionvisionError) -> Self:
        """Record the call and the code of the error behind this one; return the error itself."""
        self.details["cause"] = cause.code
        return self.at(
            status_code=cause.status_code,
            request_id=cause.request_id,
            method=cause.method,
            path=cause.path,
        )


def _restore(cls: type[AionvisionError], args: tuple[Any, ...]) -> AionvisionError:
    error = cls.__new__(cls)
    error.args = args
    return error


class AuthenticationError(AionvisionError):
    """The API key or session is missing, wrong or expired (401)."""

    def __init__(self, message: str = "Authentication failed") -> None:
        super().__init__("AUTHENTICATION_ERROR", message)

    def _hint(self) -> str:
        return hint(Hint.CHECK_KEY)


class AionvisionPermissionError(AionvisionError):
    """The key is valid, but lacks the permission for this call (403)."""

    def __init__(self, message: str = "Permission denied") -> None:
        super().__init__("PERMISSION_DENIED", message)

    def _hint(self) -> str:
        return "Use a key with the needed scope, or ask an administrator of the tenant."


class ResourceNotFoundError(AionvisionError):
    """The id does not exist, or the caller may not see it (404).

    Attributes:
        resource_type: The kind of object, such as ``user_files``.
        resource_id: Its id, as it was passed.
    """

    def __init__(
        self,
        resource_type: str,
        resource_id: str,
        *,
        message: str | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        text = message or f"{resource_type} {resource_id!r} was not found"
        super().__init__("RESOURCE_NOT_FOUND", text, details=details)
        self.resource_type = resource_type
        self.resource_id = resource_id


class ValidationError(AionvisionError):
    """An argument is invalid, according to a check of this package or to the service.

    `was_sent` says which. False: a check refused the argument, and the request was not sent. True:
    the service refused the request (400, 409, 413 or 422), and `status_code` is set.
    """

    def __init__(self, message: str, *, details: dict[str, Any] | None = None) -> None:
        super().__init__("VALIDATION_ERROR", message, details=details)

    @property
    def was_sent(self) -> bool:
        """Whether the request was sent, and the service refused it."""
        return self.status_code is not None


class RateLimitError(AionvisionError):
    """Too many requests (429).

    Attributes:
        retry_after: Whole seconds to wait before the next attempt, or None if unknown.
        limit: Requests allowed in the window, or None if unknown.
        remaining: Requests left in the window; 0 if unknown.
        reset: Unix time at which the window ends, in seconds, or None if unknown.
    """

    def __init__(
        self,
        message: str = "Rate limit exceeded",
        *,
        retry_after: int | None = None,
        limit: int | None = None,
        remaining: int | None = None,
        reset: int | None = None,
    ) -> None:
        super().__init__("RATE_LIMIT_ERROR", message)
        self.retry_after = retry_after
        self.limit = limit
        self.remaining = remaining
        self.reset = reset

    def _hint(self) -> str:
        if self.retry_after is not None:
            return f"Wait {self.retry_after} s before the next call."
        return hint(Hint.CALL_LESS)


class QuotaExceededError(AionvisionError):
    """An allowance is used up; a short wait does not help.

    Attributes:
        available: Uploads left.
        limit: The allowance of the period.
        partial_results: The partial result: items done before the allowance ran out, or None.
    """

    def __init__(
        self, message: str, *, available: int = 0, limit: int = 0, partial_results: Any = None
    ) -> None:
        super().__init__(
            "QUOTA_EXCEEDED", message, details={"available": available, "limit": limit}
        )
        self.available = available
        self.limit = limit
        self.partial_results = partial_results

    def _hint(self) -> str:
        return "Wait for the next period, free something, or change the plan."


class ServerError(AionvisionError):
    """The service failed (5xx), or its response cannot be used."""

    def __init__(self, message: str = "Server error") -> None:
        super().__init__("SERVER_ERROR", message)

    def _hint(self) -> str:
        return "Try again later; if it happens again, send the request id to support."


class AionvisionTimeoutError(AionvisionError):
    """A deadline passed.

    Attributes:
        last_result: The last state that polling returned, or None.
    """

    def __init__(
        self, message: str = "Operation timed out", *, last_result: Any | None = None
    ) -> None:
        super().__init__("TIMEOUT", message)
        self.last_result = last_result


class AionvisionConnectionError(AionvisionError):
    """The service could not be reached, or the connection broke."""

    def __init__(self, message: str = "Connection failed") -> None:
        super().__init__("CONNECTION_ERROR", message)

    def _hint(self) -> str:
        return hint(Hint.CHECK_NETWORK)


class CircuitBreakerError(AionvisionError):
    """Nothing was sent: this endpoint failed too often in a short time.

    Attributes:
        endpoint: The group of operations that is paused.
        retry_after: Seconds until the breaker lets an attempt through.
    """

    def __init__(self, endpoint: str, retry_after: float) -> None:
        super().__init__(
            "CIRCUIT_BREAKER_OPEN",
            f"{endpoint} failed too often; calls are paused for {retry_after:.1f} s",
        )
        self.endpoint = endpoint
        self.retry_after = retry_after


class UploadError(AionvisionError):
    """A file was not uploaded.

    Attributes:
        filename: The file that failed, or None if the error is not about one file.
        stage: Where it failed: ``quota``, ``presigned``, ``upload``, ``confirm``,
            ``session_results`` or ``chunk_upload``.
        session_id: The upload session, to check which files are stored.
        partial_results: The partial result: files stored before the error, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        filename: str | None = None,
        stage: str | None = None,
        session_id: str | None = None,
        partial_results: Any = None,
    ) -> None:
        super().__init__(
            "UPLOAD_ERROR", message, details=_without_none(filename=filename, stage=stage)
        )
        self.filename = filename
        self.stage = stage
        self.session_id = session_id
        self.partial_results = partial_results


class DescriptionError(AionvisionError):
    """An image is stored, but its description failed.

    Attributes:
        image_id: The stored image.
        status: The last description status.
        partial_results: All results of the batch it belongs to, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        image_id: str | None = None,
        status: str | None = None,
        partial_results: Any = None,
    ) -> None:
        super().__init__(
            "DESCRIPTION_ERROR", message, details=_without_none(image_id=image_id, status=status)
        )
        self.image_id = image_id
        self.status = status
        self.partial_results = partial_results

    def _hint(self) -> str:
        return f"The image is stored; {hint(Hint.GET_RESULT)}."


class DocumentProcessingError(AionvisionError):
    """A document is stored, but its text could not be extracted.

    Attributes:
        document_id: The stored document.
        status: The last processing status.
        partial_results: All results of the batch it belongs to, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        document_id: str | None = None,
        status: str | None = None,
        partial_results: Any = None,
    ) -> None:
        super().__init__(
            "DOCUMENT_PROCESSING_ERROR",
            message,
            details=_without_none(document_id=document_id, status=status),
        )
        self.document_id = document_id
        self.status = status
        self.partial_results = partial_results

    def _hint(self) -> str:
        return f"The document is stored; {hint(Hint.GET_RESULT)}."


class VideoUploadError(AionvisionError):
    """A video was not uploaded.

    Attributes:
        media_id: The video, if the upload had begun.
        stage: ``initiate``, ``chunk_upload``, ``confirm`` or ``complete``.
        partial_chunks: Number of chunks stored.
    """

    def __init__(
        self,
        message: str,
        *,
        media_id: str | None = None,
        stage: str | None = None,
        partial_chunks: int = 0,
    ) -> None:
        super().__init__(
            "VIDEO_UPLOAD_ERROR", message, details=_without_none(media_id=media_id, stage=stage)
        )
        self.media_id = media_id
        self.stage = stage
        self.partial_chunks = partial_chunks


class VideoAnalysisError(AionvisionError):
    """A video is stored, but its analysis failed.

    Attributes:
        media_id: The stored video.
        analysis_job_id: The job that failed.
        status: The last status of the job.
    """

    def __init__(
        self,
        message: str,
        *,
        media_id: str | None = None,
        analysis_job_id: str | None = None,
        status: str | None = None,
    ) -> None:
        super().__init__(
            "VIDEO_ANALYSIS_ERROR",
            message,
            details=_without_none(
                media_id=media_id, analysis_job_id=analysis_job_id, status=status
            ),
        )
        self.media_id = media_id
        self.analysis_job_id = analysis_job_id
        self.status = status


class CloudStorageError(AionvisionError):
    """An import or export job failed.

    Attributes:
        job_id: The job.
        job_status: Its last status.
    """

    def __init__(
        self, message: str, *, job_id: str | None = None, job_status: str | None = None
    ) -> None:
        super().__init__(
            "CLOUD_STORAGE_ERROR",
            message,
            details=_without_none(job_id=job_id, job_status=job_status),
        )
        self.job_id = job_id
        self.job_status = job_status


class ChatError(AionvisionError):
    """A chat message failed, or got an incomplete response.

    Args:
        message: What went wrong.
        session_id: The chat session.
        error_code: The service's own code, which replaces ``CHAT_ERROR``.
        plan_data: The plan that awaits approval, with its ``plan_id``, if that is the error.

    Attributes:
        session_id: As above.
        plan_data: As above, or None; also in `details`.
    """

    def __init__(
        self,
        message: str,
        *,
        session_id: str | None = None,
        error_code: str | None = None,
        plan_data: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(
            error_code or "CHAT_ERROR",
            message,
            details=_without_none(session_id=session_id, plan_data=plan_data or None),
        )
        self.session_id = session_id
        self.plan_data = plan_data


class BatchError(AionvisionError):
    """A batch failed.

    Attributes:
        batch_id: The batch.
        failed_items: Ids of the items that failed.
    """

    def __init__(
        self,
        message: str,
        *,
        batch_id: str | None = None,
        failed_items: list[str] | None = None,
    ) -> None:
        super().__init__("BATCH_ERROR", message, details=_without_none(batch_id=batch_id))
        self.batch_id = batch_id
        self.failed_items = list(failed_items or [])


class SSEStreamError(AionvisionError):
    """An event stream broke before its end.

    Attributes:
        last_event_id: The id of the last event that had one.
        events_received: Number of events received.
        reconnect_attempts: Number of attempts to reconnect.
        partial_content: The text received before the break.
    """

    def __init__(
        self,
        message: str,
        *,
        last_event_id: str | None = None,
        events_received: int = 0,
        reconnect_attempts: int = 0,
        partial_content: str = "",
    ) -> None:
        super().__init__("SSE_STREAM_ERROR", message)
        self.last_event_id = last_event_id
        self.events_received = events_received
        self.reconnect_attempts = reconnect_attempts
        self.partial_content = partial_content

    def _hint(self) -> str:
        return "The service may have continued: read the session before you resend the message."


class ConfigurationError(AionvisionError, ValueError):
    """A setting of a client is missing, unknown or out of range. It never shows a secret.

    Args:
        message: Which setting it is, why it cannot be used, and what to do.
    """

    def __init__(self, message: str) -> None:
        super().__init__("CONFIGURATION_ERROR", message)


class NotOpenError(AionvisionError, RuntimeError):
    """A client or a chat session was used after it was closed, or before it was open.

    Args:
        message: What is not open, and what to do.
    """

    def __init__(self, message: str) -> None:
        super().__init__("NOT_OPEN", message)


class DependencyError(AionvisionError, ImportError):
    """A package that a feature needs is not installed, or is of a version that cannot be used.

    Args:
        message: What is missing, and what needs it.
        install: What to install, as the shell takes it: ``"aionvision[tracing]"``.

    Attributes:
        install: As above.
    """

    def __init__(self, message: str, *, install: str) -> None:
        super().__init__("DEPENDENCY_ERROR", message)
        self.install = install

    def __repr__(self) -> str:
        # From Python 3.15 on that of an ImportError shows more.
        return Exception.__repr__(self)

    def __reduce__(self) -> tuple[Any, ...]:
        # These two attributes of an ImportError are not in its `__dict__`.
        restore, args, state = super().__reduce__()
        return restore, args, {**state, "name": self.name, "path": self.path}

    def _hint(self) -> str:
        return f"Run: pip install {self.install}"


class MissingOperationError(AionvisionError, NotImplementedError):
    """The contract that this package was generated from lacks an operation that a method needs.

    No request was sent for it. Releases have all operations that their methods need; a package that
    was generated from another contract may lack some.

    Args:
        message: Which operation it is, and which methods need it.
        operation: The operation, as ``tag.function`` of ``aion_api.api``.

    Attributes:
        operation: As above.
    """

    def __init__(self, message: str, *, operation: str) -> None:
        super().__init__("MISSING_OPERATION", message, details={"operation": operation})
        self.operation = operation

    def _hint(self) -> str:
        return (
            "Install a release of aionvision that has it; in a checkout, `python -m codegen reach`"
            " lists the methods that lack something."
        )


def _without_none(**facts: Any) -> dict[str, Any]:
    return {name: fact for name, fact in facts.items() if fact is not None}


__all__ = [
    "AionvisionError",
    "AuthenticationError",
    "AionvisionPermissionError",
    "ResourceNotFoundError",
    "ValidationError",
    "RateLimitError",
    "QuotaExceededError",
    "ServerError",
    "AionvisionTimeoutError",
    "AionvisionConnectionError",
    "CircuitBreakerError",
    "UploadError",
    "DescriptionError",
    "DocumentProcessingError",
    "VideoUploadError",
    "VideoAnalysisError",
    "CloudStorageError",
    "ChatError",
    "BatchError",
    "SSEStreamError",
    "ConfigurationError",
    "NotOpenError",
    "DependencyError",
    "MissingOperationError",
]
