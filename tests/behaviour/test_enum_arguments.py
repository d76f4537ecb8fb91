"""Arguments that are members of enums are sent by their value, from every method."""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from aion import AionVision, ClientConfig, Pipeline, SyncAionVision, ValidationError
from aion.exceptions import AionvisionError
from aion.transport import Fault, Route, Wire
from aion_api.models.user_files import SearchMode
from tests.behaviour.calls import Calls
from tests.behaviour.members import WithMembers, as_keywords, as_member
from tests.behaviour.movies import movie, saved
from tests.behaviour.pictures import draw
from tests.cassettes.stage import Scenario, Stage
from tests.cassettes.table import SCENARIOS
from tests.cassettes.tape import play

KEY = "aion_" + "k" * 24
SIGNED = "https://store.aion.test/a"
VALUES: dict[str, Any] = {
    "access_key_id": "A" * 20,
    "additional_params": {"a": "b"},
    "allowed_domains": ["example.com"],
    "allowed_vlm_providers": ["openai"],
    "analysis_provider": "google",
    "analysis_type": "full_vlm",
    "bucket_name": "my-bucket",
    "checksum": "a" * 64,
    "color_family": "warm",
    "confirmations": [{"object_key": "a/b.png", "success": True, "file_size": 3}],
    "content_type": "image/png",
    "contents": ["a", "b"],
    "crawl_status": "completed",
    "custom_config": {"a": "b"},
    "date_from": datetime(2026, 1, 2, tzinfo=UTC),
    "date_to": datetime(2026, 1, 3, tzinfo=UTC),
    "depends_on": [],
    "document_types": ["pdf"],
    "email": "a@example.com",
    "format": "json",
    "hex_code": "#DC141E",
    "limit": 7,
    "media_types": ["image"],
    "metadata": {"camera": "one", "take": 3},
    "mode": "claim",
    "n_colors": 5,
    "offset": 3,
    "pairs": [{"image": {"image_url": SIGNED}, "content": "a"}],
    "priority": "high",
    "processing_priority": "high",
    "provider": "google_drive",
    "providers": ["openai"],
    "redirect_uri": "https://example.com/back",
    "region": "eu-west-1",
    "result": "success",
    "role": "viewer",
    "rules": [{"rule": "no people"}],
    "search_mode": "metadata",
    "secret_access_key": "s" * 40,
    "severity": "info",
    "size_bytes": 11,
    "sort_by": "title",
    "sort_order": "asc",
    "status_filter": "completed",
    "storage_target": "default",
    "timeout_per_item": 7,
    "url": "https://example.com/a",
    "variant_type": "tiny_64",
    "verification_level": "quick",
    "webhook_url": "https://example.com/hook",
}
"""Arguments by name that need more than any text or number."""
OF_ONE_METHOD: dict[str, Any] = {
    "documents.batch_confirm.confirmations": [
        {"success": True, "object_key": "a/b.pdf", "size_bytes": 3, "content_type": "text/plain"}
    ],
    "documents.batch_prepare.files": [
        {"filename": "a.txt", "content_type": "text/plain", "size_bytes": 3}
    ],
    "cloud_storage.import_and_wait.files": [{"id": "f", "name": "a.png"}],
    "cloud_storage.start_import.files": [{"id": "f", "name": "a.png"}],
    "folders.delete.mode": "delete_all",
    "uploads.batch_prepare.files": [
        {"filename": "a.png", "content_type": "image/png", "size_bytes": 3}
    ],
    "uploads.batch_prepare.intent": "verify",
    "uploads.upload_batch.intent": "verify",
    "video_uploads.batch_initiate.videos": [
        {"filename": "a.mp4", "content_type": "video/mp4", "size_bytes": 3}
    ],
    "batch.submit_describe.images": [{"image_url": SIGNED}],
    "pipeline.analyze.depends_on": [],
}
NEEDED: dict[str, dict[str, Any]] = {
    "files.update": {"title": "a"},
    "links.update": {"title": "a"},
    "chats.update_mode": {"use_all_images": True},
    "colors.search": {"hex_code": "#DC141E"},
    "colors.search_all": {"hex_code": "#DC141E"},
    "video_uploads.complete": {"auto_analyze": True},
}
"""Arguments of which a method needs one besides."""
SOURCES = ("image", "images", "object_key", "object_keys")
"""Arguments of which a method needs exactly one."""
NOT_SENT = {
    "self",
    "timeout",
    "journal",
    "request",
    "changes",
    "max_monthly_credits",
    "max_requests_per_minute",
}


class Tape:
    """Notes each request, and lets it fail."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, ...]] = []
        self.home: object = None

    def note(self, wire: Wire) -> Fault:
        body = b"".join(wire.content.pieces())
        headers = sorted((name, bytes(value)) for name, value in wire.headers)
        found = re.search(rb"boundary=(\w+)", b"".join(value for _, value in headers))
        # New for each call: the boundary of a form, ids of requests, idempotency keys.
        made = re.compile(rb"[0-9a-f]{32}|" + (found[1] if found else rb"\0"))
        plain = [(name, made.sub(b"*", value)) for name, value in headers]
        one = (wire.method, wire.url, tuple(plain), made.sub(b"*", body))
        # How often a wait polls is a matter of time.
        if one not in self.sent:
            self.sent.append(one)
        return Fault("connect", "this is a tape", sent=False)

    def abandon(self) -> None:
        """Nothing is open."""


class SyncTape(Tape):
    def exchange(self, wire: Wire, **_: Any) -> Fault:
        return self.note(wire)


class AsyncTape(Tape):
    async def exchange(self, wire: Wire, **_: Any) -> Fault:
        return self.note(wire)


def client_of(kind: str, tape: Tape, **settings: Any) -> Any:
    made: Any = AionVision if kind == "async" else SyncAionVision

    def transport(_: Route) -> Tape:
        return tape

    usual: dict[str, Any] = {
        "api_key": KEY,
        "max_retries": 0,
        "circuit_breaker_enabled": False,
        "polling_interval": 0.001,
        "polling_timeout": 0.005,
        "transport": transport,
    }
    return made.from_config(ClientConfig(**(usual | settings)))


def owners() -> dict[str, type[object]]:
    client = AionVision(KEY)
    found: dict[str, type[object]] = {
        name: type(getattr(client, name))
        for name, member in vars(AionVision).items()
        if isinstance(member, cached_property) and name != "async_client"
    }
    return {**found, "pipeline": Pipeline, "client": AionVision}


def arguments_of(method: Callable[..., object]) -> dict[str, inspect.Parameter]:
    parameters = inspect.signature(method).parameters
    return {
        name: one
        for name, one in parameters.items()
        if name not in NOT_SENT and one.kind is not one.VAR_KEYWORD
    }


def cases() -> list[tuple[str, str]]:
    """Every method and each of its arguments that is a text or a number, or holds some."""
    found: list[tuple[str, str]] = []
    for owner, kind in owners().items():
        for name in dir(kind):
            method: Any = inspect.getattr_static(kind, name)
            # A session is opened before anything is sent in it: see the scenarios below.
            skipped = name.startswith("_") or name in ("session", "chat_session")
            if skipped or not inspect.isfunction(method):
                continue
            for argument, one in arguments_of(method).items():
                refused = f"{owner}.{name}.{argument}" == "video_uploads.complete.metadata"
                if re.search(r"\b(str|int|Mapping|dict)\b", str(one.annotation)) and not refused:
                    found.append((f"{owner}.{name}", argument))
    return found


CASES = cases()


def value_of(name: str, parameter: inspect.Parameter, folder: Path) -> Any:
    argument, kind = parameter.name, str(parameter.annotation)
    if f"{name}.{argument}" in OF_ONE_METHOD:
        return OF_ONE_METHOD[f"{name}.{argument}"]
    if name.startswith("documents.") and argument == "content_type":
        return "text/plain"
    if name.startswith("video_uploads.") and argument == "content_type":
        return "video/mp4"
    if kind.startswith("bool"):
        return True
    if argument in ("file", "files", "image", "images"):
        return str(file_for(name, folder))
    if argument in ("filename",):
        return "renamed" + file_for(name, folder).suffix
    if argument == "filenames":
        return ["renamed" + file_for(name, folder).suffix]
    if argument == "path":
        return str(folder / "target.bin")
    if argument in VALUES:
        return VALUES[argument]
    if argument.endswith("ids") or "Sequence" in kind:
        return ["text"]
    if "int" in kind and "str" not in kind:
        return 4
    return "text"


def file_for(name: str, folder: Path) -> Path:
    if name.startswith("video_uploads"):
        return saved(folder, "a.mp4", movie(2.0, 2000))
    if name.startswith("documents"):
        (folder / "a.txt").write_bytes(b"Some text.")
        return folder / "a.txt"
    (folder / "a.png").write_bytes(draw("PNG"))
    return folder / "a.png"


def sources_for(method: str, argument: str, given: dict[str, Any]) -> dict[str, Any]:
    """What the image and the text of a description or a verification are."""
    several = argument in ("images", "object_keys", "contents")
    found: dict[str, Any] = {}
    if argument not in SOURCES:
        found["object_keys" if several else "object_key"] = ["a", "b"] if several else "a"
    if argument in ("images", "object_keys"):
        found[argument] = ["a", "b"] if argument == "object_keys" else [given[argument]] * 2
    if method == "verify":
        found |= {"contents": ["a", "b"]} if several else {"content": "a"}
    return found


def outcome_of(calls: Calls, name: str, settings: dict[str, Any]) -> Any:
    """What a call sends, or why it refuses an argument."""
    tape: Any = AsyncTape() if calls.kind == "async" else SyncTape()
    client = client_of(calls.kind, tape)
    owner, _, method = name.partition(".")
    place: Any = client
    if owner == "pipeline":
        place = client.pipeline()
    elif owner != "client":
        place = getattr(client, owner)
    try:
        made = getattr(place, method)(**settings)
        if owner == "pipeline" and method != "run":
            made = (made if made.steps else made.search_images("a")).run()
        if hasattr(made, "__aiter__") or hasattr(made, "__next__"):
            calls.items(made)
        else:
            calls(made)
    except ValidationError as error:
        return str(error)
    except AionvisionError:
        pass
    return tape.sent


@pytest.mark.parametrize(("name", "argument"), CASES, ids=[".".join(case) for case in CASES])
def test_a_member_of_an_enum_is_sent_as_its_value(
    name: str, argument: str, calls: Calls, tmp_path: Path
) -> None:
    owner, _, method = name.partition(".")
    function: Any = inspect.getattr_static(owners()[owner], method)
    parameters = arguments_of(function)
    plain = {
        one.name: value_of(name, one, tmp_path)
        for one in parameters.values()
        if one.default is one.empty or one.name == argument
    }
    if method in ("describe", "verify"):
        plain |= sources_for(method, argument, plain)
    plain = {**NEEDED.get(name, {}), **plain}
    if "wait_for" in method and "timeout" in inspect.signature(function).parameters:
        plain["timeout"] = 0.01
    sent = outcome_of(calls, name, dict(plain))
    assert isinstance(sent, list), sent
    assert sent
    assert outcome_of(calls, name, as_keywords(plain)) == sent


REPLAYED = [name for name in SCENARIOS if not name.startswith("client.call")]


@pytest.mark.parametrize("kind", ["async", "sync"])
@pytest.mark.parametrize("name", REPLAYED)
def test_flows_send_members_of_enums_as_their_values(name: str, kind: str, tmp_path: Path) -> None:
    """The requests have to be those that were recorded with plain arguments."""

    def with_members(on: Stage) -> Any:
        api: Any = WithMembers(on.api)
        return SCENARIOS[name].play(Stage(on.calls, api, on.given, on.folder))

    played = play(name, Scenario(with_members), kind, tmp_path)
    assert played.all_played


class Plain(enum.Enum):
    """No text, though its value is one."""

    TITLE = "title"


REFUSED: dict[str, dict[str, Any]] = {
    "files.list": {"sort_by": Plain.TITLE},
    "files.list_all": {"tags": [Plain.TITLE]},
    "files.get": {"file_id": Plain.TITLE},
    "files.update": {"file_id": "a", "title": Plain.TITLE},
    "documents.list": {"status_filter": Plain.TITLE},
    "uploads.upload_one": {"file": b"x", "filename": Plain.TITLE},
    "chats.export_session": {"session_id": "a", "format": Plain.TITLE},
    "uploads.check_quota": {"file_count": Plain.TITLE},
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_member_of_a_plain_enum_is_refused(name: str, calls: Calls) -> None:
    assert "got <Plain.TITLE" in outcome_of(calls, name, REFUSED[name])


SETTINGS: dict[str, Any] = {
    "api_key": KEY,
    "base_url": "https://aion.test/api/v2",
    "tenant_id": "tenant",
    "extra_headers": {"X-Gateway": "a"},
    "proxy_url": "http://proxy.test:8080",
    "max_retries": 0,
}


def test_settings_that_are_members_of_enums_are_their_values(calls: Calls) -> None:
    sent: list[Any] = []
    for settings in (SETTINGS, as_keywords(SETTINGS)):
        tape: Any = AsyncTape() if calls.kind == "async" else SyncTape()
        client = client_of(calls.kind, tape, **settings)
        with pytest.raises(AionvisionError):
            calls(client.files.list())
        sent.append((tape.sent, client.config.proxy_url, client.config.base_url))
    assert sent[0] == sent[1]
    assert sent[0][0]


def test_a_member_is_kept_as_what_it_is_in_no_setting() -> None:
    config = ClientConfig(**as_keywords(SETTINGS))
    texts = (config.api_key, config.base_url, config.tenant_id, config.proxy_url)
    assert not [one for one in texts if isinstance(one, enum.Enum)]


def test_known_values_of_open_enums_are_found_by_members_of_others() -> None:
    assert SearchMode(as_member("metadata")) is SearchMode.METADATA
    assert SearchMode(as_member("new")).value == "new"
