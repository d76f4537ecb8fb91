"""Common mistakes of the first day: each message says what happened, why, and the line to type."""

from __future__ import annotations

import base64
import io
import pickle
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from aion import AionVision, SyncAionVision
from aion.exceptions import (
    ConfigurationError,
    NotOpenError,
    ResourceNotFoundError,
    ServerError,
    ValidationError,
)
from aion.testing import Sandbox
from aion_api.models.colors import ColorSearchRequestDTO
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import draw
from tests.behaviour.servers import HTML, answering

KEY = "aion_fake_" + "0123456789abcdefABCDEF"
UPLOADS = [
    "upload_one",
    "upload",
    "documents.upload_one",
    "documents.upload",
    "video_uploads.upload_one",
    "video_uploads.upload",
]
ROUTES = ["describe", "verify"]
"""The methods that take URLs, too."""
BASE64 = base64.b64encode(draw()).decode()


@pytest.fixture
def nothing_is_sent(sandbox: Sandbox) -> Iterator[None]:
    """After the test no request was made."""
    yield
    assert sandbox.requests == []


def method(client: Any, name: str) -> Any:
    """A method by its path from the client."""
    for part in name.split("."):
        client = getattr(client, part)
    return client


def refusal(calls: Calls, sandbox: Sandbox, name: str, file: Any, **more: Any) -> str:
    """Return the message of a call that a check refuses."""
    if name == "verify":
        more["content"] = "A harbor."
    with pytest.raises(ValidationError) as caught:
        calls(method(calls.client(sandbox), name)(file, **more))
    assert not caught.value.was_sent
    return str(caught.value)


class Array:
    """What an array of numpy looks like."""

    __module__ = "numpy"
    dtype = SimpleNamespace(kind="u")

    def __iter__(self) -> Iterator[int]:
        return iter(range(3))


# Files


@pytest.mark.usefixtures("nothing_is_sent")
@pytest.mark.parametrize("name", UPLOADS)
def test_a_url_is_not_a_file(name: str, calls: Calls, sandbox: Sandbox) -> None:
    url = "https://user:word@files.example/a/photo.jpg?signature=fake-secret"
    text = refusal(calls, sandbox, name, url)
    assert "https://files.example/a/photo.jpg is a URL, not a path" in text
    assert 'urllib.request.urlretrieve(url, "photo.jpg")' in text
    assert "client.links.create(url)" in text
    assert ("fake-secret" in text, "word" in text) == (False, False)


@pytest.mark.usefixtures("nothing_is_sent")
@pytest.mark.parametrize("name", [*UPLOADS, *ROUTES])
@pytest.mark.parametrize(
    ("url", "advice"),
    [("s3://bucket/a.jpg", "download the object"), ("file:///a.jpg", "url2pathname(url[7:])")],
)
def test_a_url_of_another_kind_is_not_a_file(
    url: str, advice: str, name: str, calls: Calls, sandbox: Sandbox
) -> None:
    text = refusal(calls, sandbox, name, url)
    assert f"{url.partition('://')[0]}://" in text
    assert advice in text


@pytest.mark.usefixtures("nothing_is_sent")
@pytest.mark.parametrize("name", [*UPLOADS, *ROUTES])
@pytest.mark.parametrize("kind", [str, Path])
def test_a_tilde_is_not_expanded(
    kind: type[str] | type[Path], name: str, calls: Calls, sandbox: Sandbox
) -> None:
    text = refusal(calls, sandbox, name, kind("~/photo.jpg"))
    assert "Path('~/photo.jpg').expanduser()" in text


def test_a_file_whose_name_begins_with_a_tilde_is_uploaded(
    calls: Calls, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "~draft.jpg").write_bytes(draw())
    monkeypatch.chdir(tmp_path)
    assert calls(calls.client(sandbox).upload_one("~draft.jpg")).filename == "~draft.jpg"


@pytest.mark.usefixtures("nothing_is_sent")
@pytest.mark.parametrize("name", [*UPLOADS, *ROUTES])
def test_base64_is_not_a_path(name: str, calls: Calls, sandbox: Sandbox) -> None:
    text = refusal(calls, sandbox, name, BASE64)
    assert "is base64, not a path" in text
    assert "base64.b64decode(text)" in text
    assert len(text) < 250


@pytest.mark.usefixtures("nothing_is_sent")
@pytest.mark.parametrize("name", UPLOADS)
def test_a_data_url_is_not_a_path(name: str, calls: Calls, sandbox: Sandbox) -> None:
    text = refusal(calls, sandbox, name, f"data:image/jpeg;base64,{BASE64}")
    assert "data:image/jpeg;base64,... is a data URL" in text
    assert 'base64.b64decode(url.partition(",")[2])' in text
    assert len(text) < 250


@pytest.mark.usefixtures("nothing_is_sent")
@pytest.mark.parametrize("name", ["upload_one", "documents.upload_one"])
def test_bytes_of_base64_are_to_be_decoded(name: str, calls: Calls, sandbox: Sandbox) -> None:
    text = refusal(calls, sandbox, name, BASE64.encode(), filename="a.pdf")
    assert "it is base64; pass base64.b64decode(data)" in text


@pytest.mark.usefixtures("nothing_is_sent")
@pytest.mark.parametrize("name", [*UPLOADS, *ROUTES])
def test_text_that_is_too_long_for_a_path_is_not_printed(
    name: str, calls: Calls, sandbox: Sandbox
) -> None:
    text = refusal(calls, sandbox, name, "A harbor at noon. " * 1000)
    assert "18,000 characters) is too long for a path" in text
    assert len(text) < 250


@pytest.mark.usefixtures("nothing_is_sent")
@pytest.mark.parametrize("name", [*UPLOADS, *ROUTES])
def test_a_picture_of_pil_is_to_be_saved(name: str, calls: Calls, sandbox: Sandbox) -> None:
    text = refusal(calls, sandbox, name, Image.new("RGB", (8, 8)))
    assert "is a PIL image: save it with image.save(" in text
    assert "pass buffer.getvalue()" in text


@pytest.mark.usefixtures("nothing_is_sent")
@pytest.mark.parametrize("name", [*UPLOADS, *ROUTES])
def test_an_array_is_to_be_made_a_picture(name: str, calls: Calls, sandbox: Sandbox) -> None:
    assert "image = Image.fromarray(array)" in refusal(calls, sandbox, name, Array())


@pytest.mark.usefixtures("nothing_is_sent")
@pytest.mark.parametrize("name", [*UPLOADS, *ROUTES])
def test_a_buffer_has_bytes_to_pass(name: str, calls: Calls, sandbox: Sandbox) -> None:
    text = refusal(calls, sandbox, name, io.BytesIO(draw()))
    assert "is a buffer: pass its bytes, .getvalue()" in text


@pytest.mark.usefixtures("nothing_is_sent")
@pytest.mark.parametrize("name", UPLOADS)
def test_another_kind_of_path_is_to_be_text(name: str, calls: Calls, sandbox: Sandbox) -> None:
    assert "pass os.fspath(path)" in refusal(calls, sandbox, name, PurePosixPath("a.jpg"))


@pytest.mark.usefixtures("nothing_is_sent")
def test_the_bytes_of_a_video_are_to_be_written_to_a_file(calls: Calls, sandbox: Sandbox) -> None:
    text = refusal(calls, sandbox, "video_uploads.upload_one", b"\0" * 64)
    assert 'Path("video.mp4").write_bytes(data)' in text


# Arguments


@pytest.mark.usefixtures("nothing_is_sent")
def test_one_tag_is_to_be_a_list(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ValidationError, match=r"tags=\['x'\]"):
        calls(calls.client(sandbox).files.list(tags="x"))


@pytest.mark.usefixtures("nothing_is_sent")
@pytest.mark.parametrize(
    ("value", "line"),
    [("blue", "color_name='blue'"), ("Blue", "color_name='Blue'"), ("#00f", "hex_code='#00f'")],
)
def test_a_color_is_not_a_family(value: str, line: str, calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ValidationError) as caught:
        calls(calls.client(sandbox).colors.search(color_family=value))
    assert line in str(caught.value)
    assert "'earth_tone'" in str(caught.value)
    assert "list_families()" in str(caught.value)


def test_a_family_that_only_the_service_knows_is_sent(calls: Calls, sandbox: Sandbox) -> None:
    assert calls(calls.client(sandbox).colors.search(color_family="wood")).results == []


@pytest.mark.usefixtures("nothing_is_sent")
@pytest.mark.parametrize("body", [{"hex_code": "#fff"}, ColorSearchRequestDTO(hex_code="#fff")])
@pytest.mark.parametrize("name", ["call", "call_raw"])
def test_a_body_alone_is_not_a_call(name: str, body: Any, calls: Calls, sandbox: Sandbox) -> None:
    text = refusal(calls, sandbox, name, body)
    assert "what a function of aion_api.api returned, such as rules.list_rule_sets()" in text
    assert "body=..." in text


def test_a_journal_of_a_folder_that_grew_names_what_to_pass(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    photos, journal = tmp_path / "photos", tmp_path / "photos.journal"
    photos.mkdir()
    (photos / "a.jpg").write_bytes(draw())
    client = calls.client(sandbox)
    calls(client.upload(photos, journal=journal))
    (photos / "b.jpg").write_bytes(draw(size=(31, 17)))
    with pytest.raises(ValidationError) as caught:
        calls(client.upload(photos, journal=journal))
    assert f"Journal({str(journal)!r}).report()" in str(caught.value)
    assert f"journal={str(tmp_path / 'photos-2.journal')!r}" in str(caught.value)
    more = calls(
        client.upload(caught.value.details["new_files"], journal=tmp_path / "photos-2.journal")
    )
    assert [one.filename for one in more] == ["b.jpg"]


# The service's own refusals


def test_an_argument_that_the_service_refuses_was_sent(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    calls(client.folders.create("harbors"))
    with pytest.raises(ValidationError) as caught:
        calls(client.folders.create("harbors"))
    assert caught.value.was_sent


# Clients and settings


def test_a_closed_client_raises_an_error_of_this_package(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    calls(client.close())
    with pytest.raises(NotOpenError, match="make a new one"):
        calls(client.files.list())


@pytest.mark.parametrize("client", [AionVision, SyncAionVision])
@pytest.mark.parametrize("key", ["", "short", "no_underscore-but spaces"])
def test_a_wrong_key_is_an_error_of_this_package_that_does_not_show_it(
    key: str, client: Any
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        client(key)
    assert not key or key not in str(caught.value)


@pytest.mark.parametrize("client", [AionVision, SyncAionVision])
@pytest.mark.parametrize(
    ("variable", "reason"),
    [(None, "AIONVISION_API_KEY is not set"), ("", "AIONVISION_API_KEY is empty")],
)
def test_an_empty_key_of_a_program_is_named(
    variable: str | None, reason: str, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIONVISION_API_KEY", raising=False)
    if variable is not None:
        monkeypatch.setenv("AIONVISION_API_KEY", variable)
    with pytest.raises(ConfigurationError, match=f"api_key is empty and {reason}; set "):
        client.from_env(api_key="")


@pytest.mark.parametrize("path", ["", "/api", "/api/v1"])
def test_a_base_url_without_the_prefix_is_named(path: str, calls: Calls, sandbox: Sandbox) -> None:
    root = sandbox.base_url.removesuffix("/api/v2")
    client = calls.client(sandbox, base_url=root + path)
    with pytest.raises(ResourceNotFoundError) as caught:
        calls(client.files.list())
    assert f"the base URL {root + path!r} is without /api/v2" in str(caught.value)
    assert f"try base_url={sandbox.base_url!r}" in str(caught.value)


def test_an_id_that_does_not_exist_says_nothing_of_the_base_url(
    calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(ResourceNotFoundError) as caught:
        calls(calls.client(sandbox).files.get("00000000-0000-4000-8000-000000000000"))
    assert "base_url" not in str(caught.value)


@pytest.mark.parametrize(("prefix", "is_named"), [("", True), ("/api/v2", False)])
def test_a_page_of_a_website_names_a_base_url_without_the_prefix(
    prefix: str, is_named: bool, calls: Calls
) -> None:
    with answering(HTML) as url:
        client = calls.client_of(url.removesuffix("/api/v2") + prefix, KEY)
        with pytest.raises(ServerError) as caught:
            calls(client.files.list())
    assert ("try base_url=" in str(caught.value)) == is_named


# Attributes


@pytest.fixture(params=[AionVision, SyncAionVision])
def client(request: pytest.FixtureRequest) -> Any:
    """A client of either kind."""
    return request.param(KEY)


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("image", "uploads"),
        ("file", "files"),
        ("upload_images", "upload"),
        ("search", "agent_search"),
        ("video", "video_uploads"),
    ],
)
def test_an_unknown_attribute_names_similar_ones(name: str, close: str, client: Any) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(client, name)
    advice = str(caught.value).partition("Did you mean ")[2].partition("?")[0]
    assert close in advice.split(", ")
    assert "Its resources: agent_operations, agent_search, audit" in str(caught.value)


def test_an_unknown_attribute_is_absent(client: Any) -> None:
    assert not hasattr(client, "image")


def test_a_private_attribute_gets_no_advice(client: Any) -> None:
    with pytest.raises(AttributeError, match=r"has no attribute '_image'$"):
        getattr(client, "_image")  # noqa: B009 - type checkers know that it does not exist


def test_an_error_in_a_property_is_not_hidden(client: Any) -> None:
    class Odd(type(client)):  # type: ignore[misc]
        @property
        def harbor(self) -> str:
            text: Any = "Kiel"
            return str(text.ferries)

    with pytest.raises(AttributeError, match="ferries"):
        print(Odd(KEY).harbor)


def test_a_client_still_refuses_a_pickle(client: Any) -> None:
    with pytest.raises(TypeError, match="holds connections"):
        pickle.dumps(client)
