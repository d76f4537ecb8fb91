"""The audit log of a tenant, as `client.audit` returns it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import frozen

from aion_api import Model, OpenEnum
from aion_api import _model as md
from aion_api.models.tenant_settings import AuditLogResponse


class AuditEventType(OpenEnum):
    """The type of an event: a family and a name."""

    AUTH_LOGIN = "auth.login"
    AUTH_LOGOUT = "auth.logout"
    AUTH_LOGIN_FAILED = "auth.login_failed"
    AUTH_TOKEN_REFRESH = "auth.token_refresh"  # noqa: S105 - the name of an event
    AUTH_EMAIL_VERIFIED = "auth.email_verified"
    AUTH_PASSWORD_CHANGED = "auth.password_changed"  # noqa: S105 - the name of an event
    AUTH_OAUTH_LOGIN = "auth.oauth_login"
    PERMISSION_DENIED = "permission.denied"
    PERMISSION_GRANTED = "permission.granted"
    ROLE_CHANGED = "role.changed"
    API_KEY_CREATED = "api_key.created"
    API_KEY_DELETED = "api_key.deleted"
    API_KEY_USED = "api_key.used"
    API_KEY_FAILED = "api_key.failed"
    TENANT_CREATED = "tenant.created"
    TENANT_UPDATED = "tenant.updated"
    TENANT_MEMBER_ADDED = "tenant.member_added"
    TENANT_MEMBER_REMOVED = "tenant.member_removed"
    TENANT_MEMBER_ROLE_CHANGED = "tenant.member_role_changed"
    RULE_SET_CREATED = "rule_set.created"
    RULE_SET_UPDATED = "rule_set.updated"
    RULE_SET_DELETED = "rule_set.deleted"
    RULE_SET_SHARED = "rule_set.shared"
    RULE_SET_SHARE_REVOKED = "rule_set.share_revoked"
    SECURITY_RATE_LIMIT_EXCEEDED = "security.rate_limit_exceeded"
    SECURITY_INVALID_TOKEN = "security.invalid_token"  # noqa: S105 - the name of an event
    SECURITY_SUSPICIOUS_ACTIVITY = "security.suspicious_activity"


class AuditSeverity(OpenEnum):
    """The severity of an event."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


class AuditResult(OpenEnum):
    """The outcome of an event."""

    SUCCESS = "success"
    FAILURE = "failure"
    DENIED = "denied"


@frozen(slots=False)
class AuditLogEntry(AuditLogResponse):
    """One event in a tenant.

    Attributes:
        id: The id of the entry.
        event_type: A value of `AuditEventType`, as text.
        event_timestamp: When it happened.
        severity: A value of `AuditSeverity`, as text.
        action: The action, such as ``create``, ``read``, ``update``, ``delete``, ``login``.
        result: A value of `AuditResult`, as text.
        user_id: The user who caused it, if known.
        api_key_id: The API key that was used, if one was.
        ip_address: Where the request came from, if known.
        resource_type: The kind of object that it concerns.
        resource_id: The object that it concerns.
        error_message: Why it failed, if it did.
        metadata: Further facts.
    """

    @property
    def event_type_enum(self) -> AuditEventType | None:
        """Return the type, or None if it is not in `AuditEventType`."""
        found = AuditEventType(self.event_type)
        return found if found.is_known else None

    @property
    def severity_enum(self) -> AuditSeverity:
        """Return the severity. A value that is not in `AuditSeverity` has `is_known` false."""
        return AuditSeverity(self.severity)

    @property
    def result_enum(self) -> AuditResult:
        """Return the outcome. A value that is not in `AuditResult` has `is_known` false."""
        return AuditResult(self.result)


@frozen(slots=False)
class AuditLogList(Model):
    """One page of the audit log.

    Attributes:
        entries: The events.
        total_count: How many match altogether.
        has_more: Whether more follow this page.
    """

    entries: list[AuditLogEntry]
    total_count: int
    has_more: bool

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read a page of the audit log."""
        return cls(
            entries=[AuditLogEntry.from_api_response(item) for item in data["entries"] or ()],
            total_count=data["total_count"],
            has_more=data["has_more"],
            additional_properties=md.unknown(data, _LIST_KEYS),
        )


_LIST_KEYS = frozenset(["entries", "total_count", "has_more"])

__all__ = [
    "AuditEventType",
    "AuditLogEntry",
    "AuditLogList",
    "AuditResult",
    "AuditSeverity",
]
