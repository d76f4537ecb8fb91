from __future__ import annotations

import hashlib
from collections.abc import Iterator

import httpx
import pytest

from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.runtime.state import State
from aion.testing import Sandbox
from tests.sandbox.conftest import plain
from tests.sandbox.core import on_loop, served

OPERATION = "check_upload_quota_api_v2_uploads_quota_check_get"
KEY = "documents/one/original.pdf"
PDF = {"Content-Type": "application/pdf"}


async def sign(call: Call) -> Response:
    """Give a URL for PUT, and one for POST with its fields, in headers."""
    kind = "application/pdf"
    url, fields = call.upload_form(KEY, content_type=kind, max_bytes=100, seconds=600)
    put = call.upload_url(KEY, content_type=kind, max_bytes=100, seconds=600)
    form = "&".join(f"{name}={value}" for name, value in fields.items())
    return Response(raw=b"", headers={"x-put": put, "x-post": url, "x-form": form})


@pytest.fixture
def signed(api: httpx.Client) -> Iterator[httpx.Headers]:
    with served(OPERATION, sign):
        yield api.get("/uploads/quota-check?file_count=1").headers


@pytest.fixture
def put_url(signed: httpx.Headers) -> str:
    return signed["x-put"]


def form(signed: httpx.Headers) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in signed["x-form"].split("&"))


def test_what_was_put_is_stored_whole_and_known_by_its_hashes(
    sandbox: Sandbox, put_url: str
) -> None:
    answer = plain("PUT", put_url, content=b"%PDF-1", headers=PDF)
    md5 = hashlib.md5(b"%PDF-1").hexdigest()
    assert (answer.status_code, answer.headers["etag"]) == (200, f'"{md5}"')
    info = on_loop(sandbox, lambda state: state.objects.info(KEY))
    assert info is not None
    assert (info.size, info.etag, info.content_type) == (6, md5, "application/pdf")
    assert info.sha256 == hashlib.sha256(b"%PDF-1").hexdigest()


def test_a_second_put_replaces_the_first(sandbox: Sandbox, put_url: str) -> None:
    for content in (b"first", b"again"):
        plain("PUT", put_url, content=content, headers=PDF)
    assert on_loop(sandbox, lambda state: state.objects.read(KEY)) == b"again"


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"Content-Type": "image/png"}, b"x", 403),
        ({}, b"x", 403),
        (PDF, b"x" * 101, 413),
        ({**PDF, "Authorization": "Bearer aion_sandbox_0000000000000000_fake"}, b"x", 400),
    ],
)
def test_what_breaks_the_terms_is_refused_and_not_stored(
    sandbox: Sandbox, put_url: str, headers: dict[str, str], content: bytes, status: int
) -> None:
    answer = plain("PUT", put_url, content=content, headers=headers)
    assert answer.status_code == status
    assert not on_loop(sandbox, lambda state: state.objects.has(KEY))


def test_a_body_of_unknown_length_is_cut_at_the_limit(sandbox: Sandbox, put_url: str) -> None:
    pieces = (b"x" * 60 for _ in range(3))
    assert plain("PUT", put_url, content=pieces, headers=PDF).status_code == 413
    assert not on_loop(sandbox, lambda state: state.objects.has(KEY))


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("max_bytes=100", "max_bytes=999"),
        ("application%2Fpdf", "text%2Fplain"),
        ("/one/", "/two/"),
        ("signature=", "signature=0"),
        ("expires=", "expires=9"),
    ],
)
def test_altered_terms_are_refused(put_url: str, part: str, instead: str) -> None:
    assert part in put_url
    altered = put_url.replace(part, instead)
    assert plain("PUT", altered, content=b"x", headers=PDF).status_code == 403


def test_an_upload_url_expires_by_the_clock(sandbox: Sandbox, put_url: str) -> None:
    sandbox.step_clock(600)
    answer = plain("PUT", put_url, content=b"x", headers=PDF)
    assert (answer.status_code, "expired" in answer.text) == (403, True)


def test_an_upload_url_opens_no_download(put_url: str) -> None:
    plain("PUT", put_url, content=b"x", headers=PDF)
    assert plain("GET", put_url).status_code == 403


def test_urls_can_be_treated_as_expired(sandbox: Sandbox, put_url: str) -> None:
    sandbox.faults.expire_urls(times=1)
    statuses = [plain("PUT", put_url, content=b"x", headers=PDF).status_code for _ in range(2)]
    assert statuses == [403, 200]


def test_a_put_fails_when_a_fault_names_it_and_not_when_it_names_every_call(
    sandbox: Sandbox, put_url: str
) -> None:
    sandbox.faults.fail(status=500)
    sandbox.faults.fail("objects.put", status=503, retry_after=1)
    answers = [plain("PUT", put_url, content=b"x", headers=PDF) for _ in range(2)]
    assert [one.status_code for one in answers] == [503, 200]
    assert answers[0].headers["retry-after"] == "1"
    assert [one.operation for one in sandbox.requests][-2:] == ["objects.put"] * 2


def test_a_form_stores_its_file(sandbox: Sandbox, signed: httpx.Headers) -> None:
    answer = plain("POST", signed["x-post"], data=form(signed), files={"file": ("a", b"%PDF-2")})
    assert (answer.status_code, len(answer.headers["etag"])) == (204, 34)
    assert on_loop(sandbox, lambda state: state.objects.read(KEY)) == b"%PDF-2"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"Content-Type": "text/plain"}, 403),
        ({"max_bytes": "999"}, 403),
        ({"key": "documents/two/original.pdf"}, 403),
        ({"surprise": "x"}, 400),
    ],
)
def test_a_form_with_other_fields_is_refused(
    sandbox: Sandbox, signed: httpx.Headers, change: dict[str, str], status: int
) -> None:
    fields = {**form(signed), **change}
    answer = plain("POST", signed["x-post"], data=fields, files={"file": ("a", b"x")})
    assert answer.status_code == status
    assert not on_loop(sandbox, lambda state: state.objects.has(KEY))


def test_a_form_without_a_file_or_with_too_much_of_one_is_refused(signed: httpx.Headers) -> None:
    url, fields = signed["x-post"], form(signed)
    big = plain("POST", url, data=fields, files={"file": ("a", b"x" * 101)})
    none = plain("POST", url, data=fields, files={"key": (None, KEY)})
    assert (big.status_code, none.status_code) == (413, 400)


def test_objects_can_be_written_copied_joined_and_measured(sandbox: Sandbox) -> None:
    def work(state: State) -> bytes:
        state.objects.write("a/1.part", b"one ")
        state.objects.write("a/2.part", b"two")
        state.objects.join(["a/1.part", "a/2.part"], "a/whole.txt")
        state.objects.copy("a/whole.txt", "b/whole.txt")
        state.objects.delete("a/1.part")
        return state.objects.read("b/whole.txt")

    assert on_loop(sandbox, work) == b"one two"
    info = on_loop(sandbox, lambda state: state.objects.info("b/whole.txt"))
    assert info is not None
    assert info.etag == hashlib.md5(b"one two").hexdigest()
    assert on_loop(sandbox, lambda state: state.objects.info("a/1.part")) is None
