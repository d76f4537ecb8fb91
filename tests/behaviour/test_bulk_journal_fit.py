"""P22: a journal serves the upload that it was made for, also when the service has forgotten it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aion.exceptions import AionvisionTimeoutError, ValidationError
from aion.testing import Sandbox
from aion.types.common import DescriptionStatus
from aion.types.upload import UploadResult
from aion.uploads import _expand
from aion.uploads._record import JournalRecord
from aion.uploads.journal import Journal, State
from tests.behaviour.bulk import STREAM, folder, held, names, requests_of
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import draw

BASE = {
    "storage_target": "default",
    "tags": None,
    "auto_describe": True,
    "skip_duplicates": False,
    "intent": "describe",
    "verification_level": "standard",
}


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "upload.journal"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return tmp_path / "photos"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("tags", ["sea", "quay"]),
        ("storage_target", "custom"),
        ("auto_describe", False),
        ("skip_duplicates", True),
        ("verification_level", "quick"),
    ],
)
def test_an_option_that_the_first_call_did_not_have_is_refused_by_its_name(
    option: str, value: Any, calls: Calls, sandbox: Sandbox, photos: Path, journal: Path
) -> None:
    uploads = calls.client(sandbox, polling_interval=0.05).uploads
    calls(uploads.upload_batch(folder(photos, 2), journal=journal))
    before = len(sandbox.requests)
    wishes: dict[str, Any] = {**BASE, option: value}
    with pytest.raises(ValidationError, match=f"other options: .*{option} was") as caught:
        calls(uploads.upload_batch(photos, journal=journal, **wishes))
    assert option in caught.value.details["options"]
    assert len(sandbox.requests) == before


def test_options_that_decide_only_how_to_wait_may_differ(
    calls: Calls, sandbox: Sandbox, photos: Path, journal: Path
) -> None:
    client = calls.client(sandbox, polling_interval=0.05)
    calls(client.upload(folder(photos, 2), journal=journal, wait_for_descriptions=False))
    results = calls(
        client.upload(photos, journal=journal, description_timeout=30, raise_on_failure=False)
    )
    assert results.summary() == "2 succeeded"


@pytest.mark.parametrize("given", [["sea"], ("sea",)])
def test_the_same_options_in_another_form_are_the_same(
    given: Any, calls: Calls, sandbox: Sandbox, photos: Path, journal: Path
) -> None:
    client = calls.client(sandbox, polling_interval=0.05)
    calls(client.upload(folder(photos, 1), journal=journal, tags=["sea"]))
    before = len(sandbox.requests)
    calls(client.upload(photos, journal=journal, tags=given))
    assert len(sandbox.requests) == before


def test_P22_a_session_that_is_gone_leaves_its_files_in_doubt_and_none_is_sent_twice(
    calls: Calls, sandbox: Sandbox, photos: Path, journal: Path
) -> None:
    sandbox.faults.hold_description()
    client = calls.client(sandbox, polling_interval=0.05)
    with pytest.raises(AionvisionTimeoutError):
        calls(client.upload(folder(photos, 8), journal=journal, description_timeout=0.1))
    assert {one.state for one in Journal(journal).report()} == {State.SENT}
    sandbox.faults.clear()
    sandbox.faults.fail("get_session_status", status=404, times=None)
    sandbox.faults.fail("get_session_results", status=404, times=None)
    assert calls(client.upload(photos, journal=journal)).summary() == "8 succeeded"
    assert held(calls, sandbox) == dict.fromkeys(names(8), 1)
    assert requests_of(sandbox, STREAM) == 1


def test_P22_files_of_a_session_that_is_gone_and_stored_nothing_are_resent(
    calls: Calls, sandbox: Sandbox, photos: Path, journal: Path
) -> None:
    client = calls.client(sandbox, polling_interval=0.05)
    found = _expand.expand(folder(photos, 6))
    options = {"storage_target": "default"}
    record = JournalRecord(journal, found, client.config.base_url, options=options)
    from aion.uploads._plan import Item

    items = [Item(one.index, one.upload) for one in found if one.upload is not None]
    record.sending(items)
    record.sent("00000000-0000-0000-0000-000000000000", items)
    record.close()
    results = calls(client.upload(photos, journal=journal, wait_for_descriptions=True))
    assert results.summary() == "6 succeeded"
    assert held(calls, sandbox) == dict.fromkeys(names(6), 1)


def test_P22_a_thousand_files_that_are_done_cost_no_request(
    calls: Calls, sandbox: Sandbox, photos: Path, journal: Path
) -> None:
    photos.mkdir()
    image = draw("PNG")
    for number in range(1000):
        (photos / f"{number:04}.png").write_bytes(image)
    client = calls.client(sandbox)
    finish(photos, journal, client.config.base_url)
    results = calls(client.upload(photos, journal=journal))
    assert results.summary() == "1000 succeeded"
    assert [one.image_id for one in results] == [f"id-{number}" for number in range(1000)]
    assert sandbox.requests == []


def finish(photos: Path, journal: Path, base_url: str) -> None:
    """Return a journal in which all files are stored and described."""
    found = _expand.expand(photos)
    record = JournalRecord(journal, found, base_url, options={"storage_target": "default"})
    status = DescriptionStatus.COMPLETED
    record.stored(
        (one.index, UploadResult(f"id-{one.index}", one.filename, "", description_status=status))
        for one in found
    )
    record.close()
