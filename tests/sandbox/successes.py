"""Makes requests that succeed, for operations whose drawn requests rarely match stored data.

A body that names an upload, a token or a state needs the responses to earlier requests. Each
function makes these requests, and returns the one that the test then checks.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from aion.sandbox.accounts.logins import LOGIN, PASSWORD
from aion.sandbox.auth.identity import digest
from aion.sandbox.runtime.state import State
from aion.sandbox.store.clock import stamp
from aion.testing import Sandbox
from tests.sandbox.conftest import plain
from tests.sandbox.core import on_loop
from tests.sandbox.pictures import jpeg
from tests.sandbox.world import MOVIE, SETTLED, World

Json = dict[str, Any]

_STRONG: Final = "Harbor-Light-7"
_PAPER: Final = b"# Quay\n\nThe quay is long.\n"


@dataclass(frozen=True, slots=True)
class Example:
    """A request that is sure to succeed."""

    body: Any = None
    path: dict[str, str] = field(default_factory=dict[str, str])
    """Path parameters that differ from those of the world."""
    token: str | None = None
    """Credentials to send instead of the usual key or session."""


class Stage:
    """The sandbox with its world, and what the functions below do on it."""

    def __init__(self, sandbox: Sandbox, api: httpx.Client, world: World) -> None:
        self.sandbox = sandbox
        self.api = api
        self.world = world

    def post(self, path: str, body: Any = None, **options: Any) -> Json:
        """Return the response to a request that has to succeed."""
        answer = self.api.post(path, json=body, **options)
        assert answer.status_code < 300, f"{path}: {answer.text}"
        return dict(answer.json())

    def id(self, name: str) -> str:
        """An id of the world."""
        return self.world.ids[name]

    def put(self, place: Json, data: bytes) -> httpx.Response:
        """Send bytes to a signed URL."""
        headers = place.get("upload_headers") or {"Content-Type": "application/octet-stream"}
        answer = plain("PUT", place["upload_url"], content=data, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer

    def mailed(self, path: str, body: Json) -> str:
        """The token that a mail would bring."""
        return str(self.post(path, body)["message"].rpartition(" ")[2])


Make = Callable[[Stage], Example]

SUCCESSES: Final[dict[str, Make]] = {}
"""Method and path of an operation -> what makes a request for it."""


def _success(operation: str) -> Callable[[Make], Make]:
    def register(make: Make) -> Make:
        SUCCESSES[operation] = make
        return make

    return register


# -- accounts ------------------------------------------------------------------------------------


@_success("POST /api/v2/auth/session/register")
def _register(stage: Stage) -> Example:
    return Example({"email": "kim@team.example", "password": _STRONG, "name": "Kim"})


@_success("POST /api/v2/auth/session/password-reset/complete")
def _complete_reset(stage: Stage) -> Example:
    path = "/auth/session/password-reset/request"
    token = stage.mailed(path, {"email": stage.id("body/email")})
    return Example({"token": token, "new_password": _STRONG})


@_success("POST /api/v2/auth/session/verify-email")
def _verify_email(stage: Stage) -> Example:
    path = "/auth/session/resend-verification-by-email"
    return Example({"token": stage.mailed(path, {"email": stage.id("body/email")})})


@_success("POST /api/v2/user/change-password")
def _change_password(stage: Stage) -> Example:
    return Example({"current_password": PASSWORD, "new_password": _STRONG})


@_success("POST /api/v2/user/confirm-email-change")
def _confirm_email(stage: Stage) -> Example:
    wish = {"new_email": "harbor@team.example", "password": PASSWORD}
    return Example({"token": stage.mailed("/user/change-email", wish)})


@_success("POST /api/v2/user/set-initial-password")
def _set_password(stage: Stage) -> Example:
    # Who has no password came by a provider's sign-in, which no sandbox serves.
    token, member = "signed-in-elsewhere", stage.id("user_id")

    def sign_in(state: State) -> None:
        ends = stamp(state.clock.now() + 3600)
        body = {"user_id": member, "expires_at": ends, "lifetime": 3600}
        state.records.put(LOGIN, state.records.new_id(LOGIN), body, parent=digest(token))

    on_loop(stage.sandbox, sign_in)
    return Example(_STRONG, token=token)


@_success("POST /api/v2/user/account/delete")
def _delete_account(stage: Stage) -> Example:
    account = {"email": "ana@team.example", "password": _STRONG, "name": "Ana"}
    made = stage.post("/auth/session/register", {**account, "auto_login": True})
    return Example({"confirmation": "delete my account"}, token=made["session_token"])


@_success("POST /api/v2/tenant/s3-config")
def _configure_s3(stage: Stage) -> Example:
    return Example(
        {
            "access_key_id": "A" * 20,
            "secret_access_key": "s" * 40,
            "bucket_name": "harbor-pictures",
            "region": "eu-north-1",
        }
    )


# -- uploads -------------------------------------------------------------------------------------


@_success("POST /api/v2/uploads/check-duplicates")
def _check_duplicates(stage: Stage) -> Example:
    return Example({"hashes": ["a" * 64]})


@_success("POST /api/v2/user-files/upload/stream-batch")
def _stream_batch(stage: Stage) -> Example:
    return Example({"files": [jpeg((40, 30)), jpeg((30, 40))]})


@_success("POST /api/v2/user-files/upload/confirm")
def _confirm_initiated(stage: Stage) -> Example:
    facts = {"filename": "b.jpg", "content_type": "image/jpeg", "size_bytes": str(len(jpeg()))}
    answer = stage.api.post("/user-files/upload/initiate", data=facts)
    place = answer.json()
    stage.put(place, jpeg())
    names = {name: place[name] for name in ("object_key", "image_id")}
    return Example({**names, "size_bytes": len(jpeg())})


@_success("POST /api/v2/uploads/confirm")
def _confirm_presigned(stage: Stage) -> Example:
    place = stage.post("/uploads/request-presigned-url", _picture())
    stage.put(place, jpeg())
    return Example({"object_key": place["object_key"], "size_bytes": len(jpeg())})


@_success("POST /api/v2/uploads/batch-prepare")
def _prepare_batch(stage: Stage) -> Example:
    return Example({"intent": "describe", "files": [_picture()]})


@_success("POST /api/v2/uploads/batch-confirm")
def _confirm_batch(stage: Stage) -> Example:
    body = {"intent": "describe", "files": [_picture()]}
    return _sent(stage, stage.post("/uploads/batch-prepare", body), jpeg())


@_success("POST /api/v2/document-uploads/request-presigned-url")
def _presign_document(stage: Stage) -> Example:
    return Example(_paper())


@_success("POST /api/v2/document-uploads/confirm")
def _confirm_document(stage: Stage) -> Example:
    place = stage.post("/document-uploads/request-presigned-url", _paper())
    stage.put(place, _PAPER)
    facts = {name: one for name, one in _paper().items() if name != "filename"}
    return Example({"object_key": place["object_key"], **facts})


@_success("POST /api/v2/document-uploads/batch-prepare")
def _prepare_documents(stage: Stage) -> Example:
    return Example({"files": [_paper()]})


@_success("POST /api/v2/document-uploads/batch-confirm")
def _confirm_documents(stage: Stage) -> Example:
    prepared = stage.post("/document-uploads/batch-prepare", {"files": [_paper()]})
    return _sent(stage, prepared, _PAPER)


# -- videos --------------------------------------------------------------------------------------


@_success("POST /api/v2/video-uploads/initiate")
def _initiate_video(stage: Stage) -> Example:
    return Example(_movie())


@_success("POST /api/v2/video-uploads/batch/initiate")
def _initiate_videos(stage: Stage) -> Example:
    return Example({"videos": [_movie(), _movie()]})


@_success("POST /api/v2/video-uploads/chunks/confirm")
def _confirm_chunk(stage: Stage) -> Example:
    return Example(_sent_chunk(stage, stage.post("/video-uploads/initiate", _movie())))


@_success("POST /api/v2/video-uploads/chunks/retry")
def _retry_chunk(stage: Stage) -> Example:
    begun = stage.post("/video-uploads/initiate", _movie())
    return Example({**_names(begun), "chunk_number": 1})


@_success("POST /api/v2/video-uploads/complete")
def _complete_video(stage: Stage) -> Example:
    return Example(_complete(stage))


@_success("POST /api/v2/video-analysis/queue")
def _queue_analysis(stage: Stage) -> Example:
    return Example({"media_id": stage.id("video_id")})


@_success("POST /api/v2/video-analysis/jobs/{analysis_job_id}/retry")
def _retry_analysis(stage: Stage) -> Example:
    stage.sandbox.faults.fail_job("analyze_video", "no picture")
    done = stage.post("/video-uploads/complete", _complete(stage))
    stage.sandbox.step_clock(SETTLED)
    path = {"analysis_job_id": done["analysis_job_id"]}
    return Example({"media_id": done["media_id"]}, path)


# -- the rest ------------------------------------------------------------------------------------


@_success("POST /api/v2/batch/describe")
def _describe_batch(stage: Stage) -> Example:
    return Example({"images": [_encoded()]})


@_success("DELETE /api/v2/batch/{batch_id}")
def _cancel_batch(stage: Stage) -> Example:
    begun = stage.post("/batch/describe", {"images": [_encoded()]})
    return Example(path={"batch_id": begun["batch_id"]})


@_success("POST /api/v2/batch/verify")
def _verify_batch(stage: Stage) -> Example:
    return Example({"image_text_pairs": [{"image": _encoded(), "text": "navy and cream"}]})


@_success("POST /api/v2/cloud-storage/auth/{provider}")
def _begin_auth(stage: Stage) -> Example:
    return Example({"provider": "google_drive"})


@_success("POST /api/v2/cloud-storage/import")
def _import(stage: Stage) -> Example:
    file = {"id": "drive-harbor", "name": "harbor.jpg"}
    return Example({"connection_id": stage.id("connection_id"), "files": [file]})


@_success("POST /api/v2/cloud-storage/auth/{provider}/callback")
def _complete_auth(stage: Stage) -> Example:
    begun = stage.post("/cloud-storage/auth/google_drive", {"provider": "google_drive"})
    back = httpx.URL(plain("GET", begun["authorization_url"]).headers["location"]).params
    return Example({"code": back["code"], "state": back["state"]})


@_success("POST /api/v2/cloud-storage/picker-proxy")
def _picker(stage: Stage) -> Example:
    return Example({"session_id": stage.id("body/session_id"), "endpoint": "files"})


@_success("POST /api/v2/agents/pipeline")
def _pipeline(stage: Stage) -> Example:
    find = {"agent": "image_search", "intent": "the sea"}
    return Example({"steps": [find, {"agent": "assistant", "intent": "Sum it up"}]})


@_success("POST /api/v2/rules/{rule_set_id}/test")
def _test_rule(stage: Stage) -> Example:
    return Example({"image_url": _stored_picture(stage)})


@_success("POST /api/v2/rules/{rule_set_id}/visual-memory/reprocess")
def _reprocess(stage: Stage) -> Example:
    known = stage.api.get(f"/rules/{stage.id('rule_set_id')}").json()
    rule = {
        name: known["rules"][0][name] for name in ("name", "description", "rule_type", "config")
    }
    made = stage.post(
        "/rules",
        {
            "name": "Pier",
            "description": "Has a pier",
            "rules": [rule],
            "reference_image_url": _stored_picture(stage),
        },
    )
    return Example(path={"rule_set_id": made["id"]})


@_success("POST /api/v2/sharing/share/accept")
def _accept_share(stage: Stage) -> Example:
    wish = {"ruleset_id": stage.id("ruleset_id"), "target_email": "kim@team.example"}
    return Example({"invitation_code": stage.post("/sharing/share", wish)["share_token"]})


def _picture() -> Json:
    return {"filename": "b.jpg", "content_type": "image/jpeg", "size_bytes": len(jpeg())}


def _paper() -> Json:
    return {"filename": "b.md", "content_type": "text/markdown", "size_bytes": len(_PAPER)}


def _movie() -> Json:
    return {"filename": "b.mp4", "content_type": "video/mp4", "size_bytes": len(MOVIE)}


def _encoded() -> Json:
    return {"image_base64": base64.b64encode(jpeg((40, 30))).decode()}


def _sent(stage: Stage, prepared: Json, data: bytes) -> Example:
    (place,) = prepared["presigned_urls"]
    stage.put(place, data)
    done = {"object_key": place["object_key"], "success": True, "file_size": len(data)}
    return Example({"batch_id": prepared["batch_id"], "confirmations": [done]})


def _names(begun: Json) -> Json:
    return {"media_id": begun["media_id"], "upload_id": begun["upload_id"]}


def _sent_chunk(stage: Stage, begun: Json) -> Json:
    (chunk,) = begun["chunks"]
    etag = stage.put(chunk, MOVIE).headers["etag"]
    return {**_names(begun), "chunk_number": 1, "etag": etag, "size_bytes": len(MOVIE)}


def _complete(stage: Stage) -> Json:
    begun = stage.post("/video-uploads/initiate", _movie())
    stage.post("/video-uploads/chunks/confirm", _sent_chunk(stage, begun))
    return {**_names(begun), "duration_seconds": 12.0}


def _stored_picture(stage: Stage) -> str:
    details = stage.api.get(f"/user-files/{stage.id('image_id')}").json()
    return str(details["original_url"])
