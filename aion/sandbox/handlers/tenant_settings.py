"""The tenant: settings, limits, and its custom bucket."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from aion.sandbox.accounts.tenant import VLM_PROVIDERS, Tenant, bucket_problem, bucket_record
from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.ids import TENANT_ID
from aion.sandbox.store.records import Record

_BUCKET: Final = "s3_config"
_MOST_DOMAINS: Final = 1000


@operation("get_tenant_settings")
async def get_tenant_settings(call: Call) -> Response:
    """Return settings, subscription and credits."""
    return Response(Tenant(call.state).settings())


@operation("update_tenant_settings", role="admin")
async def update_tenant_settings(call: Call) -> Response:
    """Change the given settings."""
    _check(call.body)
    tenant = Tenant(call.state)
    with call.state.database.transaction():
        changed = tenant.change(call.body)
        call.audit(
            "tenant.updated",
            "update",
            resource_type="tenant",
            resource_id=TENANT_ID,
            metadata={"changed": changed},
        )
    return Response(tenant.settings())


@operation("get_tenant_limits")
async def get_tenant_limits(call: Call) -> Response:
    """Return what is allowed, used and left."""
    return Response(Tenant(call.state).limits())


@operation("get_custom_s3_status")
async def get_custom_s3_status(call: Call) -> Response:
    """Return the configured bucket, without its secrets."""
    return Response(_status(_stored(call), validated=True))


@operation("configure_custom_s3", role="admin")
async def configure_custom_s3(call: Call) -> Response:
    """Test a bucket, and store it if it can be used."""
    problem = bucket_problem(call.body)
    if problem is not None:
        _audit(call, "update", failure=problem)
        raise ApiError(400, problem, code="S3_VALIDATION_FAILED")
    with call.state.database.transaction():
        stored = call.state.records.put(_BUCKET, TENANT_ID, bucket_record(call.body))
        _audit(call, "update")
    return Response(_status(stored, validated=None))


@operation("validate_custom_s3", role="admin")
async def validate_custom_s3(call: Call) -> Response:
    """Test the configured bucket."""
    stored = _stored(call)
    if stored is None:
        error = "No custom S3 bucket is configured"
        return Response({"valid": False, "bucket_name": None, "region": None, "error": error})
    problem = bucket_problem(stored.body, stored=True)
    bucket = {name: stored.body[name] for name in ("bucket_name", "region")}
    return Response({"valid": problem is None, **bucket, "error": problem})


@operation("remove_custom_s3", role="admin")
async def remove_custom_s3(call: Call) -> Response:
    """Remove the bucket."""
    with call.state.database.transaction():
        removed = call.state.records.delete(_BUCKET, TENANT_ID)
        if removed:
            _audit(call, "delete")
    message = "Custom S3 configuration removed" if removed else "No custom S3 configuration was set"
    return Response({"removed": removed, "message": message})


def _check(changes: dict[str, Any]) -> None:
    problems: list[Problem] = []
    url = changes.get("webhook_url")
    if url is not None and not _is_web(url):
        problems.append(Problem(("body", "webhook_url"), "must be an http or https URL", "url"))
    providers: list[str] = changes.get("allowed_vlm_providers") or []
    problems += [
        Problem(
            ("body", "allowed_vlm_providers", number),
            f"must be one of {', '.join(VLM_PROVIDERS)}",
            "enum",
        )
        for number, provider in enumerate(providers)
        if provider not in VLM_PROVIDERS
    ]
    if len(changes.get("allowed_domains") or []) > _MOST_DOMAINS:
        problems.append(
            Problem(("body", "allowed_domains"), f"at most {_MOST_DOMAINS} domains", "too_long")
        )
    if problems:
        raise InvalidRequest(problems)


def _is_web(url: str) -> bool:
    try:
        found = urlsplit(url)
    except ValueError:
        return False
    return found.scheme in {"http", "https"} and bool(found.netloc)


def _stored(call: Call) -> Record | None:
    return call.state.records.get(_BUCKET, TENANT_ID)


def _status(stored: Record | None, *, validated: bool | None) -> dict[str, Any]:
    return {
        "configured": stored is not None,
        "bucket_name": stored.body["bucket_name"] if stored is not None else None,
        "region": stored.body["region"] if stored is not None else None,
        "configured_at": stored.updated_at if stored is not None else None,
        "is_validated": validated if stored is not None else None,
        "error": None,
    }


def _audit(call: Call, action: str, *, failure: str | None = None) -> None:
    call.audit(
        "tenant.updated",
        action,
        resource_type="s3_config",
        resource_id=TENANT_ID,
        failure=failure,
    )
