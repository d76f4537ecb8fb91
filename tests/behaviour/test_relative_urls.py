"""URLs in responses that are relative to the origin of the service become absolute."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest

from tests.behaviour.calls import Calls
from tests.behaviour.servers import answering

KEY = "aion_relative_" + "0123456789abcdefABCDEF"
ID = "11111111-1111-4111-8111-111111111111"


def redirecting(location: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.parametrize("what", ["documents", "variants"])
def test_a_relative_redirect_to_an_object_is_joined_to_the_origin(calls: Calls, what: str) -> None:
    with answering(redirecting("/objects/a?signature=x")) as url:
        client = calls.client_of(url, KEY)
        found = calls(
            client.documents.download(ID) if what == "documents" else client.files.get_variant(ID)
        )
    assert found == f"http://{urlsplit(url).netloc}/objects/a?signature=x"


@pytest.mark.parametrize(
    "location", ["https://objects.example/a?signature=x", "http://u:p@h/a?b#c"]
)
def test_an_address_that_is_whole_stays_as_it_came(calls: Calls, location: str) -> None:
    with answering(redirecting(location)) as url:
        client = calls.client_of(url, KEY)
        assert calls(client.documents.download(ID)) == location


def test_the_picture_of_a_scene_is_joined_to_the_origin(calls: Calls) -> None:
    path = "/api/v2/video-scenes/s/thumbnail"
    scenes = [{"scene_id": "s", "thumbnail_url": path}, {"scene_id": "t", "thumbnail_url": None}]
    body = json.dumps({"scenes": scenes, "count": 2}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    with answering(f"{head}\r\n\r\n".encode() + body) as url:
        found = calls(calls.client_of(url, KEY).video_scenes.list(ID))
    pictures = [scene.thumbnail_url for scene in found.scenes]
    assert pictures == [f"http://{urlsplit(url).netloc}{path}", None]
