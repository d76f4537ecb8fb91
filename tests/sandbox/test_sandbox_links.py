"""Links of the sandbox: states of a crawl, and the addresses that it may call."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from aion.sandbox.links.fetch import CrawlFailed, fetch, loopback_address
from aion.sandbox.links.page_reader import read_page
from aion.testing import Sandbox

HARBOR = "https://pages.aion.test/harbor"


def save(api: httpx.Client, url: str, **more: Any) -> dict[str, Any]:
    """Return the response for a saved link."""
    answer = api.post("/user-files/links", json={"url": url, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def details(api: httpx.Client, link: dict[str, Any]) -> dict[str, Any]:
    return dict(api.get(f"/user-files/{link['id']}").json())


# States


def test_a_crawl_goes_through_its_states_one_by_one(api: httpx.Client, sandbox: Sandbox) -> None:
    link = save(api, HARBOR)
    seen = [link["crawl_status"]]
    for _ in range(2):
        sandbox.step_clock(1)
        seen.append(details(api, link)["crawl_status"])
    assert seen == ["queued", "processing", "completed"]


def test_list_and_details_show_the_same_of_a_link(api: httpx.Client, sandbox: Sandbox) -> None:
    link = save(api, HARBOR)
    sandbox.step_clock(5)
    item = api.get("/user-files", params={"media_types": "link"}).json()["files"][0]
    whole = details(api, link)
    shared = item.keys() & whole.keys() - {"full_url"}
    assert {name: item[name] for name in shared} == {name: whole[name] for name in shared}
    assert (whole["page_title"], whole["crawled_at"] is not None) == ("Harbor log", True)
    assert whole["og_metadata"]["site_name"] == "Quillhaven Gazette"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://pages.aion.test/nowhere", "responded with 404"),
        ("https://pages.aion.test/broken", "responded with 500"),
        ("https://pages.aion.test/notes.txt", "text/plain"),
        ("https://quillhaven.example/", "no outgoing calls"),
        ("http://10.1.2.3/", "no outgoing calls"),
        ("http://localhost.quillhaven.example/", "no outgoing calls"),
        ("http://2130706433/", "no outgoing calls"),
        ("http://127.0.0.1:1/", "could not be reached"),
        ("http://127.0.0.1:99999/", "not a URL"),
    ],
)
def test_a_page_that_cannot_be_had_is_a_failed_crawl_with_the_reason(
    url: str, reason: str, api: httpx.Client, sandbox: Sandbox
) -> None:
    link = save(api, url)
    sandbox.step_clock(5)
    found = details(api, link)
    assert found["crawl_status"] == "failed"
    assert reason in found["crawl_error"]


def test_a_fault_fails_the_crawl_of_one_address(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.fail_job("crawl", "the page was asleep", name="*/harbor")
    links = [save(api, HARBOR), save(api, "https://pages.aion.test/bakery")]
    sandbox.step_clock(5)
    found = [details(api, link) for link in links]
    assert [one["crawl_status"] for one in found] == ["failed", "completed"]
    assert found[0]["crawl_error"] == "the page was asleep"


def test_a_link_is_recrawled_after_an_hour_and_not_before(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    link = save(api, "https://pages.aion.test/bare")
    sandbox.step_clock(5)
    again = f"/user-files/{link['id']}/recrawl"
    assert api.post(again).json() == {"status": "queued", "link_id": link["id"]}
    sandbox.step_clock(3599)
    refused = api.post(again)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    sandbox.step_clock(1)
    assert api.post(again).status_code == 200


def test_only_links_are_recrawled(api: httpx.Client) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    answer = api.post(f"/user-files/{nobody}/recrawl")
    assert (answer.status_code, answer.json()["error"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("url", ["", "ftp://pages.aion.test/a", "https://", "https://[::1"])
def test_what_is_not_an_address_of_a_page_is_refused(url: str, api: httpx.Client) -> None:
    answer = api.post("/user-files/links", json={"url": url})
    assert (answer.status_code, answer.json()["details"]["field"]) == (400, "url")


def test_a_link_has_no_bytes_and_no_sizes(api: httpx.Client) -> None:
    link = save(api, HARBOR)
    assert api.get(f"/user-files/{link['id']}/download").status_code == 400
    assert api.post(f"/user-files/{link['id']}/trigger-variants").status_code == 400


# Addresses that a crawl may call


@pytest.fixture
def site() -> Iterator[str]:
    """A small site on this machine: a page, and redirects to it, away from it, and in a circle."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            targets = {
                "/moved": "/page",
                "/away": "https://quillhaven.example/",
                "/circle": "/circle",
                "/file": "file:///etc/hostname",
            }
            target = targets.get(self.path)
            body = b"<title>Local caf\xe9</title><img src='x.png'><p>here</p>"
            self.send_response(302 if target else 200)
            if target:
                self.send_header("Location", target)
            self.send_header("Content-Type", "text/html; charset=latin-1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_page_on_this_machine_is_crawled(site: str, api: httpx.Client, sandbox: Sandbox) -> None:
    link = save(api, f"{site}/moved")
    sandbox.step_clock(5)
    found = details(api, link)
    assert (found["title"], found["crawl_status"]) == ("Local café", "completed")
    assert found["extracted_images"] == {"images": [{"url": f"{site}/x.png", "alt": ""}]}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/away", "no outgoing calls"),
        ("/circle", "redirects"),
        ("/file", "not the scheme of a web"),
    ],
)
def test_a_redirect_leads_nowhere_else(path: str, reason: str, site: str) -> None:
    with pytest.raises(CrawlFailed, match=reason):
        fetch(site + path, local=True)


def test_a_sandbox_for_other_machines_does_not_ask_its_own(site: str) -> None:
    with pytest.raises(CrawlFailed, match="serves other machines"):
        fetch(f"{site}/page", local=False)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("localhost", "127.0.0.1"),
        ("127.8.8.8", "127.8.8.8"),
        ("::1", "::1"),
        ("0.0.0.0", None),
        ("169.254.169.254", None),
        ("pages.example", None),
        ("", None),
    ],
)
def test_only_loopback_addresses_are_this_machine(host: str, address: str | None) -> None:
    assert loopback_address(host) == address


# Reading


def test_a_page_without_preview_data_is_read_by_its_title_and_text() -> None:
    found = read_page("<title> A  b </title><style>p{}</style><p>Some\n text</p>", HARBOR)
    assert (found.title, found.text, found.preview) == ("A b", "Some text", {})


def test_addresses_on_a_page_are_absolute_or_left_out() -> None:
    html = "<img src='/a.jpg'><img src='data:x'><img src=''><img><link rel='shortcut icon' href=i>"
    found = read_page(html, HARBOR)
    assert [one["url"] for one in found.images] == ["https://pages.aion.test/a.jpg"]
    assert found.favicon == "https://pages.aion.test/i"


def test_a_page_that_never_ends_its_tags_is_read_in_bounds() -> None:
    found = read_page("<title>" + "x" * 9000 + "<p>" * 9000 + "<img src=a>" * 9000, HARBOR)
    assert len(found.title or "") <= 2000
    assert len(found.images) <= 50


@pytest.mark.parametrize("piece", ["<!--", "<", "<a b='", "<![CDATA["])
def test_a_page_made_to_be_slow_is_read_in_seconds(piece: str) -> None:
    began = time.monotonic()
    read_page(piece * (256 * 1024 // len(piece)), HARBOR)
    assert time.monotonic() - began < 20
