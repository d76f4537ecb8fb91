"""A sandbox in which something of every kind exists, and the ids by which paths reach it."""

from __future__ import annotations

import base64
import json
from typing import Any, Final, cast

import httpx

from aion.sandbox.accounts.logins import PASSWORD
from aion.sandbox.store.ids import TENANT_ID
from aion.testing import Sandbox
from tests.behaviour.papers import MANUAL
from tests.sandbox.conftest import batch, client_of, plain
from tests.sandbox.pictures import jpeg, photo, png

Json = dict[str, Any]

UNKNOWN: Final = "00000000-0000-4000-8000-000000000000"
SETTLED: Final = 30.0
"""Seconds after which all background work is done."""


MOVIE: Final = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0\0\x10\0mdat" + bytes(4088)
"""The shortest bytes that count as a video."""


class World:
    """Ids by what contains them.

    The key is the name of a path parameter, with the segments before it where one name means
    many things: `chat/sessions/{session_id}`.
    """

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}
        self.refused: list[str] = []
        """Things that could not be made, because the sandbox responds with 501."""
        self.session_token = ""
        """Token of a session of the owner."""

    def value(self, path: str, name: str) -> str:
        """Return the value of a path parameter."""
        before = path[: path.index("{" + name + "}")]
        for known, value in self.ids.items():
            place, _, known_name = known.rpartition("/")
            if known_name == name and before == f"/api/v2/{place}/":
                return value
        return self.ids.get(name, UNKNOWN)

    def ground(self, value: Any) -> Any:
        """A copy of a body in which fields that name things name things that exist."""
        if isinstance(value, list):
            return [self.ground(one) for one in cast("Any", value)]
        if not isinstance(value, dict):
            return value
        made: Json = {}
        for name, one in cast("Json", value).items():
            known = self.ids.get(f"body/{name}") or self.ids.get(name)
            first = self.ids.get(name[:-1]) if name.endswith("_ids") else None
            if known is not None and isinstance(one, str):
                made[name] = known
            elif first is not None and isinstance(one, list) and one:
                made[name] = [first]
            else:
                made[name] = self.ground(one)
        return made


def build_world(sandbox: Sandbox) -> World:
    """Fill an empty sandbox on a stepped clock through its API."""
    world = World()
    with client_of(sandbox) as api:
        _Builder(sandbox, api, world).build()
    return world


class _Builder:
    def __init__(self, sandbox: Sandbox, api: httpx.Client, world: World) -> None:
        self._sandbox = sandbox
        self._api = api
        self._world = world

    def build(self) -> None:
        self._library()
        self._rules()
        self._videos()
        self._sandbox.step_clock(SETTLED)
        self._scenes()
        self._colors()
        self._chat()
        self._batches()
        self._cloud()
        self._people()
        self._sandbox.step_clock(SETTLED)
        self._datasets()
        self._sandbox.step_clock(SETTLED)
        self._work_in_progress()

    def _post(self, path: str, status: int = 200, /, **body: Any) -> Json:
        answer = self._api.post(path, json=body or None)
        if answer.status_code == 501:
            self._world.refused.append(path)
            return {}
        assert answer.status_code == status, f"{path}: {answer.text}"
        return dict(answer.json())

    def _keep(self, name: str, value: Any) -> str:
        if value is not None:
            self._world.ids[name] = str(value)
        return str(value)

    def _library(self) -> None:
        folder = self._keep("folder_id", self._post("/folders", 201, name="Harbor")["id"])
        self._keep("new_parent_id", folder)
        self._keep("parent_id", folder)
        batch(
            self._api,
            [("a.jpg", photo()), ("b.png", png()), ("c.md", MANUAL.encode())],
            tags="sea",
        )
        images = self._api.get("/user-files", params={"media_types": "image"}).json()["files"]
        image = self._keep("image_id", images[0]["id"])
        self._keep("file_id", image)
        papers = self._api.get("/user-files", params={"media_types": "document"}).json()["files"]
        self._keep("document_id", papers[0]["id"])
        link = self._post("/user-files/links", 201, url="https://pages.aion.test/harbor")
        self._keep("link_id", link["id"])
        self._keep("variant_type", "original")
        self._post("/folders/move-files", file_ids=[image], folder_id=folder)

    def _rules(self) -> None:
        rule = {
            "name": "sea",
            "description": "names the sea",
            "rule_type": "required_words",
            "config": {"words": ["sea"]},
        }
        made = self._post(
            "/rules", name="Harbor rules", description="What a picture shows", rules=[rule]
        )
        self._keep("rule_set_id", made.get("rule_set_id") or made.get("id"))
        ruleset = self._world.ids.get("rule_set_id")
        if ruleset is None:
            return
        self._keep("ruleset_id", ruleset)
        public = self._post("/sharing/share/public", ruleset_id=ruleset)
        self._keep("share_token", public.get("share_token"))
        self._keep("invitation_code", public.get("share_token"))
        self._keep("share_id", public.get("share_id") or public.get("id"))

    def _videos(self) -> None:
        done = self._begin_video()
        if not done:
            return
        (chunk,) = done["chunks"]
        kind = {"Content-Type": "application/octet-stream"}
        put = plain("PUT", chunk["upload_url"], content=MOVIE, headers=kind)
        assert put.status_code == 200, put.text
        self._post(
            "/video-uploads/chunks/confirm",
            media_id=done["media_id"],
            upload_id=done["upload_id"],
            chunk_number=1,
            etag=put.headers["etag"],
            size_bytes=len(MOVIE),
        )
        stored = self._post(
            "/video-uploads/complete",
            media_id=done["media_id"],
            upload_id=done["upload_id"],
            duration_seconds=42.0,
        )
        video = self._keep("video_id", stored["media_id"])
        self._keep("video-analysis/status/media_id", video)
        self._keep("analysis_job_id", stored["analysis_job_id"])
        begun = self._begin_video()
        self._keep("media_id", begun["media_id"])
        self._keep("upload_id", begun["upload_id"])

    def _begin_video(self) -> Json:
        return self._post(
            "/video-uploads/initiate",
            201,
            filename="harbor.mp4",
            content_type="video/mp4",
            size_bytes=len(MOVIE),
        )

    def _scenes(self) -> None:
        video = self._world.ids.get("video_id")
        scenes = self._api.get(f"/videos/{video}/scenes")
        if scenes.status_code == 200 and scenes.json()["scenes"]:
            first = scenes.json()["scenes"][0]
            self._keep("scene_id", first.get("scene_id") or first["id"])

    def _colors(self) -> None:
        self._post(f"/colors/images/{self._world.ids['image_id']}/extract")

    def _chat(self) -> None:
        session = self._post("/chat/sessions", title="Harbor")["session_id"]
        self._keep("chat/sessions/session_id", session)
        stream = self._api.post(
            f"/chat/sessions/{session}/messages/stream", json={"message": "Move my images"}
        )
        data = [line[6:] for line in stream.text.split("\n") if line.startswith("data: ")]
        plans = [one["plan_id"] for one in map(json.loads, data) if "plan_id" in one]
        self._keep("plan_id", plans[0])

    def _batches(self) -> None:
        encoded = base64.b64encode(jpeg()).decode()
        picture = {"image_base64": f"data:image/jpeg;base64,{encoded}"}
        begun = self._post("/batch/describe", 202, images=[picture], create_dataset=False)
        self._keep("batch/batch_id", begun.get("batch_id"))
        data = jpeg()
        one = {"filename": "a.jpg", "size_bytes": len(data), "content_type": "image/jpeg"}
        prepared = self._post("/uploads/batch-prepare", intent="describe", files=[one])
        self._keep("uploads/batch/batch_id", prepared["batch_id"])
        place = prepared["presigned_urls"][0]
        plain("PUT", place["upload_url"], content=data, headers=place["upload_headers"])
        self._keep("object_key", place["object_key"])
        note = {"filename": "a.txt", "size_bytes": 5, "content_type": "text/plain"}
        papers = self._post("/document-uploads/batch-prepare", files=[note])
        self._keep("document-uploads/batch/batch_id", papers["batch_id"])
        export = self._post("/data/export", 202, data_type="descriptions", format="json")
        self._keep("export_id", export.get("export_id"))

    def _cloud(self) -> None:
        self._keep("provider", "google_drive")
        begun = self._post("/cloud-storage/auth/google_drive", provider="google_drive")
        back = httpx.URL(plain("GET", begun["authorization_url"]).headers["location"]).params
        connected = self._post(
            "/cloud-storage/auth/google_drive/callback", code=back["code"], state=back["state"]
        )
        connection = self._keep("connection_id", connected["connection"]["id"])
        picker = self._api.get(f"/cloud-storage/connections/{connection}/picker-token").json()
        self._keep("body/session_id", picker["session"]["session_id"])
        job = self._post(
            "/cloud-storage/import",
            connection_id=connection,
            files=[{"id": "drive-harbor", "name": "harbor.jpg"}],
        )
        self._keep("job_id", job["job_id"])

    def _people(self) -> None:
        key = self._post("/api-keys", 201, name="reader", scopes=["read"])
        self._keep("api_key_id", key.get("id") or key.get("api_key_id") or key["key_id"])
        self._post("/tenant/members/invite", email="reader@sandbox.example", role="viewer")
        members = self._api.get("/tenant/members").json()
        reader = next(one for one in members if one["email"] == "reader@sandbox.example")
        self._keep("user_id", reader["id"])
        self._keep("log_id", self._api.get("/tenant/audit-logs").json()["entries"][0]["id"])
        owner = self._api.get("/user/profile").json()["email"]
        for place in ("auth/session/sessions", "user/sessions"):
            login = self._post("/auth/session/login", email=owner, password=PASSWORD)
            self._keep(f"{place}/session_id", login["session_id"])
        login = self._post("/auth/session/login", email=owner, password=PASSWORD)
        self._world.session_token = login["session_token"]
        for name, value in (
            ("email", owner),
            ("password", PASSWORD),
            ("tenant_id", TENANT_ID),
            ("filename", "a.jpg"),
            ("content_type", "image/jpeg"),
            ("url", "https://pages.aion.test/ferry"),
            ("image_base64", base64.b64encode(jpeg()).decode()),
        ):
            self._keep(f"body/{name}", value)

    def _datasets(self) -> None:
        batch_id = self._world.ids.get("batch/batch_id")
        if batch_id is None:
            return
        results = self._api.get(f"/batch/{batch_id}/results")
        if results.status_code == 200 and results.json()["results"]:
            item = results.json()["results"][0]["item_id"]
            self._keep("item_id", item)
            self._keep("batch_item_id", item)
            self._keep("verification_id", item)
        made = self._post("/datasets", 201, batch_id=batch_id, name="Harbor")
        self._keep("dataset_id", made.get("dataset_id") or made.get("id"))
        self._keep("body/batch_id", batch_id)

    def _work_in_progress(self) -> None:
        """Upload files whose work has begun, and does not progress while the clock is frozen."""
        late = [("late.jpg", jpeg((64, 48))), ("late.md", b"# Late\n\nStill open.\n")]
        self._keep("uploads/sessions/session_id", batch(self._api, late)["session_id"])
