"""What `vcr_config` takes out of recordings, as pure functions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion.testing._scrubbing import (
    BOUNDARY,
    parts_of,
    scrub_body,
    scrub_headers,
    scrub_json,
    scrub_text,
)

KEY = "aion_fake_key_for_tests_0000000000"
FORM = "multipart/form-data; boundary=x7"
RECORDED_FORM = f"multipart/form-data; boundary={BOUNDARY}"


def form(*parts: tuple[str, bytes]) -> bytes:
    """A form as it is sent."""
    lines = [
        b"--x7\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + content
        for head, content in parts
    ]
    return b"\r\n".join([*lines, b"--x7--\r\n"])


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        (f"the key {KEY}.", "the key aion_redacted."),
        (f"Bearer {KEY}", "Bearer REDACTED"),
        ("test_ABCDEFGHIJKLMNOPQRSTUVWX is not valid", "aion_redacted is not valid"),
        ("key=live_0123456789abcdef-0123456789", "key=aion_redacted"),
        ("Basic YWlvbjpzZWNyZXQ=", "Basic REDACTED"),
        ("ask kim.lake@drive.example now", "ask someone@example.com now"),
        ("/members?email=kim%40drive.example&x=1", "/members?email=someone%40example.com&x=1"),
        ("http://kim:pw@proxy.example/a", "http://proxy.example/a"),
        (
            "https://bucket.example/k?X-Amz-Signature=ab&X-Amz-Date=2026&part=2",
            "https://bucket.example/k?X-Amz-Signature=REDACTED&X-Amz-Date=REDACTED&part=2",
        ),
        (
            "https://a.example/o?sig=a%2Bb&filename=tides.md",
            "https://a.example/o?sig=REDACTED&filename=tides.md",
        ),
        (
            "https://a.example/back?code=4/xy&state=z",
            "https://a.example/back?code=REDACTED&state=REDACTED",
        ),
        ("http://127.0.0.1:49152/api/v2/a", "https://api.aionvision.tech/api/v2/a"),
        ("http://[::1]:80/a", "https://api.aionvision.tech/a"),
        ("go=http%3A%2F%2Flocalhost%3A80%2Fa", "go=https%3A%2F%2Fapi.aionvision.tech%2Fa"),
    ],
)
def test_p16_a_secret_in_text_is_replaced(text: str, scrubbed: str) -> None:
    assert scrub_text(text) == scrubbed


@pytest.mark.parametrize(
    "text",
    [
        "aion_sandbox",
        "get_document_batch_status_api_v2_document_uploads_batch__batch_id__status_get",
        "image_1d601d1b-6809-52d3-b85b-d96d49c26c85",
        "photo_Rome-2024-summer-with-everybody.jpg",
        "an_undercharacterization_of_things",
        "/api/v2/user-files?limit=5&search=rose&state_of=x",
        "three @ noon, 5@3, a@b",
        "http://127.0.0.1.example/",
        "https://pages.aion.test/harbor#tides",
    ],
)
def test_what_is_not_a_secret_is_left_alone(text: str) -> None:
    assert scrub_text(text) == text


WORDS = ("Bearer ", "%40", "REDACTED", "aion_", "example.com", "a", " ", "/", "=", "\n", '"', "@")
URLS = ("http://127.0.0.1:8000", "?signature=", "&state=", "://u:p@")
PIECES = st.sampled_from([KEY, "kim@drive.example", *URLS, *WORDS])


@given(st.lists(PIECES, max_size=12).map("".join))
def test_scrubbed_text_stays_as_it_is(text: str) -> None:
    assert scrub_text(scrub_text(text)) == scrub_text(text)


@pytest.mark.parametrize(
    "word", ["a", "a.", "a@", "://", "?a", "aion_", "b_", "a_-", "%40", "--x\r\n\r\n"]
)
def test_the_work_grows_with_the_text_and_not_with_its_square(word: str) -> None:
    # A quadratic search takes minutes for this, which the limit of each test ends.
    assert scrub_text(word * 200_000)


@pytest.mark.parametrize(
    ("value", "scrubbed"),
    [
        ({"api_key": "k", "key_prefix": "aion_live"}, {"api_key": "REDACTED", "key_prefix": "aion_live"}),  # noqa: E501
        ({"secret_access_key": "s", "bucket_name": "b"}, {"secret_access_key": "REDACTED", "bucket_name": "b"}),  # noqa: E501
        ({"token": ["t", "u"]}, {"token": ["REDACTED", "REDACTED"]}),
        ({"password": None}, {"password": None}),
        ({"code": "c", "state": "s"}, {"code": "REDACTED", "state": "REDACTED"}),
        ({"error": {"code": "NOT_FOUND"}}, {"error": {"code": "NOT_FOUND"}}),
        ({"token_count": 5, "token": "t"}, {"token_count": 5, "token": "REDACTED"}),
        ({"fields": {"X-Amz-Signature": "s", "key": "k"}}, {"fields": {"X-Amz-Signature": "REDACTED", "key": "k"}}),  # noqa: E501
        ({"idempotency_key": "4e", "request_id": "9f"}, {"idempotency_key": "NORMALIZED", "request_id": "NORMALIZED"}),  # noqa: E501
        ({"processing_time_ms": 27.5, "execution_time_ms": 3}, {"processing_time_ms": 0.0, "execution_time_ms": 0}),  # noqa: E501
        ({"estimated_time_seconds": 4, "duration_seconds": 2.5}, {"estimated_time_seconds": 4, "duration_seconds": 2.5}),  # noqa: E501
        ({"kim@drive.example": 1}, {"someone@example.com": 1}),
        ([{"to": ["kim@drive.example"]}], [{"to": ["someone@example.com"]}]),
    ],
)  # fmt: skip
def test_fields_are_scrubbed_by_name_and_by_content(value: Any, scrubbed: Any) -> None:
    assert scrub_json(value) == scrubbed


def test_p16_headers_that_open_something_are_replaced() -> None:
    found = scrub_headers(
        [
            ("Authorization", f"Bearer {KEY}"),
            ("Cookie", "aionvision_session=5b0c"),
            ("X-Amz-Security-Token", "t0"),
            ("X-Request-ID", "9f"),
            ("Accept", "application/json"),
        ]
    )
    assert found == {
        "authorization": "Bearer REDACTED",
        "cookie": "REDACTED",
        "x-amz-security-token": "REDACTED",
        "x-request-id": "NORMALIZED",
        "accept": "application/json",
    }


def test_headers_of_a_response_are_lists_and_stay_lists() -> None:
    found = scrub_headers([("Set-Cookie", ["a=1", "b=2"]), ("Content-Length", ["5"])])
    assert found == {"set-cookie": ["REDACTED", "REDACTED"]}


def test_the_etag_of_a_chunk_that_was_sent_is_kept_since_the_client_hands_it_on() -> None:
    assert scrub_headers([("ETag", ['"ab"'])]) == {"etag": ['"ab"']}


def test_the_etag_of_a_file_that_was_served_may_come_of_its_date() -> None:
    found = scrub_headers([("ETag", ['"ab"']), ("Last-Modified", ["Sun, 22 Nov 2026"])])
    assert found == {"etag": ["NORMALIZED"], "last-modified": ["NORMALIZED"]}


def test_json_is_laid_out_to_be_read() -> None:
    body = scrub_body(b'{"a":[1,{"b":"\xc3\xa4"}]}', "application/json", sent=False)
    assert body.decode().splitlines()[:3] == ["{", '  "a": [', "    1,"]
    assert json.loads(body) == {"a": [1, {"b": "ä"}]}


def test_what_is_said_to_be_json_and_is_not_is_scrubbed_as_text() -> None:
    assert scrub_body(f"<{KEY}>".encode(), "application/json", sent=False) == b"<aion_redacted>"


def test_events_of_a_stream_are_scrubbed_and_keep_their_frame() -> None:
    body = b'event: done\ndata: {"request_id": "9f", "by": "kim@drive.example"}\n\n: ping\n\n'
    assert scrub_body(body, "text/event-stream", sent=False) == (
        b'event: done\ndata: {"request_id": "NORMALIZED", "by": "someone@example.com"}\n\n'
        b": ping\n\n"
    )


def test_bytes_that_are_not_text_are_kept_in_a_response() -> None:
    assert scrub_body(b"\xff\xd8", "image/jpeg", sent=False) == b"\xff\xd8"


def test_bytes_that_are_not_text_are_known_again_when_they_are_sent() -> None:
    one, other = (scrub_body(data, "image/jpeg", sent=True) for data in (b"\xff\xd8", b"\xff\xd9"))
    assert one.startswith(b"(2 bytes, sha256 ")
    assert one != other


def test_fields_of_an_encoded_form_are_scrubbed() -> None:
    kind = "application/x-www-form-urlencoded"
    assert scrub_body(b"token=ab&a=1", kind, sent=True) == b"token=REDACTED&a=1"


def test_a_form_is_recorded_part_by_part() -> None:
    body = form(
        ('name="files"; filename="a.jpg"', b"\xff\xd8\r\n\r\n\xff"),
        ('name="signature"', b"ab12"),
        ('name="idempotency_key"', b"9f"),
        ('name="title"', b"For kim@drive.example"),
    )
    recorded = scrub_body(body, FORM, sent=True)
    contents = [content for _, content in parts_of(recorded, RECORDED_FORM)]
    assert contents[0].startswith(b"(7 bytes, sha256 ")
    assert contents[1:] == [b"REDACTED", b"NORMALIZED", b"For someone@example.com"]


def test_a_recorded_form_stays_as_it_is() -> None:
    recorded = scrub_body(form(('name="a"', b"\xff"), ('name="b"', b"")), FORM, sent=True)
    assert scrub_body(recorded, RECORDED_FORM, sent=True) == recorded


def test_the_parts_of_a_form_are_its_heads_and_contents() -> None:
    body = form(('name="a"', b"1\r\n2"), ('name="b"', b""))
    assert parts_of(body, FORM) == [
        ('Content-Disposition: form-data; name="a"', b"1\r\n2"),
        ('Content-Disposition: form-data; name="b"', b""),
    ]


def test_a_form_without_a_boundary_is_refused() -> None:
    with pytest.raises(ValueError, match="no boundary"):
        parts_of(b"", "multipart/form-data")


def test_of_a_request_a_header_of_the_programs_own_is_treated_as_secret() -> None:
    headers = [("X-Gateway", "a-gateway-key-fake"), ("Accept", "application/json")]
    found = scrub_headers(headers, sent=True)
    assert found["accept"] == "application/json"
    assert "fake" not in found["x-gateway"]
    assert scrub_headers(found.items(), sent=True) == found
