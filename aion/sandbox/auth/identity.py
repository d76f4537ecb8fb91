"""Authentication: the member of an API key or a session, with the effective role and scopes.

Keys, members and sessions are records, so a change takes effect with the next request. The
sandbox's own key belongs to the owner and has every scope; without `strict_auth`, so has any
other well-formed key that is not stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

from aion.sandbox.contract.errors import ApiError
from aion.sandbox.settings.options import KEY_FORM, Options
from aion.sandbox.store.clock import Clock, seconds_of
from aion.sandbox.store.ids import TENANT_ID, make_id
from aion.sandbox.store.records import Record, Records

Role = Literal["viewer", "editor", "admin", "owner"]
"""What a member may do; each role includes the ones before it."""

ROLES: Final[tuple[Role, ...]] = ("viewer", "editor", "admin", "owner")
"""Roles, least powerful first."""

ALL: Final = "*"
"""The scope that includes all others; only the sandbox's own key has it."""

OWNER_ID: Final = make_id("member", "owner")
"""User id of the owner."""

DEFAULT_KEY_ID: Final = make_id("api_key", "default")
"""Id of the sandbox's own key."""

_BY_NAME: Final[dict[Any, Role]] = {role: role for role in ROLES}
ROLE_SCOPES: Final[Mapping[str, Role]] = MappingProxyType(
    {"read": "viewer", "write": "editor", "admin": "admin"}
)
"""Role of the scopes that imply one."""


_MOST_KNOWN: Final = 1000


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of a request."""

    tenant_id: str
    user_id: str
    role: Role | None
    """What the request may do: the role of the member, or less if the key allows less; None for
    a key that names only scopes of resources."""
    api_key_id: str | None = None
    session_id: str | None = None
    scopes: tuple[str, ...] = ()
    """Scopes of the key; none means whatever the role allows."""
    member_role: Role | None = None
    """Role of the member, which limits every scope."""

    @property
    def caller(self) -> str:
        """What its requests are counted by: the key, or the user of a session."""
        return self.api_key_id or self.user_id

    def has_role(self, role: Role) -> bool:
        """Return whether it has this role or a higher one."""
        return _reaches(self.role, role)

    def may(self, role: Role, scope: str | None = None) -> bool:
        """Return whether it has this role, or this scope and a member with the role."""
        return self.has_role(role) or (scope in self.scopes and _reaches(self.member_role, role))


def _reaches(own: Role | None, wanted: Role) -> bool:
    return own is not None and ROLES.index(own) >= ROLES.index(wanted)


ANONYMOUS: Final = Actor(TENANT_ID, "", "viewer")
"""The caller of a public operation without a key."""


@dataclass(frozen=True, slots=True)
class _Known:
    actor: Actor
    expires_at: str | None
    code: str
    """Error code once it has expired."""


@dataclass(slots=True)
class KeyUse:
    """Use of a key since the start of the process."""

    count: int = 0
    last_used_at: str | None = None


def digest(secret: str) -> str:
    """Return the stored hash of a key or a session token: the parent of its record."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


class Identity:
    """Authenticates callers."""

    def __init__(self, options: Options, records: Records, clock: Clock) -> None:
        self._options = options
        self._records = records
        self._clock = clock
        self.uses: dict[str, KeyUse] = {}
        """Key id -> its use."""
        self._known: dict[str, _Known] = {}
        self._known_as_of = (0, 0, 0)

    def forget(self) -> None:
        """Drop the cache, because the records were replaced."""
        self._known.clear()

    def ensure(self) -> None:
        """Store the owner and the sandbox's own key, unless they exist."""
        self.uses.clear()
        self.forget()
        now = self._clock.stamp()
        if self._records.get("member", OWNER_ID) is None:
            owner = {
                "email": "owner@sandbox.example",
                "name": "Sandbox Owner",
                "role": "owner",
                "joined_at": now,
                "last_active_at": None,
            }
            self._records.put("member", OWNER_ID, owner)
        key = self._options.api_key
        known = self._records.get("api_key", DEFAULT_KEY_ID)
        if known is None or known.parent != digest(key):
            body: dict[str, Any] = {
                "user_id": OWNER_ID,
                "name": "Sandbox key",
                "description": "The sandbox's own key",
                "key_prefix": key[:12],
                "scopes": [ALL],
                "is_active": True,
                "expires_at": None,
                "metadata": {},
            }
            self._records.put("api_key", DEFAULT_KEY_ID, body, parent=digest(key))

    def authenticate(self, token: str) -> Actor:
        """Return the actor of a key or a session token.

        Raises:
            ApiError: 401, unknown, deactivated or expired.
        """
        as_of = (
            self._records.changes("api_key"),
            self._records.changes("login"),
            self._records.changes("member"),
        )
        if as_of != self._known_as_of or len(self._known) > _MOST_KNOWN:
            self._known.clear()
            self._known_as_of = as_of
        hashed = digest(token)
        known = self._known.get(hashed)
        if known is None:
            known = self._known[hashed] = self._look_up(hashed, token)
        if known.expires_at is not None and seconds_of(known.expires_at) <= self._clock.now():
            raise ApiError(401, f"It expired at {known.expires_at}", code=known.code)
        if known.actor.api_key_id is not None:
            use = self.uses.setdefault(known.actor.api_key_id, KeyUse())
            use.count += 1
            use.last_used_at = self._clock.stamp()
        return known.actor

    def _look_up(self, hashed: str, token: str) -> _Known:
        key = self._records.first("api_key", hashed)
        if key is not None:
            return _Known(self._of_key(key), key.body.get("expires_at"), "EXPIRED_API_KEY")
        login = self._records.first("login", hashed)
        if login is None and not self._options.strict_auth and KEY_FORM.match(token):
            key_id = make_id("api_key", f"unknown/{hashed}")
            return _Known(_owner(key_id), None, "EXPIRED_API_KEY")
        if login is None or login.body.get("revoked_at") is not None:
            raise _unknown("The API key is not a key of this sandbox")
        user_id = login.body["user_id"]
        role = self._role(user_id)
        actor = Actor(TENANT_ID, user_id, role, session_id=login.id, member_role=role)
        return _Known(actor, login.body.get("expires_at"), "SESSION_EXPIRED")

    def _of_key(self, key: Record) -> Actor:
        if not key.body.get("is_active", True):
            raise _unknown("The API key was deactivated")
        given: list[str] = key.body.get("scopes", [])
        scopes = tuple(given)
        member = self._role(key.body["user_id"])
        role = member if ALL in scopes else _limited(member, scopes)
        return Actor(
            TENANT_ID,
            key.body["user_id"],
            role,
            api_key_id=key.id,
            scopes=scopes,
            member_role=member,
        )

    def _role(self, user_id: str) -> Role:
        member = self._records.get("member", user_id)
        given = member.body.get("role") if member is not None else None
        role = _BY_NAME.get(given)
        if role is None:
            raise _unknown("The member of this key or session was removed")
        return role


def _limited(member: Role, scopes: tuple[str, ...]) -> Role | None:
    """Return the role of a key: that of its member, limited by its scopes."""
    if not scopes:
        # Such a key has the role of its creator, but never the owner's.
        return _lesser(member, "admin")
    most: Role | None = None
    for scope in scopes:
        granted = ROLE_SCOPES.get(scope)
        if granted is not None and not _reaches(most, granted):
            most = granted
    return _lesser(member, most) if most is not None else None


def _lesser(one: Role, other: Role) -> Role:
    return other if _reaches(one, other) else one


def _owner(key_id: str) -> Actor:
    return Actor(
        TENANT_ID, OWNER_ID, "owner", api_key_id=key_id, scopes=(ALL,), member_role="owner"
    )


def _unknown(text: str) -> ApiError:
    return ApiError(401, text, headers={"www-authenticate": "Bearer"})
