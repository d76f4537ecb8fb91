"""The exception tree: signatures, attributes, texts and copies."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from aion import exceptions
from aion.exceptions import AionvisionError
from aion.types.common import DescriptionStatus
from aion.types.upload import UploadResult

E = TypeVar("E", bound=AionvisionError)

# Class, positional arguments, keyword arguments with their documented defaults.
DOCUMENTED: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "AionvisionError": (("code", "message"), {"details": None}),
    "AuthenticationError": (("message",), {}),
    "AionvisionPermissionError": (("message",), {}),
    "ResourceNotFoundError": (
        ("resource_type", "resource_id"),
        {"message": None, "details": None},
    ),
    "ValidationError": (("message",), {"details": None}),
    "RateLimitError": (
        ("message",),
        {"retry_after": None, "limit": None, "remaining": None, "reset": None},
    ),
    "QuotaExceededError": (("message",), {"available": 0, "limit": 0, "partial_results": None}),
    "ServerError": (("message",), {}),
    "AionvisionTimeoutError": (("message",), {"last_result": None}),
    "AionvisionConnectionError": (("message",), {}),
    "CircuitBreakerError": (("endpoint", "retry_after"), {}),
    "UploadError": (
        ("message",),
        {"filename": None, "stage": None, "session_id": None, "partial_results": None},
    ),
    "DescriptionError": (("message",), {"image_id": None, "status": None}),
    "DocumentProcessingError": (("message",), {"document_id": None, "status": None}),
    "VideoUploadError": (("message",), {"media_id": None, "stage": None, "partial_chunks": 0}),
    "VideoAnalysisError": (
        ("message",),
        {"media_id": None, "analysis_job_id": None, "status": None},
    ),
    "CloudStorageError": (("message",), {"job_id": None, "job_status": None}),
    "ChatError": (("message",), {"session_id": None, "error_code": None, "plan_data": None}),
    "BatchError": (("message",), {"batch_id": None, "failed_items": None}),
    "SSEStreamError": (
        ("message",),
        {"last_event_id": None, "events_received": 0, "reconnect_attempts": 0},
    ),
}
# Errors of this package alone, which are also Python's own: class, arguments, Python's class.
OUR_OWN: dict[str, tuple[tuple[str, ...], dict[str, Any], type[Exception]]] = {
    "ConfigurationError": (("message",), {}, ValueError),
    "NotOpenError": (("message",), {}, RuntimeError),
    "DependencyError": (("message",), {"install": inspect.Parameter.empty}, ImportError),
    "MissingOperationError": (
        ("message",),
        {"operation": inspect.Parameter.empty},
        NotImplementedError,
    ),
}
EVERY = [*DOCUMENTED, *OUR_OWN]
# Those whose message may be left out.
WITH_A_DEFAULT_MESSAGE = {
    "AuthenticationError": "Authentication failed",
    "AionvisionPermissionError": "Permission denied",
    "RateLimitError": "Rate limit exceeded",
    "ServerError": "Server error",
    "AionvisionTimeoutError": "Operation timed out",
    "AionvisionConnectionError": "Connection failed",
}

RESULT = UploadResult(
    "id-1", "a.jpg", "k/a.jpg", tags=["a"], description_status=DescriptionStatus("brand-new")
)

# One instance of each, with everything filled in.
FILLED: dict[str, AionvisionError] = {
    "AionvisionError": AionvisionError("CODE", "text", details={"a": [1]}),
    "AuthenticationError": exceptions.AuthenticationError("text"),
    "AionvisionPermissionError": exceptions.AionvisionPermissionError("text"),
    "ResourceNotFoundError": exceptions.ResourceNotFoundError(
        "image", "id-1", message="text", details={"a": 1}
    ),
    "ValidationError": exceptions.ValidationError("text", details={"field": "limit"}),
    "RateLimitError": exceptions.RateLimitError(
        "text", retry_after=3, limit=10, remaining=0, reset=1_800_000_000
    ),
    "QuotaExceededError": exceptions.QuotaExceededError(
        "text", available=1, limit=2, partial_results=[RESULT]
    ),
    "ServerError": exceptions.ServerError("text"),
    "AionvisionTimeoutError": exceptions.AionvisionTimeoutError("text", last_result=RESULT),
    "AionvisionConnectionError": exceptions.AionvisionConnectionError("text"),
    "CircuitBreakerError": exceptions.CircuitBreakerError("files", 2.5),
    "UploadError": exceptions.UploadError(
        "text", filename="a.jpg", stage="upload", session_id="s-1", partial_results=[RESULT]
    ),
    "DescriptionError": exceptions.DescriptionError("text", image_id="id-1", status="failed"),
    "DocumentProcessingError": exceptions.DocumentProcessingError(
        "text", document_id="d-1", status="failed"
    ),
    "VideoUploadError": exceptions.VideoUploadError(
        "text", media_id="m-1", stage="confirm", partial_chunks=3
    ),
    "VideoAnalysisError": exceptions.VideoAnalysisError(
        "text", media_id="m-1", analysis_job_id="j-1", status="failed"
    ),
    "CloudStorageError": exceptions.CloudStorageError("text", job_id="j-1", job_status="failed"),
    "ChatError": exceptions.ChatError(
        "text", session_id="s-1", error_code="OTHER", plan_data={"plan_id": "p-1"}
    ),
    "BatchError": exceptions.BatchError("text", batch_id="b-1", failed_items=["x"]),
    "SSEStreamError": exceptions.SSEStreamError(
        "text", last_event_id="7", events_received=7, reconnect_attempts=2
    ),
    "ConfigurationError": exceptions.ConfigurationError("text"),
    "NotOpenError": exceptions.NotOpenError("text"),
    "DependencyError": exceptions.DependencyError("text", install='"aionvision[tracing]"'),
    "MissingOperationError": exceptions.MissingOperationError("text", operation="a.b"),
}


def _by_pickle(error: E) -> E:
    copied: E = pickle.loads(pickle.dumps(error))
    return copied


COPIES: dict[str, Callable[[AionvisionError], AionvisionError]] = {
    "pickle": _by_pickle,
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


def class_of(name: str) -> Any:
    return getattr(exceptions, name)


def least(name: str) -> AionvisionError:
    """Return an instance with only the required arguments."""
    made: AionvisionError
    if name in WITH_A_DEFAULT_MESSAGE:
        made = class_of(name)()
    elif name == "CircuitBreakerError":
        made = class_of(name)("files", 1.0)
    elif name == "DependencyError":
        made = class_of(name)("", install="rich")
    elif name == "MissingOperationError":
        made = class_of(name)("", operation="")
    elif name in OUR_OWN:
        made = class_of(name)("")
    else:
        made = class_of(name)(*("" for _ in DOCUMENTED[name][0]))
    return made


# The tree


def test_there_are_the_twenty_documented_classes_and_four_of_our_own() -> None:
    assert (len(DOCUMENTED), len(OUR_OWN)) == (20, 4)
    assert set(exceptions.__all__) == {*DOCUMENTED, *OUR_OWN}


@pytest.mark.parametrize("name", [name for name in DOCUMENTED if name != "AionvisionError"])
def test_every_class_derives_directly_from_the_base(name: str) -> None:
    assert class_of(name).__bases__ == (AionvisionError,)


@pytest.mark.parametrize("name", OUR_OWN)
def test_an_error_of_our_own_is_also_the_one_of_python_that_fits(name: str) -> None:
    assert class_of(name).__bases__ == (AionvisionError, OUR_OWN[name][2])


@pytest.mark.parametrize("name", OUR_OWN)
def test_an_error_of_our_own_takes_a_message_and_what_it_names_p6(name: str) -> None:
    positional, keyword, _ = OUR_OWN[name]
    parameters = inspect.signature(class_of(name)).parameters
    assert list(parameters) == [*positional, *keyword]


def test_an_error_about_a_missing_extra_ends_with_the_line_that_installs_it() -> None:
    assert str(FILLED["DependencyError"]).endswith('Run: pip install "aionvision[tracing]"')


def test_an_error_about_a_missing_operation_says_how_to_get_it() -> None:
    assert "Install a release of aionvision that has it" in str(FILLED["MissingOperationError"])


@pytest.mark.parametrize("status", [400, 409, 413, 422])
def test_an_error_that_the_service_found_in_an_argument_was_sent(status: int) -> None:
    error = exceptions.ValidationError("text").at(status_code=status, method="POST", path="/x")
    assert error.was_sent


def test_an_error_that_a_check_found_in_an_argument_was_not_sent() -> None:
    assert not exceptions.ValidationError("text", details={"field": "limit"}).was_sent


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_knows_whether_it_was_sent_p6(how: str) -> None:
    copied = COPIES[how](exceptions.ValidationError("text").at(status_code=422))
    assert isinstance(copied, exceptions.ValidationError)
    assert copied.was_sent


def test_the_base_is_a_plain_exception() -> None:
    assert AionvisionError.__bases__ == (Exception,)


def test_the_tree_in_the_docstring_is_the_real_one() -> None:
    assert [name for name in EVERY if f" {name} " not in (exceptions.__doc__ or "")] == []


@pytest.mark.parametrize("name", EVERY)
def test_every_class_is_exported_by_the_package(name: str) -> None:
    import aion

    assert getattr(aion, name) is class_of(name)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("client", ["AionVision", "SyncAionVision"])
def test_every_class_is_an_attribute_of_both_clients(name: str, client: str) -> None:
    import aion

    assert getattr(getattr(aion, client), name) is class_of(name)


# Signatures and attributes


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_signature_is_the_documented_one(name: str) -> None:
    positional, keyword = DOCUMENTED[name]
    parameters = list(inspect.signature(class_of(name)).parameters.values())
    assert [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD] == list(positional)
    found = {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}
    assert {one: found[one] for one in keyword} == keyword


@pytest.mark.parametrize("name", DOCUMENTED)
def test_an_argument_beyond_the_documented_ones_is_by_keyword_and_optional(name: str) -> None:
    positional, keyword = DOCUMENTED[name]
    parameters = inspect.signature(class_of(name)).parameters
    more = [p for p in parameters.values() if p.name not in (*positional, *keyword)]
    assert [p for p in more if p.kind is not p.KEYWORD_ONLY or p.default is p.empty] == []


@pytest.mark.parametrize(("name", "message"), WITH_A_DEFAULT_MESSAGE.items())
def test_a_message_that_is_left_out_is_the_documented_one(name: str, message: str) -> None:
    assert class_of(name)().message == message


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_argument_becomes_an_attribute(name: str) -> None:
    error = least(name)
    wanted = {*DOCUMENTED[name][0], *DOCUMENTED[name][1]} - {"error_code"}
    assert [one for one in wanted if not hasattr(error, one)] == []


@pytest.mark.parametrize("name", EVERY)
def test_the_facts_of_the_call_are_none_until_they_are_known(name: str) -> None:
    error = least(name)
    assert (error.status_code, error.request_id, error.method, error.path) == (None,) * 4


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("QuotaExceededError", {"available": 1, "limit": 2}),
        ("UploadError", {"stage": "upload", "filename": "a.jpg"}),
        ("VideoUploadError", {"stage": "confirm", "media_id": "m-1"}),
        ("DescriptionError", {"image_id": "id-1", "status": "failed"}),
        ("ChatError", {"session_id": "s-1"}),
    ],
)
def test_details_hold_what_the_documented_examples_read(name: str, facts: dict[str, Any]) -> None:
    details = FILLED[name].details
    assert {key: details.get(key) for key in facts} == facts


def test_details_are_a_copy_of_what_was_given() -> None:
    given = {"a": 1}
    error = AionvisionError("CODE", "text", details=given)
    given["a"] = 2
    assert error.details == {"a": 1}


def test_the_code_of_a_chat_error_may_be_the_service_s_own() -> None:
    assert exceptions.ChatError("text", error_code="OTHER").code == "OTHER"


# Texts


@pytest.mark.parametrize("name", EVERY)
def test_the_text_is_never_empty_p15(name: str) -> None:
    assert str(least(name)).strip()


@pytest.mark.parametrize("name", EVERY)
def test_the_text_names_the_code(name: str) -> None:
    assert FILLED[name].code in str(FILLED[name])


def test_the_text_holds_method_path_status_code_and_request_id_p15() -> None:
    error = exceptions.ServerError("it broke").at(
        status_code=503, request_id="req-1", method="GET", path="/user-files/{image_id}"
    )
    assert str(error).startswith(
        "GET /user-files/{image_id}: it broke [503, SERVER_ERROR, request id req-1]"
    )


@pytest.mark.parametrize(
    "name",
    [
        "AuthenticationError",
        "AionvisionPermissionError",
        "RateLimitError",
        "QuotaExceededError",
        "ServerError",
        "AionvisionConnectionError",
        "DescriptionError",
    ],
)
def test_the_text_ends_with_a_next_step(name: str) -> None:
    assert str(FILLED[name]).rpartition("] ")[2].endswith(".")


def test_a_rate_limit_says_how_long_to_wait() -> None:
    assert "Wait 3 s" in str(FILLED["RateLimitError"])


@pytest.mark.parametrize("name", EVERY)
def test_repr_and_args_hold_the_code_and_the_message_as_they_are_now(name: str) -> None:
    error = least(name)
    error.code, error.message = "OTHER", "said later"
    assert error.args == ("OTHER", "said later")
    assert repr(error) == f"{name}('OTHER', 'said later')"


# Copies


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("name", EVERY)
def test_a_copy_keeps_a_code_and_a_message_of_later_p6(name: str, how: str) -> None:
    error = least(name)
    error.code, error.message = "OTHER", "said later"
    copied = COPIES[how](error)
    assert (copied.code, copied.message, copied.args) == (error.code, error.message, error.args)


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("name", EVERY)
def test_a_copy_has_the_same_class_attributes_and_text_p6(name: str, how: str) -> None:
    error = FILLED[name]
    copied = COPIES[how](error)
    assert type(copied) is type(error)
    assert copied.__dict__ == error.__dict__
    assert (copied.args, str(copied), repr(copied)) == (error.args, str(error), repr(error))


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("name", EVERY)
def test_a_copy_keeps_the_facts_of_the_call_p6(name: str, how: str) -> None:
    error = least(name).at(status_code=500, request_id="r", method="GET", path="/x")
    copied = COPIES[how](error)
    assert (copied.status_code, copied.request_id, copied.method, copied.path) == (
        500, "r", "GET", "/x",
    )  # fmt: skip


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_keeps_the_last_result_p6(how: str) -> None:
    copied = COPIES[how](FILLED["AionvisionTimeoutError"])
    assert isinstance(copied, exceptions.AionvisionTimeoutError)
    assert copied.last_result == RESULT


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("name", ["UploadError", "QuotaExceededError"])
def test_a_copy_keeps_the_partial_results_p6(name: str, how: str) -> None:
    copied: Any = COPIES[how](FILLED[name])
    assert copied.partial_results == [RESULT]


@pytest.mark.parametrize("how", COPIES)
def test_a_subclass_with_another_signature_survives_too_p6(how: str) -> None:
    copied = COPIES[how](Odd(7))
    assert isinstance(copied, Odd)
    assert copied.number == 7


@pytest.mark.parametrize("how", ["pickle", "deepcopy"])
def test_a_deep_copy_shares_no_details_p6(how: str) -> None:
    error = FILLED["AionvisionError"]
    assert COPIES[how](error).details["a"] is not error.details["a"]


def test_notes_survive_a_pickle_p6() -> None:
    error = exceptions.ServerError("text")
    error.add_note("seen on a Monday")
    assert _by_pickle(error).__notes__ == ["seen on a Monday"]


class Odd(exceptions.ServerError):
    """An application's own error."""

    def __init__(self, number: int) -> None:
        super().__init__(f"number {number}")
        self.number = number


@pytest.mark.parametrize("how", ["made", "set"])
def test_a_message_that_quotes_a_name_that_is_not_text_can_be_printed(how: str) -> None:
    error = exceptions.ValidationError("caf\udce9.png is empty" if how == "made" else "")
    if how == "set":
        error.message = "caf\udce9.png is empty"
    assert str(error).encode() == b"caf\\udce9.png is empty [VALIDATION_ERROR]"


def test_a_message_in_any_language_is_left_as_it_is() -> None:
    assert exceptions.ValidationError("größe 😀").message == "größe 😀"


def test_an_error_that_another_caused_names_its_call_and_its_code() -> None:
    cause = exceptions.ServerError("broken").at(
        status_code=500, request_id="r-1", method="POST", path="/documents"
    )
    error = exceptions.UploadError("a.jpg was not uploaded").caused_by(cause)

    assert (error.status_code, error.request_id) == (500, "r-1")
    assert (error.method, error.path) == ("POST", "/documents")
    assert error.details["cause"] == "SERVER_ERROR"


def test_p6_the_plan_of_a_chat_error_survives_pickle() -> None:
    plan = {"plan_id": "p-1"}
    error = exceptions.ChatError("text", error_code="PLAN_APPROVAL_REQUIRED", plan_data=plan)
    restored = pickle.loads(pickle.dumps(error))
    assert (restored.plan_data, restored.details["plan_data"]) == (plan, plan)
