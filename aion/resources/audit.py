"""`client.audit`: the audit log of the tenant."""

from __future__ import annotations

from datetime import UTC, datetime

from aion import _checks as check
from aion._runtime import aio as rt
from aion.types.audit import AuditLogEntry, AuditLogList, AuditResult, AuditSeverity
from aion_api.api import tenant_settings

SEVERITIES = tuple(severity.value for severity in AuditSeverity)
RESULTS = tuple(result.value for result in AuditResult)
MAX_PAGE = 100

_LONGEST_TYPE = 100


class AuditResource:
    """Reads the audit log. This needs the role ``admin``."""

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def list(
        self,
        *,
        event_type: str | None = None,
        severity: str | None = None,
        user_id: str | None = None,
        date_from: datetime | None = None,
        date_to: datetime | None = None,
        result: str | None = None,
        limit: int = 50,
        offset: int = 0,
        timeout: float | None = None,
    ) -> AuditLogList:
        """Get one page of the audit log.

        Args:
            event_type: Only events of this type, such as ``api_key.created``: a value of
                `AuditEventType`, or one that is newer.
            severity: Only events of this severity: ``info``, ``warning``, ``error``, ``critical``.
            user_id: Only events of this user.
            date_from: Only events from this moment on, itself included. Without a zone it counts
                as UTC.
            date_to: Only events up to this moment, itself included.
            result: Only events with this result: ``success``, ``failure``, ``denied``.
            limit: Events in the page, from 1 to 100.
            offset: Events to skip.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The events, the total number of matches, and whether there are more.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionPermissionError: The caller is not an admin.
            AionvisionError: The call failed.

        Endpoint: ``GET /tenant/audit-logs``
        """
        _require_span(date_from, date_to)
        request = tenant_settings.get_audit_logs(
            event_type=_optional("event_type", event_type),
            severity=None if severity is None else check.choice("severity", severity, SEVERITIES),
            user_id=None if user_id is None else check.identifier("user_id", user_id),
            date_from=date_from,
            date_to=date_to,
            result=None if result is None else check.choice("result", result, RESULTS),
            limit=check.whole_number("limit", limit, 1, MAX_PAGE),
            offset=check.whole_number("offset", offset, 0),
        )
        return await self._engine.call(
            request.decoding(AuditLogList.from_api_response), timeout=timeout
        )

    async def get(self, log_id: str, *, timeout: float | None = None) -> AuditLogEntry:
        """Get one event.

        Args:
            log_id: The id of the entry.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ResourceNotFoundError: The entry does not exist.
            AionvisionPermissionError: The caller is not an admin.
            AionvisionError: The call failed.

        Endpoint: ``GET /tenant/audit-logs/{log_id}``
        """
        request = tenant_settings.get_audit_log(check.identifier("log_id", log_id))
        return await self._engine.call(
            request.decoding(AuditLogEntry.from_api_response), timeout=timeout
        )


def _optional(field: str, value: str | None) -> str | None:
    return None if value is None else check.text(field, value, 1, _LONGEST_TYPE)


def _require_span(date_from: object, date_to: object) -> None:
    moments: dict[str, datetime] = {}
    for field, moment in (("date_from", date_from), ("date_to", date_to)):
        if moment is None:
            continue
        if not isinstance(moment, datetime):
            check.refuse(field, moment, "a datetime")
        moments[field] = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    if len(moments) == 2 and moments["date_from"] > moments["date_to"]:
        check.refuse("date_to", date_to, "a moment after date_from")
