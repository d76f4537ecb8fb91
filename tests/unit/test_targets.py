"""The target in a response: a usable URL, or a reason, whatever the response contains."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion._engine.engine import Engine
from aion._http import targets
from aion._http.content import EMPTY
from aion._http.hosts import located
from aion._http.request import Urls
from aion.config import ClientConfig
from aion.exceptions import ServerError

BASE = "https://service.example/api/v2"
ENGINE = Engine(ClientConfig("aion_targets_0123456789abcdef", base_url=BASE))
USABLE = {
    "/objects/a?signature=x": "https://service.example/objects/a?signature=x",
    "?page=2": "https://service.example/api/v2?page=2",
    "//other.example/a": "https://other.example/a",
    "http://127.0.0.1:9000/a": "http://127.0.0.1:9000/a",
    "http://[::1]:9000/a": "http://[::1]:9000/a",
    "http://minio_1:9000/a": "http://minio_1:9000/a",
    "http://h:/a": "http://h/a",
    " /a b ": "https://service.example/a b",
    "http://user:secret@h/a@b": "http://h/a@b",
}
UNUSABLE: list[Any] = [
    *("", " ", "#fragment", "\x00", "/a\r\nX: y", "/a\tb", "/\ud800", "/a\x7f"),
    *(
        "http://",
        "http:///a",
        "http:a",
        "https://:443/",
        "http://a b/",
        "http://a..b/",
        "http://%41/",
    ),
    *("http://h:0/", "http://h:65536/", "http://h:99999999999/", "http://h:-1/", "http://h:a/"),
    *("http://[::1/", "http://::1]/", "http://[]/", "http://[v1.x]/", "http://h:٨/"),
    *("//", "///a", "http://h\\@other/", "http://" + "a" * 64 + "/", "http://" + "a." * 130 + "b/"),
    *("ftp://h/a", "file:///etc/passwd", "javascript:alert(1)", "data:,x", "/" + "a" * 100_000),
    *(None, 5, 0.5, True, [], ["/a"], {}, b"/a"),
]
HEADERS: list[Any] = [
    *([], "a: b", 5, {5: "x"}, {"": "x"}, {"a b": "x"}, {"a\r\nb": "x"}, {"ä": "x"}, {"a:": "x"}),
    *({"a": 5}, {"a": None}, {"a": ["x"]}, {"a": "x\r\nEvil: y"}, {"a": "\x00"}, {"a": "漢"}),
]


@pytest.mark.parametrize("url", USABLE)
def test_a_url_is_completed(url: str) -> None:
    assert targets.absolute(BASE, url) == USABLE[url]


@pytest.mark.parametrize("url", UNUSABLE, ids=lambda url: ascii(url)[:30])
def test_what_cannot_be_called_is_refused(url: object) -> None:
    with pytest.raises(targets.Unusable):
        targets.absolute(BASE, url)


@pytest.mark.parametrize("url", UNUSABLE, ids=lambda url: ascii(url)[:30])
def test_p15_a_call_of_what_cannot_be_called_is_an_error_of_the_response(url: Any) -> None:
    with pytest.raises(ServerError) as caught:
        ENGINE._plan_object("GET", url, None, EMPTY, whole=True)  # pyright: ignore[reportPrivateUsage]
    assert caught.value.code == "INVALID_RESPONSE"
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("headers", HEADERS, ids=ascii)
def test_p15_headers_that_cannot_be_sent_are_an_error_of_the_response(headers: Any) -> None:
    with pytest.raises(ServerError) as caught:
        ENGINE._plan_object("PUT", "/a", headers, EMPTY, whole=True)  # pyright: ignore[reportPrivateUsage]
    assert caught.value.code == "INVALID_RESPONSE"


def test_headers_that_are_made_for_each_request_are_not_sent_twice() -> None:
    asked = {
        "Host": "evil",
        "content-length": "5",
        "Transfer-Encoding": "x",
        "X-Amz-Acl": "private",
    }
    assert targets.headers(asked) == {"X-Amz-Acl": "private"}


def test_p17_what_is_shown_of_a_url_holds_no_credential() -> None:
    with pytest.raises(targets.Unusable) as caught:
        targets.absolute(BASE, "ftp://user:secret@h/a?signature=secret#secret")
    assert "secret" not in str(caught.value)


def test_p17_a_name_and_a_password_in_a_url_are_not_sent() -> None:
    call = ENGINE._plan_object(  # pyright: ignore[reportPrivateUsage]
        "GET", "http://user:secret@h/a", None, EMPTY, whole=True
    )
    assert "secret" not in f"{call.wire.url} {call.wire.headers}"


def test_bytes_of_a_location_that_are_not_ascii_are_escaped() -> None:
    assert targets.located("/größe".encode().decode("latin-1")) == "/gr%C3%B6%C3%9Fe"


PARTS = ["http:", "https:", "//", "/", "?", "#", "@", ":", "[", "]", "\\", "%", "..", ".", "::1"]
PIECES = [
    *PARTS,
    "h",
    "80",
    "0",
    "65536",
    " ",
    "\r\n",
    "\x00",
    "\u2028",
    "ü",
    "\ud800",
    "１",
    "a" * 64,
]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=9).map("".join))
def test_whatever_comes_as_a_url_is_refused_or_can_be_sent(url: str) -> None:
    try:
        call = ENGINE._plan_object("GET", url, None, EMPTY, whole=True)  # pyright: ignore[reportPrivateUsage]
    except ServerError:
        return
    scheme, host, port = located(call.wire.url)[0]
    assert scheme in ("http", "https")
    assert host
    assert 0 < port < 65536
    try:
        sent = Urls().url(call.wire.url)
    except httpx.InvalidURL:
        # A connection makes a fault of it: `CONNECTION_ERROR`.
        return
    assert sent.port in (None, port)
