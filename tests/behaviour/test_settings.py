"""The tenant's own bucket, over real HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from aion.exceptions import AionvisionPermissionError, ValidationError
from aion.testing import Sandbox
from tests.behaviour.calls import Calls
from tests.behaviour.keys import make_key
from tests.behaviour.pictures import draw

SECRET = "not-a-secret-" + "x" * 20
BUCKET: dict[str, Any] = {
    "access_key_id": "AKIAEXAMPLE000000",
    "secret_access_key": SECRET,
    "bucket_name": "our-pictures",
    "region": "eu-central-1",
}


def bucket(**changes: Any) -> dict[str, Any]:
    """The arguments for a bucket that can be used, but for some changes."""
    return {**BUCKET, **changes}


def test_without_a_bucket_nothing_is_configured(calls: Calls, sandbox: Sandbox) -> None:
    status = calls(calls.client(sandbox).settings.get_custom_s3_status())
    assert status.to_dict() == {"configured": False}


def test_a_bucket_that_was_just_configured_is_not_validated_yet(
    calls: Calls, sandbox: Sandbox
) -> None:
    status = calls(
        calls.client(sandbox).settings.configure_custom_s3(
            "AKIAEXAMPLE000000", SECRET, "our-pictures", "eu-central-1"
        )
    )
    assert (status.configured, status.bucket_name, status.region) == (
        True,
        "our-pictures",
        "eu-central-1",
    )
    assert (status.is_validated, status.error) == (None, None)
    assert status.configured_at is not None
    assert datetime.fromisoformat(status.configured_at).tzinfo is not None


def test_the_status_shows_the_bucket_and_no_secret(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    calls(client.settings.configure_custom_s3(**BUCKET))
    status = calls(client.settings.get_custom_s3_status())
    assert (status.configured, status.is_validated) == (True, True)
    assert SECRET not in repr(status)
    assert "AKIA" not in repr(status)


def test_a_bucket_that_can_be_used_is_valid(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    calls(client.settings.configure_custom_s3(**BUCKET))
    found = calls(client.settings.validate_custom_s3())
    assert found.to_dict() == {
        "valid": True,
        "bucket_name": "our-pictures",
        "region": "eu-central-1",
    }


def test_a_bucket_that_lost_its_rights_is_invalid_without_an_error(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    calls(client.settings.configure_custom_s3(**bucket(bucket_name="revoked-one")))
    found = calls(client.settings.validate_custom_s3())
    assert found.valid is False
    assert found.error == "[sandbox] PutObject is denied: the name begins with 'revoked-'"


def test_validation_without_a_bucket_says_so(calls: Calls, sandbox: Sandbox) -> None:
    found = calls(calls.client(sandbox).settings.validate_custom_s3())
    assert (found.valid, found.bucket_name) == (False, None)
    assert found.error == "No custom S3 bucket is configured"


def test_a_bucket_that_is_not_there_is_refused(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ValidationError, match="the bucket 'missing-one' does not exist"):
        calls(client.settings.configure_custom_s3(**bucket(bucket_name="missing-one")))
    assert calls(client.settings.get_custom_s3_status()).configured is False


def test_a_removed_bucket_is_gone(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    calls(client.settings.configure_custom_s3(**BUCKET))
    assert calls(client.settings.remove_custom_s3())["removed"] is True
    assert calls(client.settings.get_custom_s3_status()).configured is False


def test_removing_no_bucket_removes_nothing(calls: Calls, sandbox: Sandbox) -> None:
    assert calls(calls.client(sandbox).settings.remove_custom_s3()) == {
        "removed": False,
        "message": "No custom S3 configuration was set",
    }


def test_uploads_can_go_to_the_bucket_once_it_is_configured(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ValidationError, match="S3 configuration"):
        calls(client.upload_one(draw(), filename="a.jpg", storage_target="custom"))
    calls(client.settings.configure_custom_s3(**BUCKET))
    assert calls(client.upload_one(draw(), filename="a.jpg", storage_target="custom")).image_id


@pytest.mark.parametrize("method", ["remove_custom_s3", "validate_custom_s3"])
def test_a_key_that_only_reads_may_not_touch_the_bucket(
    calls: Calls, sandbox: Sandbox, method: str
) -> None:
    client = calls.client_of(sandbox.base_url, make_key(sandbox, "read"))
    with pytest.raises(AionvisionPermissionError):
        calls(getattr(client.settings, method)())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("access_key_id", "short"),
        ("access_key_id", "A" * 129),
        ("secret_access_key", "short"),
        ("secret_access_key", "s" * 129),
        ("secret_access_key", None),
        ("bucket_name", "ab"),
        ("bucket_name", "Has Spaces"),
        ("bucket_name", "a" * 64),
        ("bucket_name", "ends-with-"),
        ("region", ""),
    ],
)
def test_a_bad_argument_is_refused_before_anything_is_sent(
    calls: Calls, sandbox: Sandbox, field: str, value: Any
) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ValidationError) as caught:
        calls(client.settings.configure_custom_s3(**bucket(**{field: value})))
    assert caught.value.details["field"] == field
    assert sandbox.requests == []


def test_a_refused_secret_is_not_in_the_error(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ValidationError) as caught:
        calls(
            calls.client(sandbox).settings.configure_custom_s3(
                **bucket(secret_access_key="too-short-secret")
            )
        )
    assert "too-short-secret" not in f"{caught.value} {caught.value.details}"
    assert caught.value.details["value"] == "'16 characters'"
