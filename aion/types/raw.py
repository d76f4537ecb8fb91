"""A decoded response with its status, headers and bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class RawResponse(Generic[T_co]):
    """The successful response of one call, as `client.call_raw` returns it.

    Attributes:
        result: The decoded body, as `client.call` returns it.
        status_code: The HTTP status.
        headers: The headers by their names in lower case; the values of a repeated header are
            joined by a comma. `repr` omits them.
        content: The bytes of the body, decompressed. `repr` omits them.
    """

    result: T_co
    status_code: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def request_id(self) -> str | None:
        """Return the request id, which identifies the request to the service."""
        return self.headers.get("x-request-id")


__all__ = ["RawResponse"]
