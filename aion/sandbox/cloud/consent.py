"""The steps of connecting an account of the fake provider, as OAuth has them.

`begin` gives the address of the consent page, `agree` the code with which the provider sends the
browser back, `redeem` exchanges the code, and `connect` stores the connection.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from aion.sandbox.auth.identity import digest
from aion.sandbox.cloud.drive import PROVIDER
from aion.sandbox.contract.errors import ApiError
from aion.sandbox.runtime.state import State
from aion.sandbox.store.clock import seconds_of, stamp
from aion.sandbox.store.records import Record

CONSENT_PREFIX: Final = "/_drive/"
"""Path of the provider's pages; not part of the API."""

DEFAULT_ACCOUNT: Final = "pat.rivers@drive.example"
CONNECTION: Final = "cloud_connection"
"""Kind of the records of connections; their parent is the account."""
STATE: Final = "oauth_state"
CODE: Final = "oauth_code"
_LIFETIME: Final = 600


def begin(state: State, origin: str, redirect_uri: str | None) -> tuple[str, str]:
    """Begin to connect an account; returns the URL for the user, and the OAuth state."""
    if redirect_uri is not None:
        parts = urlsplit(redirect_uri)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise ApiError(400, "redirect_uri must be an http or https address")
    back = redirect_uri or f"{origin}/api/v2/cloud-storage/auth/{PROVIDER}/callback"
    number = state.records.new_id(STATE)
    token = digest(f"{state.options.api_key}/{number}")[:40]
    ends = stamp(state.clock.now() + _LIFETIME)
    body = {"redirect_uri": redirect_uri, "back": back, "ends_at": ends}
    state.records.put(STATE, token, body)
    return f"{origin}{CONSENT_PREFIX}consent?{urlencode({'state': token})}", token


def agree(state: State, begun: Record, account: str) -> str:
    """Store the user's consent; returns the code for the application."""
    code = digest(f"{begun.id}/{account}")[:40]
    with state.database.transaction():
        state.records.put(CODE, code, {"account": account}, parent=begun.id)
    return code


def redeem(state: State, code: str, token: str, redirect_uri: str | None) -> str:
    """Exchange a code for its account; the transaction uses up code and state.

    Raises:
        ApiError: the state or the code is unknown, used, expired, or of another redirect.
    """
    begun = state.records.get(STATE, token)
    if begun is None or state.clock.now() >= seconds_of(begun.body["ends_at"]):
        text = "the state is unknown, was used before, or is older than ten minutes"
        raise ApiError(400, text, code="INVALID_STATE")
    if redirect_uri is not None and redirect_uri != begun.body["back"]:
        raise ApiError(
            400, "redirect_uri differs from that of the initiate request", code="INVALID_STATE"
        )
    found = state.records.get(CODE, code)
    if found is None or found.parent != token:
        raise ApiError(400, "the provider does not know this code", code="INVALID_CODE")
    state.records.delete(CODE, code)
    state.records.delete(STATE, token)
    return str(found.body["account"])


def connect(state: State, account: str) -> tuple[Record, bool]:
    """Store the connection to an account, inside the caller's transaction; True if it is new."""
    known, _ = state.records.find(CONNECTION, parent=account, limit=1)
    now = state.clock.stamp()
    body: dict[str, Any] = {
        "provider": PROVIDER,
        "is_active": True,
        "last_used_at": known[0].body["last_used_at"] if known else None,
        "agreed_at": now,
    }
    connection_id = known[0].id if known else state.records.new_id(CONNECTION)
    return state.records.put(CONNECTION, connection_id, body, parent=account), not known
