"""`client.settings`: the custom S3 bucket of a tenant."""

from __future__ import annotations

import re
from typing import Any

from aion import _checks as check
from aion._plain_values import by_value
from aion._runtime import aio as rt
from aion.types.settings import S3ConfigStatus, S3ValidationResult
from aion_api.api import tenant_settings
from aion_api.models.tenant_settings import ConfigureS3Request

# The bucket names of S3; the service would detect a wrong one only by using it.
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]*[a-z0-9]\Z")
_LONGEST_REGION = 64


class SettingsResource:
    """Sets, shows, tests and removes the S3 bucket of the tenant.

    Uploads with ``storage_target="custom"`` go there.
    """

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def configure_custom_s3(
        self,
        access_key_id: str,
        secret_access_key: str,
        bucket_name: str,
        region: str,
        *,
        timeout: float | None = None,
    ) -> S3ConfigStatus:
        """Store uploads in your own bucket. The service tests the access first.

        Args:
            access_key_id: The AWS access key id, from 16 to 128 characters.
            secret_access_key: The AWS secret, from 20 to 128 characters. It is stored encrypted,
                and never returned.
            bucket_name: An existing bucket in which the key may put objects, from 3 to 63
                characters.
            region: The AWS region of the bucket, such as ``eu-central-1``.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The configuration. `is_validated` is None right after this call.

        Raises:
            ValidationError: An argument is out of range (nothing was sent), or the bucket cannot
                be used.
            AionvisionPermissionError: The caller is not an admin.
            RateLimitError: It was called more than five times in a minute.
            AionvisionError: The call failed.

        Endpoint: ``POST /tenant/s3-config``
        """
        body = ConfigureS3Request(
            check.text("access_key_id", access_key_id, 16, 128),
            _secret(secret_access_key),
            _bucket(bucket_name),
            check.text("region", region, 1, _LONGEST_REGION),
        )
        request = tenant_settings.configure_custom_s3(body=body)
        return await self._engine.call(request, timeout=timeout)

    async def get_custom_s3_status(self, *, timeout: float | None = None) -> S3ConfigStatus:
        """Get whether a bucket is configured, and which one. Secrets are never returned.

        Args:
            timeout: Seconds for the call, instead of the client's.

        Raises:
            AionvisionError: The call failed.

        Endpoint: ``GET /tenant/s3-config``
        """
        return await self._engine.call(tenant_settings.get_custom_s3_status(), timeout=timeout)

    async def remove_custom_s3(self, *, timeout: float | None = None) -> dict[str, Any]:
        """Remove the configuration. Files in the bucket stay there.

        Args:
            timeout: Seconds for the call, instead of the client's.

        Returns:
            ``removed``, which is false when no bucket was configured, and maybe a ``message``.

        Raises:
            AionvisionPermissionError: The caller is not an admin.
            AionvisionError: The call failed.

        Endpoint: ``DELETE /tenant/s3-config``
        """
        return await self._engine.call(tenant_settings.remove_custom_s3(), timeout=timeout)

    async def validate_custom_s3(self, *, timeout: float | None = None) -> S3ValidationResult:
        """Test the access to the configured bucket. This changes nothing.

        Args:
            timeout: Seconds for the call, instead of the client's.

        Returns:
            Whether the bucket can be used, and if not, why. An unusable bucket raises no error.

        Raises:
            AionvisionPermissionError: The caller is not an admin.
            AionvisionError: The call failed.

        Endpoint: ``POST /tenant/s3-config/validate``
        """
        return await self._engine.call(tenant_settings.validate_custom_s3(), timeout=timeout)


def _secret(value: str) -> str:
    """Check the length of a secret, without quoting it in an error."""
    kind = isinstance(value, str)  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may err
    if not kind or not 20 <= len(value) <= 128:
        shown = f"{len(value)} characters" if kind else type(value)
        check.refuse("secret_access_key", shown, "text of 20 to 128 characters")
    return by_value(value)


def _bucket(value: str) -> str:
    name = check.text("bucket_name", value, 3, 63)
    if not _BUCKET.match(name):
        check.refuse("bucket_name", value, "lower-case letters, digits, dots and hyphens")
    return name
