"""The audit log, over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aion.exceptions import AionvisionPermissionError, ResourceNotFoundError, ValidationError
from aion.testing import Sandbox
from aion.types.audit import AuditEventType, AuditResult, AuditSeverity
from tests.behaviour.calls import Calls
from tests.behaviour.keys import make_key

UNKNOWN = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def busy(calls: Calls, sandbox: Sandbox) -> str:
    """Four events, oldest first: settings, invitation, role, removal. The id of the member."""
    client = calls.client(sandbox)
    calls(client.tenant.update_settings(name="Atelier"))
    member = calls(client.tenant.invite_member("kim@team.example"))
    calls(client.tenant.update_member_role(member.id, "editor"))
    calls(client.tenant.remove_member(member.id))
    return member.id


EVENTS = [
    "tenant.member_removed",
    "tenant.member_role_changed",
    "tenant.member_added",
    "tenant.updated",
]


def test_the_log_of_a_new_tenant_is_empty(calls: Calls, sandbox: Sandbox) -> None:
    page = calls(calls.client(sandbox).audit.list())
    assert (page.entries, page.total_count, page.has_more) == ([], 0, False)


def test_what_happened_is_listed_newest_first(calls: Calls, sandbox: Sandbox, busy: str) -> None:
    page = calls(calls.client(sandbox).audit.list())
    assert [entry.event_type for entry in page.entries] == EVENTS
    assert (page.total_count, page.has_more) == (4, False)


def test_an_entry_shows_who_did_what_to_whom(calls: Calls, sandbox: Sandbox, busy: str) -> None:
    client = calls.client(sandbox)
    (owner,) = calls(client.tenant.list_members())
    entry = calls(client.audit.list()).entries[1]
    assert entry.event_type_enum is AuditEventType.TENANT_MEMBER_ROLE_CHANGED
    assert entry.severity_enum is AuditSeverity.INFO
    assert entry.result_enum is AuditResult.SUCCESS
    assert (entry.action, entry.resource_type, entry.resource_id) == ("update", "member", busy)
    assert (entry.user_id, entry.ip_address) == (owner.id, "127.0.0.1")
    assert entry.api_key_id is not None
    assert entry.error_message is None
    assert entry.metadata == {"old_role": "viewer", "new_role": "editor"}
    assert entry.event_timestamp is not None
    assert abs(entry.event_timestamp - datetime.now(UTC)) < timedelta(minutes=1)


def test_one_entry_is_the_one_of_the_list(calls: Calls, sandbox: Sandbox, busy: str) -> None:
    client = calls.client(sandbox)
    listed = calls(client.audit.list(limit=1)).entries[0]
    assert calls(client.audit.get(listed.id)) == listed


def test_pages_hold_every_entry_once(calls: Calls, sandbox: Sandbox, busy: str) -> None:
    client = calls.client(sandbox)
    pages = [calls(client.audit.list(limit=3, offset=offset)) for offset in (0, 3)]
    assert [page.has_more for page in pages] == [True, False]
    assert [entry.event_type for page in pages for entry in page.entries] == EVENTS


def test_what_is_denied_is_logged(calls: Calls, sandbox: Sandbox) -> None:
    narrow = calls.client_of(sandbox.base_url, make_key(sandbox, "read"))
    with pytest.raises(AionvisionPermissionError):
        calls(narrow.tenant.update_settings(name="Mine"))
    page = calls(calls.client(sandbox).audit.list(result="denied"))
    (entry,) = page.entries
    assert entry.event_type_enum is AuditEventType.PERMISSION_DENIED
    assert (entry.result_enum, entry.severity_enum) == (
        AuditResult.DENIED,
        AuditSeverity.WARNING,
    )
    assert entry.error_message == (
        "This needs the role admin or the scope tenants:write; yours is viewer"
    )


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"event_type": "tenant.updated"}, 1),
        ({"event_type": AuditEventType.TENANT_MEMBER_ADDED}, 1),
        ({"event_type": "no.such_event"}, 0),
        ({"severity": "info"}, 4),
        ({"severity": AuditSeverity.CRITICAL}, 0),
        ({"result": "success", "event_type": "tenant.member_removed"}, 1),
        ({"result": AuditResult.FAILURE}, 0),
        ({"user_id": UNKNOWN}, 0),
        ({"date_from": datetime(2020, 1, 1)}, 4),
        ({"date_from": datetime(2020, 1, 1), "date_to": datetime(2020, 1, 2, tzinfo=UTC)}, 0),
        ({"date_to": datetime.now(UTC) + timedelta(days=365)}, 4),
    ],
)
def test_filters_combine(
    calls: Calls, sandbox: Sandbox, busy: str, wanted: dict[str, Any], count: int
) -> None:
    page = calls(calls.client(sandbox).audit.list(**wanted))
    assert (len(page.entries), page.total_count) == (count, count)


def test_both_dates_are_within(calls: Calls, sandbox: Sandbox, busy: str) -> None:
    client = calls.client(sandbox)
    moment = calls(client.audit.list()).entries[2].event_timestamp
    assert moment is not None
    (entry,) = calls(client.audit.list(date_from=moment, date_to=moment)).entries
    assert entry.event_type == "tenant.member_added"


def test_the_log_needs_an_admin(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client_of(sandbox.base_url, make_key(sandbox, "write"))
    with pytest.raises(AionvisionPermissionError):
        calls(client.audit.list())
    with pytest.raises(AionvisionPermissionError):
        calls(client.audit.get(UNKNOWN))


def test_an_unknown_entry_is_not_found(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ResourceNotFoundError):
        calls(calls.client(sandbox).audit.get(UNKNOWN))


@pytest.mark.parametrize(
    ("method", "arguments", "field"),
    [
        ("list", {"limit": 0}, "limit"),
        ("list", {"limit": 101}, "limit"),
        ("list", {"offset": -1}, "offset"),
        ("list", {"severity": "grave"}, "severity"),
        ("list", {"result": "maybe"}, "result"),
        ("list", {"event_type": ""}, "event_type"),
        ("list", {"user_id": " "}, "user_id"),
        ("list", {"date_from": "2026-01-01"}, "date_from"),
        (
            "list",
            {"date_from": datetime(2026, 1, 2), "date_to": datetime(2026, 1, 1, tzinfo=UTC)},
            "date_to",
        ),
        ("get", {"log_id": ""}, "log_id"),
    ],
)
def test_a_bad_argument_is_refused_before_anything_is_sent(
    calls: Calls, sandbox: Sandbox, method: str, arguments: dict[str, Any], field: str
) -> None:
    client = calls.client(sandbox)
    with pytest.raises(ValidationError) as caught:
        calls(getattr(client.audit, method)(**arguments))
    assert caught.value.details["field"] == field
    assert sandbox.requests == []
