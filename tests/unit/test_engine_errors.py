"""The gate, which turns a response into a value or a typed error."""

from __future__ import annotations

import operator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from aion import exceptions
from aion._engine import errors
from aion._http.wire import Fault, Reply
from aion.exceptions import AionvisionError
from aion_api._runtime import as_is
from tests.unit.support import operation, reply

PATH = "/api/v2/user-files/id-1"
TIME = "2026-01-05T09:00:00Z"

# The six shapes of wire-notes 2.1, the same failure in each.
ENVELOPE = {
    "error": {"code": "BAD_LIMIT", "message": "bad limit", "details": {"field": "limit"}},
    "request_id": "req-1",
}
FASTAPI_422 = {
    "detail": [
        {"loc": ["query", "file_count"], "msg": "Field required", "type": "missing"},
        {"loc": ["body", "files", 0], "msg": "too large", "type": "value_error"},
    ]
}
FASTAPI_TEXT = {"detail": "Not allowed here"}
CHAT = {
    "error": "No such session",
    "error_code": "SESSION_NOT_FOUND",
    "detail": None,
    "timestamp": TIME,
}
FILES = {"error": "not_found", "message": "No such file", "details": None}
OLDER = {
    "error_code": "IMAGE_PROCESSING_ERROR",
    "message": "AI step failed",
    "details": {"step": 2},
    "request_id": "req-6",
    "timestamp": TIME,
}
SHAPES: dict[str, Any] = {
    "envelope": ENVELOPE,
    "fastapi 422": FASTAPI_422,
    "fastapi text": FASTAPI_TEXT,
    "chat": CHAT,
    "user files": FILES,
    "older": OLDER,
}

STATUSES: dict[int, type[AionvisionError]] = {
    400: exceptions.ValidationError,
    401: exceptions.AuthenticationError,
    402: exceptions.AionvisionPermissionError,
    403: exceptions.AionvisionPermissionError,
    404: exceptions.ResourceNotFoundError,
    408: exceptions.AionvisionTimeoutError,
    409: exceptions.ValidationError,
    413: exceptions.ValidationError,
    422: exceptions.ValidationError,
    429: exceptions.RateLimitError,
    500: exceptions.ServerError,
    501: exceptions.ServerError,
    502: exceptions.ServerError,
    503: exceptions.ServerError,
    504: exceptions.ServerError,
    507: exceptions.ServerError,
    529: exceptions.ServerError,
    405: AionvisionError,
    410: AionvisionError,
    418: AionvisionError,
    302: exceptions.ServerError,
}
GARBAGE: dict[str, bytes] = {
    "empty": b"",
    "html": b"<html><body><h1>502 Bad Gateway</h1></body></html>",
    "truncated": b'{"error": {"code": "X", "mess',
    "a list": b"[1, 2]",
    "a string": b'"text"',
    "a number": b"7",
    "null": b"null",
    "an empty object": b"{}",
    "binary": bytes(range(256)),
    "wrong types": b'{"error": 7, "message": [], "detail": 1.5, "code": {}, "request_id": 9}',
    "wrong inner types": b'{"error": {"code": 5, "message": null, "details": "x"}}',
    "errors that are no objects": b'{"detail": [1, null, "x", {"loc": "y"}]}',
    "no errors": b'{"detail": []}',
    "deep": b'{"error":' * 5000 + b"1" + b"}" * 5000,
    "utf-16": '{"detail": "x"}'.encode("utf-16"),
    "a huge number": b'{"error": ' + b"9" * 5000 + b"}",
}


def error_of(answer: Reply, **traits: Any) -> AionvisionError:
    return errors.error_of_reply(answer, operation(**traits), PATH)


# The shapes


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ("envelope", "bad limit"),
        ("fastapi 422", "query.file_count: Field required; body.files.0: too large"),
        ("fastapi text", "Not allowed here"),
        ("chat", "No such session"),
        ("user files", "No such file"),
        ("older", "AI step failed"),
    ],
)
def test_the_message_is_found_in_every_shape(shape: str, message: str) -> None:
    assert error_of(reply(400, SHAPES[shape])).message == message


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        ("envelope", "BAD_LIMIT"),
        ("fastapi 422", "VALIDATION_ERROR"),
        ("fastapi text", "VALIDATION_ERROR"),
        ("chat", "SESSION_NOT_FOUND"),
        ("user files", "NOT_FOUND"),
        ("older", "IMAGE_PROCESSING_ERROR"),
    ],
)
def test_the_code_is_found_in_every_shape(shape: str, code: str) -> None:
    assert error_of(reply(400, SHAPES[shape])).code == code


@pytest.mark.parametrize(
    ("shape", "details"),
    [
        ("envelope", {"field": "limit"}),
        ("fastapi 422", {"errors": FASTAPI_422["detail"]}),
        ("fastapi text", {}),
        ("chat", {}),
        ("user files", {}),
        ("older", {"step": 2}),
    ],
)
def test_the_details_are_found_in_every_shape(shape: str, details: dict[str, Any]) -> None:
    assert error_of(reply(400, SHAPES[shape])).details == details


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("status", STATUSES)
def test_the_status_decides_the_class_whatever_the_shape(status: int, shape: str) -> None:
    error = error_of(reply(status, SHAPES[shape]))
    assert type(error) is STATUSES[status]
    assert error.status_code == status


def test_an_expired_picker_login_says_so_in_its_details() -> None:
    body = {**ENVELOPE, "requires_reauth": True}
    assert error_of(reply(401, body)).details["requires_reauth"] is True


@pytest.mark.parametrize(
    ("detail", "message"),
    [
        ("session 7 is closed", "No such session: session 7 is closed"),
        ("no such session", "No such session"),
        ("No such session 7", "No such session 7"),
    ],
)
def test_the_detail_of_a_chat_error_is_kept_and_reported_where_it_says_more(
    detail: str, message: str
) -> None:
    error = error_of(reply(404, {**CHAT, "detail": detail}), name="chat.get_session")
    assert (error.message, error.details["detail"]) == (message, detail)


def test_a_nested_detail_object_is_read() -> None:
    body = {"detail": {"code": "X_CODE", "message": "nested", "limit": 5}}
    error = error_of(reply(400, body))
    assert (error.code, error.message, error.details["limit"]) == ("X_CODE", "nested", 5)


# Request id, method, path


def test_the_request_id_comes_from_the_body() -> None:
    assert error_of(reply(500, ENVELOPE)).request_id == "req-1"


def test_the_request_id_comes_from_the_header_when_the_body_has_none() -> None:
    assert error_of(reply(500, CHAT, x_request_id="req-h")).request_id == "req-h"


def test_the_request_id_of_the_body_wins() -> None:
    assert error_of(reply(500, ENVELOPE, x_request_id="req-h")).request_id == "req-1"


def test_without_any_request_id_there_is_none() -> None:
    assert error_of(reply(500, CHAT)).request_id is None


def test_the_request_id_is_in_the_text_p15() -> None:
    assert "request id req-1" in str(error_of(reply(500, ENVELOPE)))


def test_an_error_names_the_method_and_the_path_template_not_the_path_p15() -> None:
    error = error_of(reply(500), method="DELETE")
    assert (error.method, error.path) == ("DELETE", "/user-files/{image_id}")


# Special cases of statuses


@pytest.mark.parametrize("status", [402, 403, 413, 429, 507])
@pytest.mark.parametrize(
    "code", ["QUOTA_EXCEEDED", "STORAGE_QUOTA_EXCEEDED", "USAGE_LIMIT_EXCEEDED"]
)
def test_a_quota_code_is_a_quota_error_whatever_the_status(code: str, status: int) -> None:
    body = {"error": {"code": code, "message": "m", "details": {"available": 1, "limit": "9"}}}
    error = error_of(reply(status, body))
    assert isinstance(error, exceptions.QuotaExceededError)
    assert (error.available, error.limit) == (1, 9)


@pytest.mark.parametrize("value", [None, "many", [], 1e400, float("nan")])
def test_a_quota_that_is_not_a_number_is_zero_p15(value: Any) -> None:
    body = {"error": {"code": "QUOTA_EXCEEDED", "message": "m", "details": {"available": value}}}
    error = error_of(reply(429, body))
    assert isinstance(error, exceptions.QuotaExceededError)
    assert error.available == 0


def test_a_rate_limit_carries_what_the_headers_say_p9() -> None:
    headers = {
        "retry_after": "7",
        "x_ratelimit_limit": "100",
        "x_ratelimit_remaining": "0",
        "x_ratelimit_reset": "1800000000",
    }
    error = error_of(reply(429, ENVELOPE, **headers))
    assert isinstance(error, exceptions.RateLimitError)
    found = (error.retry_after, error.limit, error.remaining, error.reset)
    assert found == (7, 100, 0, 1_800_000_000)


def test_rate_limit_headers_that_cannot_be_read_are_none_p15() -> None:
    error = error_of(reply(429, ENVELOPE, retry_after="soon", x_ratelimit_limit="many"))
    assert isinstance(error, exceptions.RateLimitError)
    assert (error.retry_after, error.limit) == (None, None)


NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FORMS = ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"]
"""The three forms of a date that a header may have."""


@pytest.mark.parametrize("form", FORMS)
@given(skew=st.integers(-(10**7), 10**7), wait=st.integers(-100, 10**5))
def test_a_date_is_read_on_the_clock_that_wrote_it_p9(form: str, skew: int, wait: int) -> None:
    sent = NOON + timedelta(seconds=skew)
    until = sent + timedelta(seconds=wait)
    answer = reply(503, date=sent.strftime(form), retry_after=until.strftime(form))
    assert errors.wait_of(answer) == max(0, wait)


@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 99 Foo 2026 99:99:99 GMT"])
def test_a_date_without_one_of_its_response_is_read_on_the_local_clock_p9(date: str | None) -> None:
    until = format_datetime(NOON + timedelta(seconds=30), usegmt=True)
    headers = {"retry_after": until} | ({} if date is None else {"date": date})
    with time_machine.travel(NOON, tick=False):
        assert errors.wait_of(reply(503, **headers)) == 30
    with time_machine.travel(NOON + timedelta(seconds=0.4), tick=False):
        assert errors.wait_of(reply(503, **headers)) == 30


@pytest.mark.parametrize("date", [None, "soon", format_datetime(NOON, usegmt=True)])
def test_seconds_to_wait_need_no_date_p9(date: str | None) -> None:
    headers = {} if date is None else {"date": date}
    assert errors.wait_of(reply(503, retry_after="7", **headers)) == 7


@given(date=st.text(alphabet="0123456789:., +-GMTSunMar"), wait=st.text(alphabet="0123456789 -GMT"))
def test_no_date_whatever_is_in_it_raises_p9(date: str, wait: str) -> None:
    found = errors.wait_of(reply(503, date=date, retry_after=wait))
    assert found is None or found >= 0


@pytest.mark.parametrize("headers", [{}, {"x_ratelimit_remaining": "many"}])
def test_a_rate_limit_that_reports_no_rest_has_none_left(headers: dict[str, str]) -> None:
    error = error_of(reply(429, ENVELOPE, **headers))
    assert isinstance(error, exceptions.RateLimitError)
    assert error.remaining == 0


def test_a_missing_resource_is_named_by_type_and_id() -> None:
    error = error_of(reply(404, FILES))
    assert isinstance(error, exceptions.ResourceNotFoundError)
    assert (error.resource_type, error.resource_id) == ("user_files", "id-1")


def test_the_repr_of_an_error_has_the_code_of_the_service() -> None:
    assert repr(error_of(reply(404, FILES))) == "ResourceNotFoundError('NOT_FOUND', 'No such file')"


def test_an_odd_status_of_a_chat_call_is_a_chat_error() -> None:
    error = error_of(reply(418, CHAT), name="chat.send_message")
    assert isinstance(error, exceptions.ChatError)


# Garbage


@pytest.mark.parametrize("kind", GARBAGE)
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_a_body_that_is_garbage_still_gives_the_typed_error_p15(status: int, kind: str) -> None:
    error = error_of(reply(status, GARBAGE[kind]))
    assert type(error) is STATUSES[status]
    assert str(status) in str(error)


@given(body=st.binary(max_size=300), status=st.integers(300, 599))
def test_no_body_whatever_is_in_it_breaks_the_gate_p15(body: bytes, status: int) -> None:
    assert str(error_of(reply(status, body))).strip()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "detail", "message", "code", "details", "request_id", "error_code", "loc"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(body=JSON, status=st.integers(300, 599))
def test_no_json_whatever_its_types_breaks_the_gate_p15(body: Any, status: int) -> None:
    error = error_of(reply(status, body))
    assert isinstance(error.code, str)
    assert isinstance(error.message, str)
    assert isinstance(error.details, dict)


def test_html_is_quoted_shortened() -> None:
    error = error_of(reply(502, b"<html>" + b"x" * 5000 + b"</html>"))
    assert error.message.startswith("the service responded with 502: <html>")
    assert len(error.message) < 300


def test_an_empty_body_is_called_empty() -> None:
    assert "empty body" in str(error_of(reply(502, b"")))


def test_a_body_that_was_not_read_to_its_end_is_not_parsed() -> None:
    answer = Reply(500, [], b'{"detail": "x"}', truncated=True)
    assert error_of(answer).message.startswith("the service responded with 500:")


# Faults


@pytest.mark.parametrize(
    ("kind", "expected", "code"),
    [
        ("connect", exceptions.AionvisionConnectionError, "CONNECTION_ERROR"),
        ("broken", exceptions.AionvisionConnectionError, "CONNECTION_ERROR"),
        ("tls", exceptions.AionvisionConnectionError, "TLS_ERROR"),
        ("proxy", exceptions.AionvisionConnectionError, "PROXY_ERROR"),
        ("timeout", exceptions.AionvisionTimeoutError, "TIMEOUT"),
        ("garbled", exceptions.ServerError, "INVALID_RESPONSE"),
    ],
)
def test_an_attempt_without_a_response_becomes_a_typed_error(
    kind: str, expected: type[AionvisionError], code: str
) -> None:
    error = errors.error_of_fault(Fault(kind, "why", sent=True), operation(), 1)
    assert (type(error), error.code, error.message) == (expected, code, "why")


def test_a_fault_names_method_and_path_template_p15() -> None:
    error = errors.error_of_fault(Fault("connect", "why", sent=False), operation(), 2)
    assert str(error).startswith("GET /user-files/{image_id}: why (2 attempts)")


# Successes


def _needs_files(data: Any) -> Any:
    return data["files"].keys()


def test_json_is_decoded_by_the_operation() -> None:
    assert errors.decode(reply(200, {"a": 1}), operation(decode=operator.itemgetter("a"))) == 1


def test_text_and_bytes_are_given_as_they_are() -> None:
    assert errors.decode(reply(200, b"\xc3\xa4"), operation(kind="text", decode=str)) == "ä"
    assert (
        errors.decode(reply(200, b"\xc3\xa4"), operation(kind="bytes", decode=bytes)) == b"\xc3\xa4"
    )


@pytest.mark.parametrize(("body", "value"), [(b"", None), (b'{"a":1}', {"a": 1})])
def test_json_that_may_be_empty_is_none_or_a_value(body: bytes, value: Any) -> None:
    called = operation(kind="json_or_empty", decode=as_is)
    assert errors.decode(reply(200, body), called) == value


def test_json_that_may_be_empty_is_not_garbage_p15() -> None:
    with pytest.raises(exceptions.ServerError, match="is not JSON"):
        errors.decode(reply(200, b"<p>"), operation(kind="json_or_empty", decode=dict))


def test_a_redirect_gives_its_location() -> None:
    answer = reply(302, location="https://store.example/x")
    assert (
        errors.decode(answer, operation(kind="redirect", decode=str)) == "https://store.example/x"
    )


def test_a_redirect_without_location_is_a_typed_error_p15() -> None:
    with pytest.raises(exceptions.ServerError, match="not a redirect"):
        errors.decode(reply(302), operation(kind="redirect", decode=str))


@pytest.mark.parametrize("kind", sorted(set(GARBAGE) - {"an empty object"}))
def test_a_success_whose_body_is_garbage_is_a_typed_error_p15(kind: str) -> None:
    called = operation(decode=_needs_files)
    with pytest.raises(exceptions.ServerError) as caught:
        errors.decode(reply(200, GARBAGE[kind], x_request_id="req-1"), called)
    error = caught.value
    assert (error.code, error.status_code, error.request_id) == ("INVALID_RESPONSE", 200, "req-1")


def test_a_field_that_is_missing_is_named_p15() -> None:
    with pytest.raises(exceptions.ServerError, match="lacks the field 'files'"):
        errors.decode(reply(200, {}), operation(decode=operator.itemgetter("files")))


@given(body=JSON)
def test_no_success_of_the_wrong_shape_breaks_a_real_model_p15(body: Any) -> None:
    from aion_api.api.user_files import list_user_files

    found: exceptions.ServerError | None = None
    try:
        errors.decode(reply(200, body), list_user_files().operation)
    except exceptions.ServerError as error:
        found = error
    assert found is None or found.code == "INVALID_RESPONSE"


def test_a_decoding_error_hides_no_cause_of_another_library() -> None:
    with pytest.raises(exceptions.ServerError) as caught:
        errors.decode(reply(200, b"<html>"), operation())
    assert caught.value.__cause__ is None
