"""The audit log, as it is read from responses."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from aion.types.audit import AuditEventType, AuditLogEntry, AuditLogList, AuditResult, AuditSeverity

ENTRY: dict[str, Any] = {
    "id": "e",
    "event_type": "api_key.created",
    "event_timestamp": "2026-02-03T04:05:06Z",
    "severity": "warning",
    "action": "create",
    "result": "failure",
}


def test_an_entry_knows_its_enums() -> None:
    entry = AuditLogEntry.from_api_response(ENTRY)
    assert entry.event_type_enum is AuditEventType.API_KEY_CREATED
    assert entry.severity_enum is AuditSeverity.WARNING
    assert entry.result_enum is AuditResult.FAILURE


def test_p18_an_unknown_event_type_has_no_enum_and_stays_readable() -> None:
    entry = AuditLogEntry.from_api_response({**ENTRY, "event_type": "folder.shared"})
    assert (entry.event_type, entry.event_type_enum) == ("folder.shared", None)


@pytest.mark.parametrize("name", ["severity", "result"])
def test_p18_an_unknown_severity_or_result_does_not_raise(name: str) -> None:
    entry = AuditLogEntry.from_api_response({**ENTRY, name: "odd"})
    found = getattr(entry, f"{name}_enum")
    assert (found.value, found.is_known) == ("odd", False)


def test_a_date_that_is_none_is_kept_as_it_came() -> None:
    entry = AuditLogEntry.from_api_response({**ENTRY, "event_timestamp": "yesterday"})
    assert entry.event_timestamp is None
    assert entry.to_dict()["event_timestamp"] == "yesterday"


def test_all_families_of_events_are_there() -> None:
    assert len(AuditEventType) == 27
    families = {event.value.partition(".")[0] for event in AuditEventType}
    assert families == {"auth", "permission", "role", "api_key", "tenant", "rule_set", "security"}


def test_a_page_holds_entries_that_know_their_enums() -> None:
    page = AuditLogList.from_api_response(
        {"entries": [ENTRY], "total_count": 5, "has_more": True, "cursor": "c"}
    )
    assert page.entries[0].severity_enum is AuditSeverity.WARNING
    assert (page.total_count, page.has_more) == (5, True)
    assert page.additional_properties == {"cursor": "c"}


def test_p6_a_page_survives_pickle() -> None:
    page = AuditLogList.from_api_response({"entries": [ENTRY], "total_count": 1, "has_more": False})
    assert pickle.loads(pickle.dumps(page)) == page
