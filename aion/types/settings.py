"""Storage settings of a tenant, as `client.settings` returns them. They never hold secrets."""

from __future__ import annotations

from aion_api.models.tenant_settings import S3ConfigStatus, S3ValidationResult

__all__ = ["S3ConfigStatus", "S3ValidationResult"]
