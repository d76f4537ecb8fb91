"""P24: `--data DIR` keeps state over restarts, and over a process that is killed at any moment."""

from __future__ import annotations

import io
import random
import signal
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from aion.sandbox.runtime.state import State
from aion.testing import Sandbox
from tests.sandbox.commands import Command
from tests.sandbox.conftest import batch, client_of, eventually, plain
from tests.sandbox.core import on_loop
from tests.sandbox.pictures import jpeg, noisy_jpeg

Json = dict[str, Any]

SIZE = 10
"""Files of one batch: they become visible together."""
PAPER = b"# Quay\n\n" + b"The quay is long. " * 2000
SENT = {sha256(noisy_jpeg()).hexdigest(), sha256(PAPER).hexdigest(), sha256(jpeg()).hexdigest()}
"""Hashes of all that the uploads below send."""


def described(api: httpx.Client, file_id: str) -> bool:
    return bool(api.get(f"/user-files/{file_id}").json()["description_status"] == "completed")


def test_P24_state_and_unfinished_work_survive_a_restart(tmp_path: Path) -> None:
    with Sandbox(data=tmp_path, pace=0.2) as sandbox, client_of(sandbox) as api:
        image_id = batch(api, [("a.jpg", jpeg())])["immediate_results"][0]["image_id"]
    with Sandbox(data=tmp_path, pace=0.01) as sandbox, client_of(sandbox) as api:
        eventually(lambda: described(api, image_id))
        location = api.get(f"/user-files/{image_id}/download").headers["location"]
        assert plain("GET", location).content == jpeg()


def test_P24_work_continues_after_restarts_at_any_stage(tmp_path: Path) -> None:
    with Sandbox(data=tmp_path, pace=0) as sandbox, client_of(sandbox) as api:
        batch(api, [("a.jpg", noisy_jpeg())] * SIZE)
    for pause in (0.0, 0.01, 0.03, 0.1):
        with Sandbox(data=tmp_path, pace=0.005) as sandbox:
            time.sleep(pause)
            assert sandbox.violations == []
    with Sandbox(data=tmp_path, pace=0) as sandbox, client_of(sandbox) as api:
        ids = [one["id"] for one in api.get("/user-files").json()["files"]]
        assert len(ids) == SIZE
        eventually(lambda: all(described(api, one) for one in ids))
        assert sandbox.violations == []


def test_pauses_of_the_work_take_their_turns(tmp_path: Path) -> None:
    with Sandbox(data=tmp_path, pace=0) as sandbox, client_of(sandbox) as api:
        names: list[str] = []
        threads = [
            threading.Thread(target=lambda: names.append(sandbox.snapshot())) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(names) == [str(number) for number in range(1, 9)]
        file_id = batch(api, [("a.jpg", jpeg())])["immediate_results"][0]["image_id"]
        eventually(lambda: described(api, file_id))


@pytest.mark.parametrize("seed", range(4))
def test_P24_a_killed_process_leaves_whole_files_or_none(
    tmp_path: Path, env_file: Path, seed: int
) -> None:
    _kill_and_look(tmp_path / "data", env_file, random.Random(seed), rounds=2)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_P24_a_process_killed_many_times_leaves_whole_files_or_none(
    tmp_path: Path, env_file: Path
) -> None:
    _kill_and_look(tmp_path / "data", env_file, random.Random(24), rounds=40)


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.env"


def _kill_and_look(data: Path, env_file: Path, chance: random.Random, rounds: int) -> None:
    """Kill a sandbox in the middle of uploads, repeatedly; then check everything that is stored."""
    for _ in range(rounds):
        command = Command(env_file, "--data", str(data), "--pace", "0")
        threads = [
            threading.Thread(target=_until_it_breaks, args=(command, send))
            for send in (_send_batch, _send_paper, _send_presigned)
        ]
        for thread in threads:
            thread.start()
        time.sleep(chance.random() * 0.7)
        command.end(signal.SIGKILL)
        for thread in threads:
            thread.join()
    with Sandbox(data=data, pace=0) as sandbox, client_of(sandbox) as api:
        _look(sandbox, api, data)


def _until_it_breaks(command: Command, send: Callable[[httpx.Client], None]) -> None:
    with command.client() as api:
        try:
            while True:
                send(api)
        except httpx.TransportError:
            return


def _send_batch(api: httpx.Client) -> None:
    batch(api, [("batch.jpg", noisy_jpeg())] * SIZE)


def _send_paper(api: httpx.Client) -> None:
    batch(api, [("paper.md", PAPER)])


def _send_presigned(api: httpx.Client) -> None:
    facts = {"filename": "signed.jpg", "content_type": "image/jpeg", "size_bytes": len(jpeg())}
    place = api.post("/uploads/request-presigned-url", json=facts).json()
    plain("PUT", place["upload_url"], content=jpeg(), headers=place["upload_headers"])
    body = {"object_key": place["object_key"], "size_bytes": len(jpeg())}
    api.post("/uploads/confirm", json=body)


def _look(sandbox: Sandbox, api: httpx.Client, data: Path) -> None:
    assert list(data.glob("incoming/*")) == []
    files = _all_files(api)
    by_name: dict[str, list[Json]] = {"batch.jpg": [], "paper.md": [], "signed.jpg": []}
    for one in files:
        by_name[one["filename"]].append(one)
    assert len(by_name["batch.jpg"]) % SIZE == 0
    eventually(lambda: not on_loop(sandbox, _open_jobs), 60)
    for one in files:
        location = api.get(f"/user-files/{one['id']}/download").headers["location"]
        assert sha256(plain("GET", location).content).hexdigest() in SENT
        details = api.get(f"/user-files/{one['id']}").json()
        if one["media_type"] == "image":
            assert (details["description_status"], details["variant_status"]) == ("completed",) * 2
            with Image.open(io.BytesIO(plain("GET", details["thumbnail_url"]).content)) as picture:
                picture.load()
        else:
            chunks = api.get(f"/documents/{one['id']}/chunks").json()["chunks"]
            assert len(chunks) == details["chunk_count"] > 0
    owned = {one["id"] for one in files}
    stored = {
        path.name for kind in ("images", "documents") for path in data.glob(f"objects-*/{kind}/*")
    }
    assert stored == owned
    assert sandbox.violations == []


def _all_files(api: httpx.Client) -> list[Json]:
    files: list[Json] = []
    while True:
        page = api.get("/user-files", params={"limit": 100, "offset": len(files)}).json()["files"]
        if not page:
            return files
        files += page


def _open_jobs(state: State) -> int:
    return state.database.count("SELECT count(*) FROM jobs")
