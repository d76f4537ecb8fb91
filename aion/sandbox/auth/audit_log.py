"""The audit log of security events and administrative changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aion.sandbox.auth.identity import Actor
from aion.sandbox.store.clock import Clock
from aion.sandbox.store.records import Record, Records


class Audit:
    """Writes entries as records of the kind `audit`, each in the form that it has on the wire."""

    def __init__(self, records: Records, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    def write(
        self,
        event_type: str,
        action: str,
        *,
        actor: Actor | None = None,
        result: str = "success",
        severity: str = "info",
        resource_type: str | None = None,
        resource_id: str | None = None,
        error_message: str | None = None,
        ip_address: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Record:
        """Write one entry.

        Args:
            event_type: What happened: `tenant.updated`, `api_key.created` ...
            action: What was done: create, read, update, delete, login ...
            actor: Who did it.
            result: success, failure or denied.
            severity: info, warning, error or critical.
            resource_type: Kind of the resource that it was done to.
            resource_id: Id of that resource.
            error_message: Why it failed.
            ip_address: Address of the client.
            metadata: Further fields.
        """
        entry_id = self._records.new_id("audit")
        entry = {
            "id": entry_id,
            "event_type": event_type,
            "event_timestamp": self._clock.stamp(),
            "severity": severity,
            "user_id": (actor.user_id or None) if actor is not None else None,
            "api_key_id": actor.api_key_id if actor is not None else None,
            "action": action,
            "result": result,
            "ip_address": ip_address,
            "resource_type": resource_type,
            "resource_id": resource_id,
            "error_message": error_message,
            "metadata": dict(metadata or {}),
        }
        return self._records.put("audit", entry_id, entry)
