"""Values in responses have the annotated types: checked at the gate, for all results."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aion._engine import errors
from aion._http.wire import Reply
from aion.exceptions import ServerError
from aion.types.audit import AuditLogEntry
from aion.types.cloud_storage import CloudStorageJob
from aion.types.documents import DocumentPresignedUploadResult
from aion.types.presigned import PresignedUrlInfo
from aion.types.tenant import TenantMember
from aion_api import Operation
from aion_api.models.user_files import BatchDeleteFileResult, FileList, SearchMode
from aion_api.models.video_uploads import VideoChunkInfo

JOB: dict[str, Any] = {
    "job_id": "j",
    "type": "import",
    "status": "running",
    "connection_id": "c",
    "provider": "google_drive",
    "total_files": 4,
    "completed_files": 1,
    "failed_files": 1,
    "error": None,
}


def decoded(decode: Any, data: Any) -> Any:
    operation = Operation("o", "t.o", "GET", "/x", kind="json", decode=decode, repeatable=True)
    return errors.decode(Reply(200, [], json.dumps(data).encode()), operation)


def job(**changes: Any) -> CloudStorageJob:
    found: CloudStorageJob = decoded(CloudStorageJob.from_api_response, {**JOB, **changes})
    return found


@pytest.mark.parametrize("wrong", ["4", 0.5, True, [4], {"a": 4}])
def test_p15_a_field_that_has_to_be_a_number_and_is_none_is_named(wrong: object) -> None:
    with pytest.raises(ServerError, match="total_files is") as caught:
        job(total_files=wrong)
    assert caught.value.code == "INVALID_RESPONSE"


@pytest.mark.parametrize("wrong", ["4", 0.5, True, [], {}])
def test_p15_the_same_goes_for_generated_answers(wrong: object) -> None:
    page: dict[str, object] = {"files": [], "total_count": wrong, "has_more": False}
    with pytest.raises(ServerError, match="total_count is"):
        decoded(FileList._adopt, page)


def test_p15_a_field_with_a_default_is_checked_too() -> None:
    chunk = {"chunk_number": 1, "size_bytes": 1, "upload_url": "u", "upload_method": 5}
    with pytest.raises(ServerError, match="upload_method is the number 5, not str"):
        decoded(VideoChunkInfo._adopt, chunk)


def test_p18_a_field_that_may_be_missing_is_so_and_stays_readable() -> None:
    found = job(error=["x"])
    assert found.error is None
    assert found.to_dict()["error"] == ["x"]


def test_a_whole_number_that_came_as_a_fraction_is_one() -> None:
    assert repr(job(total_files=4.0).total_files) == "4"
    page: dict[str, object] = {"files": [], "total_count": 3.0, "has_more": False}
    assert repr(decoded(FileList._adopt, page).total_count) == "3"


def test_p18_a_null_is_let_by() -> None:
    assert decoded(BatchDeleteFileResult._adopt, {"id": None, "status": "x"}).id is None


def test_a_field_that_is_missing_is_named() -> None:
    with pytest.raises(ServerError, match="lacks the field 'has_more'"):
        decoded(FileList._adopt, {"files": [], "total_count": 1})


def test_each_of_a_list_is_checked() -> None:
    def members(data: Any) -> list[TenantMember]:
        return [TenantMember.from_api_response(one) for one in data]

    good = {
        "id": "i",
        "name": "n",
        "user_id": "u",
        "email": "e",
        "role": "member",
        "joined_at": None,
    }
    with pytest.raises(ServerError, match="role is a list, not str"):
        decoded(members, [good, {**good, "role": []}])


def test_what_is_not_a_mapping_is_an_error_of_the_response() -> None:
    with pytest.raises(ServerError, match="does not match the contract"):
        decoded(AuditLogEntry.from_api_response, 5)


@pytest.mark.parametrize("decode", [PresignedUrlInfo, DocumentPresignedUploadResult])
@pytest.mark.parametrize(
    "wrong",
    [
        {"upload_url": "http://h:0/"},
        {"upload_url": 5},
        {"upload_url": "javascript:alert(1)"},
        {"upload_headers": {"x": "1\r\nAuthorization: y"}},
        {"upload_headers": {"x\r\ny": "1"}},
        {"upload_headers": {"x": 5}},
        {"upload_headers": ["x"]},
        {"upload_method": "PUT /other"},
    ],
)
def test_p15_where_to_send_bytes_is_something_that_can_be_sent_to(
    decode: Any, wrong: dict[str, Any]
) -> None:
    place = {"upload_url": "https://h/a", "upload_headers": {"x": "1"}, "object_key": "k"}
    assert decoded(decode.from_api_response, place).upload_headers == {"x": "1"}
    with pytest.raises(ServerError, match="INVALID_RESPONSE"):
        decoded(decode.from_api_response, {**place, **wrong})


def test_numbers_too_large_for_a_fraction_have_a_share_all_the_same() -> None:
    found = job(total_files=10**400, completed_files=10**400, failed_files=0)
    assert found.progress_percent == 100.0


def test_p18_a_state_that_is_missing_is_an_unknown_one() -> None:
    missing: Any = None
    state = SearchMode(missing)
    assert (state.value, state.is_known) == ("", False)
