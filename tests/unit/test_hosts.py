"""Host names in one form, whatever they came in."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion._http.hosts import HostError, ascii_host, is_loopback, located


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("Host.Example", "host.example"),
        ("host.example.", "host.example."),
        ("under_score.example", "under_score.example"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("MÜNCHEN.example", "xn--mnchen-3ya.example"),
        # As browsers do, and not as the older codec of the standard library: that is another host.
        ("straße.example", "xn--strae-oqa.example"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("FE80::1%25eth0", "fe80::1%eth0"),
    ],
)
def test_a_host_has_one_form(name: str, host: str) -> None:
    assert ascii_host(name) == host


@pytest.mark.parametrize(
    "name",
    ["", ".", "a..b", ".a", "a b", "a\x00b", "a\nb", "x" * 64, "a." * 127 + "toolong", "a/b", "a@b",
     "\ud800.example", "ü" * 80, "1::2::3", "a:b", "xn--\u2028.example"],
)  # fmt: skip
def test_what_is_not_a_host_is_refused_by_name(name: str) -> None:
    with pytest.raises(HostError, match="is not a host name: ") as caught:
        ascii_host(name)
    assert repr(name)[1:20].rstrip("'") in str(caught.value)


@given(st.text())
def test_any_text_is_a_host_that_could_be_sent_or_refused(text: str) -> None:
    try:
        host = ascii_host(text)
    except HostError:
        return
    assert re.fullmatch(r"[!$&'()*+,;=~.\w%:-]+", host, re.ASCII)


@given(st.text())
def test_the_form_of_a_host_is_its_own_form(text: str) -> None:
    try:
        host = ascii_host(text)
    except HostError:
        return
    assert ascii_host(host) == host


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1", "127.9.9.9", "::1",
     "[::1]", "::ffff:127.0.0.1"],
)  # fmt: skip
def test_this_machine_is_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["localhost.example", "notlocalhost", "128.0.0.1", "::2", "127.0.0.1.example", "0.0.0.0"],
)  # fmt: skip
def test_another_machine_is_not_this_one(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://Host/x?y#z", (("https", "host", 443), "host", "https://host/x?y#z")),
        (
            "http://u:p@münchen.example:8080/x",
            (
                ("http", "xn--mnchen-3ya.example", 8080),
                "xn--mnchen-3ya.example:8080",
                "http://xn--mnchen-3ya.example:8080/x",
            ),
        ),
        ("http://[::1]:9/", (("http", "::1", 9), "[::1]:9", "http://[::1]:9/")),
    ],
)
def test_a_url_is_located(url: str, found: object) -> None:
    assert located(url) == found


def test_a_signed_url_stays_as_it_came() -> None:
    url = "https://store.example/a%2fb?X-Sig=a+b%20c&d=?"
    assert located(url)[2] == url


@pytest.mark.parametrize(
    "url",
    ["https://host:99999/", "https://host:0/", "https://user:Pa55#word@host", "https://[::1/"],
)
def test_a_url_that_leads_nowhere_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(ValueError) as caught:
        located(url)
    assert "Pa55" not in str(caught.value)
