"""Cloud drives: connect an account, import from it, export to it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from aion.exceptions import (
    AionvisionPermissionError,
    AionvisionTimeoutError,
    CloudStorageError,
    ResourceNotFoundError,
    ValidationError,
)
from aion.testing import Sandbox
from aion.types.callbacks import CloudStorageJobProgressEvent
from aion.types.cloud_storage import CloudFileInput, CloudStorageJob
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import draw

PROVIDER = "google_drive"
HARBOR = CloudFileInput("drive-harbor", "Harbor.jpg", "image/jpeg")
DUNES = {"id": "drive-dunes", "name": "Dunes.webp"}
TORN = {"id": "drive-torn", "name": "Torn.jpg"}
UNKNOWN = "00000000-0000-0000-0000-000000000000"


def consent(url: str, **wishes: str) -> httpx.QueryParams:
    """What the user's browser brings back from the provider."""
    answer = httpx.get(str(httpx.URL(url).copy_merge_params(wishes)))
    assert answer.status_code == 302
    return httpx.URL(answer.headers["location"]).params


def connect(calls: Calls, client: Any) -> str:
    """Connect an account; the id of the connection."""
    begun = calls(client.cloud_storage.initiate_auth(PROVIDER))
    back = consent(begun.authorization_url)
    done = calls(
        client.cloud_storage.complete_auth(PROVIDER, code=back["code"], state=back["state"])
    )
    return str(done.connection.id)


def uploaded(calls: Calls, client: Any, count: int) -> list[str]:
    files = [draw("PNG", (10 + number, 10)) for number in range(count)]
    names = [f"{number}.png" for number in range(count)]
    return [one.image_id for one in calls(client.upload(files, filenames=names))]


# Connections


def test_an_account_is_connected_by_a_round_trip(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    home = "https://app.example/back?tab=1"
    begun = calls(client.cloud_storage.initiate_auth(PROVIDER, redirect_uri=home))
    assert begun.provider == PROVIDER
    back = consent(begun.authorization_url, account="kim.lake@drive.example")
    assert (back["state"], back["tab"]) == (begun.state, "1")
    done = calls(
        client.cloud_storage.complete_auth(
            PROVIDER, code=back["code"], state=back["state"], redirect_uri=home
        )
    )
    connection = done.connection
    assert (done.is_new, connection.provider, connection.is_active) == (True, PROVIDER, True)
    assert connection.provider_email == "kim.lake@drive.example"
    assert connection.provider_display_name == "Kim Lake"
    assert (connection.created_at is not None, connection.last_used_at) == (True, None)


def test_an_account_that_is_known_is_connected_again(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    first = connect(calls, client)
    begun = calls(client.cloud_storage.initiate_auth(PROVIDER))
    back = consent(begun.authorization_url)
    done = calls(
        client.cloud_storage.complete_auth(PROVIDER, code=back["code"], state=back["state"])
    )
    assert (done.is_new, done.connection.id) == (False, first)


def test_a_code_is_good_for_one_use(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    begun = calls(client.cloud_storage.initiate_auth(PROVIDER))
    back = consent(begun.authorization_url)
    pair = {"code": back["code"], "state": back["state"]}
    calls(client.cloud_storage.complete_auth(PROVIDER, **pair))
    with pytest.raises(ValidationError, match="used before"):
        calls(client.cloud_storage.complete_auth(PROVIDER, **pair))


def test_connections_are_listed_until_they_are_disconnected(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    connection_id = connect(calls, client)
    listed = calls(client.cloud_storage.list_connections(provider=PROVIDER))
    assert ([one.id for one in listed.connections], listed.total_count) == ([connection_id], 1)
    ended = calls(client.cloud_storage.disconnect(connection_id))
    assert (ended.success, "is disconnected" in ended.message) == (True, True)
    assert calls(client.cloud_storage.list_connections()).total_count == 0
    inactive = calls(client.cloud_storage.list_connections(active_only=False)).connections
    assert [(one.id, one.is_active) for one in inactive] == [(connection_id, False)]


def test_an_unknown_provider_is_the_service_s_to_refuse(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ValidationError, match="is not a provider"):
        calls(calls.client(sandbox).cloud_storage.initiate_auth("dropbox"))


def test_unknown_connections_and_jobs_are_not_found(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ResourceNotFoundError):
        calls(client.cloud_storage.disconnect(UNKNOWN))
    with pytest.raises(ResourceNotFoundError):
        calls(client.cloud_storage.get_job(UNKNOWN))
    with pytest.raises(ResourceNotFoundError):
        calls(client.cloud_storage.start_import(UNKNOWN, [HARBOR]))


# Imports


def test_an_import_gives_ids_at_once_and_the_images_with_its_job(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    connection_id = connect(calls, client)
    sandbox.faults.hold("cloud_transfer", "queued")
    begun = calls(client.cloud_storage.start_import(connection_id, [HARBOR, DUNES], tags=["trip"]))
    assert (begun.is_async, begun.total_files, begun.status) == (True, 2, "pending")
    assert begun.image_ids is not None
    waiting = calls(client.files.get(begun.image_ids[0]))
    assert (waiting.original_filename, waiting.description_status) == ("Harbor.jpg", "pending")
    sandbox.faults.clear()
    job = calls(client.cloud_storage.wait_for_job(str(begun.job_id)))
    assert (job.type, job.status, job.is_successful) == ("import", "completed", True)
    assert (job.total_files, job.completed_files, job.failed_files) == (2, 2, 0)
    assert (job.progress_percent, job.error) == (100.0, None)
    assert job.completed_at is not None
    described = calls(client.uploads.wait_for_description(begun.image_ids[1], timeout=5.0))
    assert "WEBP, 360x200" in str(described.description)
    assert "trip" in (described.tags or ())


def test_progress_of_an_import_is_reported_at_each_poll(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    connection_id = connect(calls, client)
    events: list[CloudStorageJobProgressEvent] = []
    job = calls(
        client.cloud_storage.import_and_wait(
            connection_id, [HARBOR], poll_interval=0.01, on_progress=events.append
        )
    )
    assert (events[-1].job, events[-1].is_terminal, events[-1].progress_percent) == (
        job, True, 100.0,
    )  # fmt: skip
    assert [one.is_terminal for one in events[:-1]] == [False] * (len(events) - 1)


def test_an_import_that_succeeds_in_part_is_a_result(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    connection_id = connect(calls, client)
    job = calls(client.cloud_storage.import_and_wait(connection_id, [HARBOR, TORN]))
    assert (job.status, job.is_successful) == ("partial", True)
    assert (job.completed_files, job.failed_files) == (1, 1)
    assert "Torn.jpg" in str(job.error)


def test_an_import_that_fails_raises(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    connection_id = connect(calls, client)
    with pytest.raises(CloudStorageError, match="does not have this file") as caught:
        calls(
            client.cloud_storage.import_and_wait(
                connection_id, [{"id": "nothing", "name": "x.jpg"}], auto_describe=False
            )
        )
    assert caught.value.job_status == "failed"
    job = calls(client.cloud_storage.get_job(str(caught.value.job_id)))
    assert (job.is_terminal, job.is_successful) == (True, False)


def test_an_import_that_takes_too_long_is_resumed_by_its_job_p23(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    connection_id = connect(calls, client)
    sandbox.faults.hold("cloud_transfer", "moving")
    with pytest.raises(AionvisionTimeoutError, match="do not start another") as caught:
        calls(client.cloud_storage.import_and_wait(connection_id, [HARBOR], timeout=0.2))
    last = caught.value.last_result
    assert isinstance(last, CloudStorageJob)
    assert last.status == "in_progress"
    sandbox.faults.clear()
    assert calls(client.cloud_storage.wait_for_job(last.job_id)).status == "completed"


def test_p23_an_import_whose_wait_breaks_names_its_job(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    connection_id = connect(calls, client)
    sandbox.faults.fail("get_job_status", status=403)
    with pytest.raises(AionvisionPermissionError, match="do not start another") as caught:
        calls(client.cloud_storage.import_and_wait(connection_id, [HARBOR]))
    job_id = caught.value.details["job_id"]
    assert calls(client.cloud_storage.wait_for_job(job_id)).status == "completed"


def test_p23_an_import_is_not_given_up_for_a_lost_connection(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox, max_retries=0)
    connection_id = connect(calls, client)
    sandbox.faults.drop("get_job_status", times=2)
    done = client.cloud_storage.import_and_wait(connection_id, [HARBOR], poll_interval=0.01)
    assert calls(done).status == "completed"


def test_a_job_whose_account_is_disconnected_is_cancelled(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    connection_id = connect(calls, client)
    sandbox.faults.hold("cloud_transfer", "moving")
    begun = calls(client.cloud_storage.start_import(connection_id, [HARBOR]))
    calls(client.cloud_storage.disconnect(connection_id))
    sandbox.faults.clear()
    job = calls(client.cloud_storage.wait_for_job(str(begun.job_id)))
    assert (job.status, job.is_terminal, job.is_successful) == ("cancelled", True, False)


# Exports


def test_an_export_puts_images_into_a_new_folder(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    connection_id = connect(calls, client)
    ids = uploaded(calls, client, 2)
    begun = calls(client.cloud_storage.start_export(connection_id, ids, folder_name="Trip"))
    assert (begun.is_async, begun.job_status, begun.cloud_file_ids) == (True, "pending", None)
    job = calls(client.cloud_storage.wait_for_job(str(begun.job_id)))
    assert (job.type, job.status, job.completed_files) == ("export", "completed", 2)


def test_an_export_can_be_waited_for(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    connection_id = connect(calls, client)
    ids = uploaded(calls, client, 1)
    events: list[CloudStorageJobProgressEvent] = []
    job = calls(
        client.cloud_storage.export_and_wait(
            connection_id, ids, folder_id="root", timeout=5.0, on_progress=events.append
        )
    )
    assert (job.status, job.connection_id, job.provider) == ("completed", connection_id, PROVIDER)
    assert events[-1].job == job


def test_an_export_of_nothing_known_is_not_found(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    connection_id = connect(calls, client)
    with pytest.raises(ResourceNotFoundError, match="no image"):
        calls(client.cloud_storage.start_export(connection_id, [UNKNOWN]))


# Arguments


@pytest.mark.parametrize(
    ("method", "arguments", "field"),
    [
        ("initiate_auth", {"provider": ""}, "provider"),
        ("initiate_auth", {"provider": PROVIDER, "redirect_uri": ""}, "redirect_uri"),
        ("complete_auth", {"provider": PROVIDER, "code": "", "state": "s"}, "code"),
        ("complete_auth", {"provider": PROVIDER, "code": "c", "state": ""}, "state"),
        ("list_connections", {"provider": " "}, "provider"),
        ("disconnect", {"connection_id": ".."}, "connection_id"),
        ("start_import", {"connection_id": "", "files": [HARBOR]}, "connection_id"),
        ("start_import", {"connection_id": "c", "files": []}, "files"),
        ("start_import", {"connection_id": "c", "files": [{"id": "x"}]}, "files[0].name"),
        ("start_import", {"connection_id": "c", "files": [{"path": "x"}]}, "files[0]"),
        ("import_and_wait", {"connection_id": "c", "files": [HARBOR], "timeout": 0}, "timeout"),
        ("start_export", {"connection_id": "c", "image_ids": []}, "image_ids"),
        (
            "export_and_wait",
            {"connection_id": "c", "image_ids": ["a"], "folder_id": "f", "folder_name": "g"},
            "folder_name",
        ),
        ("get_job", {"job_id": ""}, "job_id"),
        ("wait_for_job", {"job_id": "j", "poll_interval": -1}, "poll_interval"),
    ],
)
def test_bad_arguments_are_refused_before_anything_is_sent(
    method: str, arguments: dict[str, Any], field: str, calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ValidationError) as caught:
        calls(getattr(client.cloud_storage, method)(**arguments))
    assert caught.value.details["field"] == field
    assert sandbox.requests == []
