"""Scopes of API keys that name a resource and a permission: the operations that each allows.

`read`, `write` and `admin` imply roles, and allow what the role allows. A scope of a resource
allows its own routes only. The service documents these scopes, and the routes of cloud storage;
the other routes are assigned by what they do.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from aion.sandbox.contract.contract import Operation, load_contract

SCOPE_ROUTES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "api_keys:read": ("GET /api-keys*",),
        "api_keys:write": ("POST /api-keys", "PUT /api-keys/*"),
        "api_keys:delete": ("DELETE /api-keys/*",),
        "api_keys:share": (),
        "usage:read": ("GET /usage/*", "POST /usage/check"),
        "usage:write": (),
        "usage:delete": (),
        "usage:share": (),
        "tenants:read": (
            "GET /tenant/settings",
            "GET /tenant/limits",
            "GET /tenant/members",
            "GET /tenant/s3-config",
            "GET /sharing/members",
        ),
        "tenants:write": (
            "PATCH /tenant/settings",
            "POST /tenant/s3-config",
            "POST /tenant/s3-config/validate",
        ),
        "tenants:delete": ("DELETE /tenant/s3-config",),
        "tenants:share": (
            "POST /tenant/members/invite",
            "PATCH /tenant/members/*",
            "DELETE /tenant/members/*",
            "POST /sharing/members",
            "PATCH /sharing/members/*",
            "DELETE /sharing/members/*",
        ),
        "cloud_storage:read": ("GET /cloud-storage/connections", "GET /cloud-storage/jobs/*"),
        "cloud_storage:write": ("POST /cloud-storage/import", "POST /cloud-storage/export"),
        "cloud_storage:delete": ("DELETE /cloud-storage/connections/*",),
        "cloud_storage:share": (),
    }
)
"""Scope of a resource -> method and path of the operations that it allows; `*` is a wildcard."""


def scope_of(operation: Operation) -> str | None:
    """Return the scope that allows an operation in place of a role, or None."""
    return _BY_OPERATION.get(operation.id)


_BY_OPERATION: Final = {
    one.id: scope
    for scope, patterns in SCOPE_ROUTES.items()
    for pattern in patterns
    for one in load_contract().present(pattern)
}
