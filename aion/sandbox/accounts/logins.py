"""Accounts and logins: passwords as hashes, session tokens, and the tokens of unsent mails.

The owner's account exists from the start, with the password `PASSWORD`. Every token is derived
from the sandbox's key, so it is the same in every run.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any, Final

from aion.sandbox.accounts.members import Members
from aion.sandbox.auth.identity import OWNER_ID, Actor, digest
from aion.sandbox.contract.errors import ApiError
from aion.sandbox.store.clock import seconds_of, stamp
from aion.sandbox.store.records import Record

if TYPE_CHECKING:
    from aion.sandbox.runtime.call import Call
    from aion.sandbox.runtime.state import State

PASSWORD: Final = "Sandbox-Password-1"  # noqa: S105 - documented, not a secret
"""The password of the owner."""

LOGIN: Final = "login"
_ACCOUNT: Final = "account"
_LIFETIME: Final = 24 * 3600.0
_LONG_LIFETIME: Final = 30 * 24 * 3600.0


class Accounts:
    """Reads and changes the accounts of one sandbox."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._records = state.records
        self.members = Members(state)

    def get(self, user_id: str) -> dict[str, Any]:
        """Return the account of a user, which complements the membership."""
        known = self._records.get(_ACCOUNT, user_id)
        if known is not None:
            return known.body
        return {
            "password": self._hashed(user_id, PASSWORD) if user_id == OWNER_ID else None,
            "email_verified": user_id == OWNER_ID,
            "last_login_at": None,
            "preferences": {},
            "new_email": None,
        }

    def change(self, user_id: str, **fields: Any) -> dict[str, Any]:
        """Change some fields of an account."""
        body = {**self.get(user_id), **fields}
        return self._records.put(_ACCOUNT, user_id, body).body

    def set_password(self, user_id: str, password: str) -> None:
        """Store a password, as a hash."""
        self.change(user_id, password=self._hashed(user_id, password))

    def has_password(self, user_id: str) -> bool:
        """Return whether a user has a password."""
        return self.get(user_id)["password"] is not None

    def fits(self, user_id: str, password: str) -> bool:
        """Return whether this is the password."""
        stored = self.get(user_id)["password"]
        return stored is not None and hmac.compare_digest(stored, self._hashed(user_id, password))

    def token(self, purpose: str, about: str) -> str:
        """Return the token that a mail would carry if the sandbox sent any."""
        secret = self._state.options.api_key
        return digest(f"{secret}/{purpose}/{about.lower()}")[:40]

    def _hashed(self, user_id: str, password: str) -> str:
        return digest(f"{self._state.options.api_key}/{user_id}/{password}")

    def log_in(self, call: Call, user_id: str, *, remember: bool = False) -> tuple[Record, str]:
        """Begin a session; returns its record and its token."""
        now = self._state.clock.stamp()
        login_id = self._records.new_id(LOGIN)
        token = self.token("session", login_id)
        lifetime = _LONG_LIFETIME if remember else _LIFETIME
        body = {
            "user_id": user_id,
            "user_agent": call.headers.get("user-agent"),
            "ip_address": call.ip_address,
            "last_activity_at": now,
            "lifetime": lifetime,
            "expires_at": stamp(self._state.clock.now() + lifetime),
        }
        login = self._records.put(LOGIN, login_id, body, parent=digest(token))
        self.change(user_id, last_login_at=now)
        return login, token

    def refresh(self, login: Record) -> Record:
        """Extend a session."""
        now = self._state.clock.now()
        later = {"expires_at": stamp(now + login.body["lifetime"]), "last_activity_at": stamp(now)}
        return self._put(login, login.parent, later)

    def rotate(self, login: Record) -> str:
        """Replace the token of a session; returns the new one, and the old one ends."""
        turn = login.body.get("turn", 0) + 1
        token = self.token("session", f"{login.id}/{turn}")
        self._put(login, digest(token), {"turn": turn})
        return token

    def end(self, login: Record) -> None:
        """End a session."""
        self._put(login, login.parent, {"revoked_at": self._state.clock.stamp()})

    def logins(self, user_id: str) -> list[Record]:
        """Return the active sessions of a user, newest first."""
        now = self._state.clock.now()

        def lives(login: Record) -> bool:
            body = login.body
            ended = body.get("revoked_at") is not None or seconds_of(body["expires_at"]) <= now
            return body["user_id"] == user_id and not ended

        return self._records.find(LOGIN, where=lives, newest_first=True)[0]

    def session(self, actor: Actor) -> Record:
        """Return the session of a caller.

        Raises:
            ApiError: the caller uses an API key.
        """
        found = self._records.get(LOGIN, actor.session_id) if actor.session_id else None
        if found is None:
            raise ApiError(401, "this needs a session, not an API key", code="SESSION_REQUIRED")
        return found

    def own(self, actor: Actor, session_id: str) -> Record:
        """Return a session of the caller other than the one in use.

        Raises:
            ApiError: unknown session (404), or the one in use (400).
        """
        logins = self.logins(actor.user_id)
        found = next((one for one in logins if one.id == session_id.lower()), None)
        if found is None:
            raise ApiError(404, f"no session {session_id}")
        if found.id == actor.session_id:
            raise ApiError(400, "the current session ends by logging out")
        return found

    def _put(self, login: Record, parent: str | None, changes: dict[str, Any]) -> Record:
        body = {**login.body, **changes}
        return self._records.put(LOGIN, login.id, body, parent=parent, order=login.n)


def require_strong(password: str) -> None:
    """Refuse a password that is too short or too simple; raises ApiError."""
    kinds = (str.isupper, str.islower, str.isdigit)
    if len(password) < 8 or not all(any(kind(char) for char in password) for kind in kinds):
        raise ApiError(
            400, "a password needs 8 characters or more, with upper case, lower case and a digit"
        )
