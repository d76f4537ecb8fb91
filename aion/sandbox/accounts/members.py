"""The members of the tenant and their roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aion.sandbox.contract.errors import ApiError
from aion.sandbox.store.records import Record

if TYPE_CHECKING:
    from aion.sandbox.runtime.state import State

MEMBER: Final = "member"
"""Kind of the records; their id is the user id."""


class Members:
    """Reads and changes the members of one sandbox."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._records = state.records

    def all(self) -> list[Record]:
        """Return all members, in the order in which they joined."""
        return self._records.find(MEMBER)[0]

    def require(self, user_id: str) -> Record:
        """Return one member.

        Raises:
            ApiError: unknown member.
        """
        found = self._records.get(MEMBER, user_id.lower())
        if found is None:
            raise ApiError(404, f"no member {user_id}")
        return found

    def with_email(self, email: str) -> Record | None:
        """Return the member of an e-mail address, in any case."""
        wanted = email.lower()
        return next((one for one in self.all() if one.body["email"].lower() == wanted), None)

    def add(self, email: str, role: str, name: str | None = None) -> Record:
        """Add a member.

        Raises:
            ApiError: the address belongs to a member.
        """
        if self.with_email(email) is not None:
            raise ApiError(409, f"{email} is a member already", code="MEMBER_EXISTS")
        body = {
            "email": email,
            "name": name or email,
            "role": role,
            "joined_at": self._state.clock.stamp(),
            "last_active_at": None,
        }
        return self._records.put(MEMBER, self._records.new_id(MEMBER), body)

    def change(self, member: Record, **fields: Any) -> Record:
        """Change some fields of a member."""
        return self._records.put(MEMBER, member.id, {**member.body, **fields})

    def remove(self, member: Record) -> None:
        """Remove a member; their keys and sessions stop working."""
        self._records.delete(MEMBER, member.id)
        self._records.delete("account", member.id)


def as_json(member: Record) -> dict[str, Any]:
    """Return a member in its wire form."""
    names = ("email", "name", "role", "joined_at", "last_active_at")
    return {"id": member.id, **{name: member.body.get(name) for name in names}}
