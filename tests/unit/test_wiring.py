"""From a described request to the bytes of HTTP, still without any."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion import ClientConfig
from aion._engine.wiring import Wiring, new_request_id
from aion._http.hosts import located
from aion._http.wire import Reply, Wire
from aion.exceptions import ValidationError
from aion_api import File, JsonBody, MultipartBody, Request
from aion_api.api import user_files
from tests.unit.support import KEY, operation


def wire(request: Request[Any], base_url: str = "https://host/api/v2", **settings: Any) -> Wire:
    return Wiring(ClientConfig(KEY, base_url=base_url, **settings)).wire(request)


def header(made: Wire, name: str) -> list[str]:
    return [v.decode("latin-1") for k, v in made.headers if k.decode().lower() == name.lower()]


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://host/api/v2", "https://host/api/v2/user-files"),
        ("https://host/api/v2/", "https://host/api/v2/user-files"),
        ("https://host:8443/api/v2", "https://host:8443/api/v2/user-files"),
        ("https://host/gateway/api/v2", "https://host/gateway/api/v2/user-files"),
        ("https://host", "https://host/user-files"),
        ("https://host/gateway", "https://host/gateway/user-files"),
        ("http://127.0.0.1:8000/api/v2", "http://127.0.0.1:8000/api/v2/user-files"),
    ],
)
def test_the_prefix_of_the_contract_is_there_as_often_as_in_the_base_url(
    base_url: str, url: str
) -> None:
    assert wire(user_files.list_user_files(), base_url).url == url


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://host/api/v2", ("https", "host", 443)),
        ("http://localhost/x", ("http", "localhost", 80)),
        ("https://HOST:8443/", ("https", "host", 8443)),
        ("http://[::1]:9/", ("http", "::1", 9)),
    ],
)
def test_the_origin_is_scheme_host_and_port(url: str, origin: tuple[str, str, int]) -> None:
    assert located(url)[0] == origin


def test_the_host_header_holds_the_port() -> None:
    assert header(wire(user_files.list_user_files(), "https://host:8443"), "host") == ["host:8443"]


def test_a_host_that_is_not_ascii_is_sent_as_idna() -> None:
    made = wire(user_files.list_user_files(), "https://münchen.example")
    assert header(made, "host") == ["xn--mnchen-3ya.example"]


def test_the_key_goes_into_the_authorization_header_and_nowhere_else() -> None:
    made = wire(user_files.list_user_files(search="x"))
    assert header(made, "authorization") == [f"Bearer {KEY}"]
    assert KEY not in made.url


def test_no_header_comes_twice() -> None:
    names = [name.lower() for name, _ in wire(user_files.list_user_files(), tenant_id="t").headers]
    assert len(names) == len(set(names))


def test_a_header_of_the_operation_replaces_that_of_the_client() -> None:
    request = Request(operation(), "/api/v2/x", headers={"authorization": "Session s-1"})
    assert header(wire(request), "Authorization") == ["Session s-1"]


def test_a_header_of_one_call_does_not_stay_for_the_next() -> None:
    wiring = Wiring(ClientConfig(KEY))
    wiring.wire(Request(operation(), "/x", headers={"Authorization": "Session s-1"}))
    made = wiring.wire(Request(operation(), "/x"))
    assert header(made, "authorization") == [f"Bearer {KEY}"]


# Query


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_every_text_comes_back_from_the_query_as_it_was(text: str) -> None:
    url = wire(user_files.list_user_files(search=text)).url
    assert dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))["search"] == text
    assert url.isascii()


def test_a_list_repeats_its_key() -> None:
    url = wire(user_files.list_user_files(ids=["a", "b"])).url
    assert url.endswith("?ids=a&ids=b")


def test_switches_and_dates_are_written_as_the_wire_has_them() -> None:
    moment = datetime(2026, 1, 5, 9, tzinfo=UTC)
    url = wire(user_files.list_user_files(has_description=False, date_from=moment)).url
    assert parse_qsl(urlsplit(url).query) == [
        ("date_from", "2026-01-05T09:00:00Z"),
        ("has_description", "false"),
    ]


def test_without_parameters_there_is_no_question_mark() -> None:
    assert "?" not in wire(user_files.list_user_files()).url


def test_a_path_parameter_cannot_leave_its_segment() -> None:
    assert wire(user_files.get_user_file("a/../b?c#d")).url.endswith("/a%2F..%2Fb%3Fc%23d")


# Bodies


def test_a_get_has_no_body_headers() -> None:
    made = wire(user_files.list_user_files())
    assert header(made, "content-length") + header(made, "content-type") == []


def test_a_post_without_a_body_says_that_its_length_is_zero() -> None:
    made = wire(Request(operation(method="POST"), "/x"))
    assert header(made, "content-length") == ["0"]


def test_a_json_body_has_its_type_and_length() -> None:
    made = wire(Request(operation(method="POST"), "/x", body=JsonBody({"a": 1})))
    assert header(made, "content-type") == ["application/json"]
    assert header(made, "content-length") == ["7"]


def test_a_multipart_body_has_its_exact_length() -> None:
    body = MultipartBody([("files", File(b"x" * 1000, "a.jpg"))])
    made = wire(Request(operation(method="POST"), "/x", body=body))
    sent = b"".join(made.content.pieces())
    assert header(made, "content-length") == [str(len(sent))]


# Responses and ids


def test_a_header_of_a_response_is_found_in_any_case() -> None:
    answer = Reply(200, [(b"X-Request-ID", b"r"), (b"x-request-id", b"s")], b"")
    assert (answer.header("x-REQUEST-id"), answer.header("missing")) == ("r", None)


def test_every_request_id_is_new() -> None:
    assert len({new_request_id() for _ in range(1000)}) == 1000


def test_an_extra_header_replaces_the_clients_own_in_any_case() -> None:
    made = wire(user_files.list_user_files(), extra_headers={"user-AGENT": "mine/1"})
    assert header(made, "User-Agent") == ["mine/1"]


def test_a_header_that_came_twice_is_joined() -> None:
    reply = Reply(200, [(b"Via", b"a"), (b"X-One", b"1"), (b"via", b"b")], b"")
    assert reply.headers() == {"via": "a, b", "x-one": "1"}


def test_a_query_that_is_not_UTF_8_is_refused() -> None:
    with pytest.raises(ValidationError, match="cannot be sent in a URL"):
        wire(user_files.list_user_files(search="caf\udce9"))
