"""The interface of a handler: one `Call` in, one `Response` out, independent of ASGI."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aion.sandbox.auth.identity import Actor, Role
from aion.sandbox.contract.contract import Operation
from aion.sandbox.runtime.permissions import require
from aion.sandbox.store.jsontext import json_text
from aion.sandbox.store.signing import LIFETIME, UploadTerms

if TYPE_CHECKING:
    from aion.sandbox.runtime.state import State
    from aion.sandbox.store.multipart import Form


@dataclass(slots=True)
class Response:
    """A response: a JSON body, or bytes of another type, or a stream of them, or no body."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    raw: bytes | None = None
    """The body when it is not JSON; the headers have its type."""
    stream: AsyncIterator[bytes] | None = None
    """The body when it is sent piece by piece; each piece is one whole event."""

    def payload(self) -> tuple[bytes, dict[str, str]]:
        """Return the body and the headers as they are sent."""
        if self.raw is not None:
            return self.raw, self.headers
        if self.status in {204, 302}:
            return b"", self.headers
        return json_text(self.body).encode(), {
            "content-type": "application/json",
            **self.headers,
        }


@dataclass(slots=True)
class Call:
    """One validated request of an operation."""

    operation: Operation
    state: State
    actor: Actor
    """The caller."""
    path: Mapping[str, Any]
    """Path parameters, decoded."""
    query: Mapping[str, Any]
    """Query parameters, decoded, with defaults; absent ones are None."""
    body: Any
    """Decoded JSON body or URL-encoded form, or None."""
    form: Form | None
    """Received multipart form, or None."""
    origin: str
    """Scheme and host as the client sees them, for absolute URLs."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Request headers by lower-case name."""
    request_id: str = ""
    ip_address: str | None = None

    def object_url(self, key: str, filename: str | None = None) -> str:
        """Return a signed absolute URL of an object; with a filename, a download."""
        return self.origin + self.state.signer.sign(key, filename)

    def upload_url(
        self, key: str, *, content_type: str, max_bytes: int, seconds: float = LIFETIME
    ) -> str:
        """Return a signed URL to which an object can be sent by PUT, with this Content-Type."""
        terms = UploadTerms(content_type, max_bytes)
        path, fields = self.state.signer.sign_upload("PUT", key, terms, seconds)
        return f"{self.origin}{path}?{urlencode(fields)}"

    def upload_form(
        self, key: str, *, content_type: str, max_bytes: int, seconds: float = LIFETIME
    ) -> tuple[str, dict[str, str]]:
        """Return a URL to which an object can be sent by POST, and the fields of its form.

        The file is the last field, named `file`.
        """
        terms = UploadTerms(content_type, max_bytes)
        path, fields = self.state.signer.sign_upload("POST", key, terms, seconds)
        return self.origin + path, {"key": key, "Content-Type": content_type, **fields}

    def audit(
        self,
        event_type: str,
        action: str,
        *,
        resource_type: str,
        resource_id: str | None,
        actor: Actor | None = None,
        failure: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """Write an entry of the audit log about what this call did.

        Args:
            event_type: What happened: `tenant.updated`, `api_key.created` ...
            action: What was done: create, read, update, delete, login ...
            resource_type: Kind of the resource that it was done to.
            resource_id: Id of that resource.
            actor: Who did it; the caller when None.
            failure: Why it failed; None for success.
            metadata: Further fields.
        """
        self.state.audit.write(
            event_type,
            action,
            actor=actor or self.actor,
            result="success" if failure is None else "failure",
            severity="info" if failure is None else "warning",
            resource_type=resource_type,
            resource_id=resource_id,
            error_message=failure,
            ip_address=self.ip_address,
            metadata=metadata,
        )

    def require(self, role: Role) -> None:
        """Refuse a caller without this role, for calls that need more than their operation does.

        Raises:
            ApiError: 403; the audit log has an entry about it.
        """
        require(self.state, self.actor, self.operation, role, ip_address=self.ip_address)
