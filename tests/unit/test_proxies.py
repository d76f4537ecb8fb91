"""The URL of a proxy: parsed, or refused without showing possible secrets."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion._http.proxies import parse_proxy

CANARY = "Pa55w0rdCanary"
_PRINTED = st.characters(min_codepoint=0x21, exclude_categories=["Cs", "Cc", "Z"])
PLAIN = st.text(_PRINTED, min_size=1).filter(lambda text: not set(text) & set("/?#%\"'"))


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://proxy.example:8080", "http://proxy.example:8080"),
        ("HTTP://Proxy.Example", "http://proxy.example:80"),
        ("https://proxy.example", "https://proxy.example:443"),
        ("socks5://proxy.example", "socks5://proxy.example:1080"),
        ("socks5h://proxy.example:9", "socks5h://proxy.example:9"),
        (" http://proxy.example:1/\n", "http://proxy.example:1"),
        ("http://proxy.example:1/path?query#part", "http://proxy.example:1"),
        ("http://[::1]:3128", "http://[::1]:3128"),
        ("http://[::1]", "http://[::1]:80"),
        ("http://münchen.example:1", "http://xn--mnchen-3ya.example:1"),
    ],
)
def test_a_proxy_has_one_address(url: str, address: str) -> None:
    assert parse_proxy(url).address == address


@pytest.mark.parametrize(
    ("login", "user", "password"),
    [
        ("user:pw", "user", "pw"),
        ("user", "user", ""),
        ("user:", "user", ""),
        (":pw", "", "pw"),
        (r"DOMAIN\user:pw", r"DOMAIN\user", "pw"),
        ("user:p@ss", "user", "p@ss"),
        ("user:p:w", "user", "p:w"),
        ("user:100%", "user", "100%"),
        ("user:p%2Fw%23%3F%25", "user", "p/w#?%"),
        ("us%3Aer:p w", "us:er", "p w"),
        ("us\u00e9r:p\u00e4ss", "us\u00e9r", "p\u00e4ss"),
    ],
)
def test_user_name_and_password_are_decoded(login: str, user: str, password: str) -> None:
    proxy = parse_proxy(f"http://{login}@proxy.example:1")
    assert (proxy.user, proxy.password) == (user, password)


def test_an_empty_login_is_none() -> None:
    assert parse_proxy("http://@proxy.example").user is None


@given(PLAIN.filter(lambda text: ":" not in text), PLAIN)
def test_any_login_without_delimiters_is_understood_as_it_is(user: str, password: str) -> None:
    proxy = parse_proxy(f"http://{user}:{password}@proxy.example:1")
    assert (proxy.user, proxy.password, proxy.host) == (user, password, "proxy.example")


@given(st.text(_PRINTED, min_size=1), st.text(_PRINTED))
def test_the_url_of_a_proxy_is_read_back_as_it_was(user: str, password: str) -> None:
    proxy = parse_proxy(f"http://{quote(user, safe='')}:{quote(password, safe='')}@proxy.example")
    assert parse_proxy(proxy.url) == proxy
    assert (proxy.user, proxy.password) == (user, password)


@given(st.text())
def test_any_text_is_a_proxy_or_refused(text: str) -> None:
    try:
        proxy = parse_proxy(text, scheme="http")
    except ValueError:
        return
    assert proxy.address.isascii()


WRONG = [
    f"http://user:{CANARY}/x@proxy.example:1",
    f"http://user:x/{CANARY}@proxy.example:1",
    f"http://user:x?{CANARY}@proxy.example:1",
    f"http://user:x#{CANARY}@proxy.example:1",
    f"http://user:80/{CANARY}@proxy.example:1",
    f"http://user:x@y/{CANARY}@proxy.example:1",
    f"http://user:{CANARY}",
    f"user:{CANARY}",
    f"http://user:{CANARY}@",
    f"http://user:{CANARY}@proxy.example:port",
    f"http://user:{CANARY}@proxy.example:0",
    f"http://user:{CANARY}@proxy.example:65536",
    f"http://user:{CANARY}@proxy.example:\u0661",
    f"http://user:{CANARY}@a..b:1",
    f"http://user:{CANARY}@[::1:3128",
    f"http://user:{CANARY}@[::1]3128",
    f"http://user:{CANARY}@[nothing]:1",
    f"http://user:{CANARY}@::1:3128",
    f"http://user:{CANARY}@pro xy:1",
    f"http://user:{CANARY}%40proxy.example:1",
    f"http://{CANARY}%40proxy.example:1",
    f"socks://user:{CANARY}@proxy.example:1",
    f"socks4://user:{CANARY}@proxy.example:1",
    f"ftp://user:{CANARY}@proxy.example:1",
    f"{CANARY}://user:x@proxy.example:1",
    f'"http://user:{CANARY}@proxy.example:1"',
    f"'http://user:{CANARY}@proxy.example:1'",
    f"http://user:{CANARY}\n@proxy.example:1",
    f"http://user:{CANARY}\x00@proxy.example:1",
    f"http://user:{CANARY}\ud800@proxy.example:1",
]


@pytest.mark.parametrize("url", WRONG)
def test_P16_a_proxy_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_proxy(url, scheme="http")
    assert CANARY.lower() not in str(caught.value).lower()
    assert str(caught.value)


def test_a_password_that_has_to_be_encoded_is_refused_with_how() -> None:
    with pytest.raises(ValueError, match=r"percent-encoded .*/ is %2F"):
        parse_proxy("http://user:Pa55/word@127.0.0.1:9")


def test_a_scheme_of_socks_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ValueError, match="use socks5:// or socks5h://"):
        parse_proxy("socks://127.0.0.1:1080")


def test_P16_no_repr_of_a_proxy_shows_its_login() -> None:
    proxy = parse_proxy(f"http://user:{CANARY}@proxy.example:1")
    assert CANARY not in f"{proxy!r} {proxy} {proxy.url!r} {proxy.password!r}"
