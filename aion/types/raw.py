"""An answer with what came around it: its status and its headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class RawResponse(Generic[T_co]):
    """The successful answer of one call, as `client.call_raw` gives it.

    Attributes:
        result: What the body says: the same as `client.call` gives.
        status_code: The HTTP status.
        headers: The headers as they came, by their names in lower case; values of one that came
            more than once are joined by a comma. `repr` leaves them out.
        content: The bytes of the body, unpacked where they came packed. `repr` leaves them out.
    """

    result: T_co
    status_code: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def request_id(self) -> str | None:
        """The id by which the service knows the request."""
        return self.headers.get("x-request-id")


__all__ = ["RawResponse"]
