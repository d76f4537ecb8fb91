"""The tenant, its members, its bucket, its log, and its cloud drives."""

from __future__ import annotations

import httpx

from aion.types.cloud_storage import CloudFileInput
from aion_api.api import rules
from tests.cassettes.samples import both, image
from tests.cassettes.stage import Given, Scenario, Scenarios, World

PROVIDER = "google_drive"
HARBOR = CloudFileInput("drive-harbor", "Harbor.jpg", "image/jpeg")
SECRET = "not-a-secret-" + "x" * 27


def bucket(world: World) -> Given:
    """A bucket of the tenant's own."""
    world.api.settings.configure_custom_s3(
        "AKIAEXAMPLE000000", SECRET, "our-pictures", "eu-central-1"
    )
    return {}


def member(world: World) -> Given:
    """A member beside the owner."""
    return {"member": world.api.tenant.invite_member("kim.lake@drive.example").id}


def entry(world: World) -> Given:
    """An entry of the log."""
    member(world)
    return {"entry": world.api.audit.list(limit=1).entries[0].id}


def consented(world: World) -> Given:
    """A consent of the provider: what the browser returns with."""
    begun = world.api.cloud_storage.initiate_auth(PROVIDER)
    back = httpx.URL(httpx.get(begun.authorization_url).headers["location"]).params
    return {"code": back["code"], "state": back["state"]}


def connection(world: World) -> Given:
    """A connected drive."""
    back = consented(world)
    done = world.api.cloud_storage.complete_auth(PROVIDER, **back)
    return {"connection": done.connection.id}


def transfer(world: World) -> Given:
    """An import that has just begun."""
    made = connection(world)
    begun = world.api.cloud_storage.start_import(made["connection"], [HARBOR])
    return {**made, "job": begun.job_id}


TENANT: Scenarios = {
    "tenant.get_settings": Scenario(lambda on: on(on.api.tenant.get_settings())),
    "tenant.update_settings": Scenario(
        lambda on: on(
            on.api.tenant.update_settings(
                name="Atelier", webhook_url=None, custom_config={"theme": {"dark": True}}
            )
        ),
        sandbox_only=True,
    ),
    "tenant.get_limits": Scenario(lambda on: on(on.api.tenant.get_limits()), image),
    "tenant.list_members": Scenario(
        lambda on: on(on.api.tenant.list_members()), member, sandbox_only=True
    ),
    "tenant.invite_member": Scenario(
        lambda on: on(on.api.tenant.invite_member("kim.lake@drive.example", role="editor")),
        sandbox_only=True,
    ),
    "tenant.update_member_role": Scenario(
        lambda on: on(on.api.tenant.update_member_role(on["member"], "editor")),
        member,
        sandbox_only=True,
    ),
    "tenant.remove_member": Scenario(
        lambda on: on(on.api.tenant.remove_member(on["member"])), member, sandbox_only=True
    ),
    "audit.list": Scenario(
        lambda on: on(on.api.audit.list(severity="info", limit=5)), member, sandbox_only=True
    ),
    "audit.get": Scenario(lambda on: on(on.api.audit.get(on["entry"])), entry, sandbox_only=True),
    "settings.configure_custom_s3": Scenario(
        lambda on: on(
            on.api.settings.configure_custom_s3(
                "AKIAEXAMPLE000000", SECRET, "our-pictures", "eu-central-1"
            )
        ),
        sandbox_only=True,
    ),
    "settings.get_custom_s3_status": Scenario(
        lambda on: on(on.api.settings.get_custom_s3_status()), bucket, sandbox_only=True
    ),
    "settings.validate_custom_s3": Scenario(
        lambda on: on(on.api.settings.validate_custom_s3()), bucket, sandbox_only=True
    ),
    "settings.remove_custom_s3": Scenario(
        lambda on: on(on.api.settings.remove_custom_s3()), bucket, sandbox_only=True
    ),
}

DRIVES: Scenarios = {
    "cloud_storage.initiate_auth": Scenario(
        lambda on: on(
            on.api.cloud_storage.initiate_auth(PROVIDER, redirect_uri="https://app.example/back")
        ),
        sandbox_only=True,
    ),
    "cloud_storage.complete_auth": Scenario(
        lambda on: on(
            on.api.cloud_storage.complete_auth(PROVIDER, code=on["code"], state=on["state"])
        ),
        consented,
        sandbox_only=True,
    ),
    "cloud_storage.list_connections": Scenario(
        lambda on: on(on.api.cloud_storage.list_connections(provider=PROVIDER)),
        connection,
        sandbox_only=True,
    ),
    "cloud_storage.disconnect": Scenario(
        lambda on: on(on.api.cloud_storage.disconnect(on["connection"])),
        connection,
        sandbox_only=True,
    ),
    "cloud_storage.start_import": Scenario(
        lambda on: on(on.api.cloud_storage.start_import(on["connection"], [HARBOR], tags=["trip"])),
        connection,
        sandbox_only=True,
    ),
    "cloud_storage.start_export": Scenario(
        lambda on: on(
            on.api.cloud_storage.start_export(on["connection"], [on["image"]], folder_name="Trip")
        ),
        both(connection, image),
        sandbox_only=True,
    ),
    "cloud_storage.get_job": Scenario(
        lambda on: on(on.api.cloud_storage.get_job(on["job"])), transfer, sandbox_only=True
    ),
    "cloud_storage.wait_for_job": Scenario(
        lambda on: on(on.api.cloud_storage.wait_for_job(on["job"])), transfer, sandbox_only=True
    ),
    "cloud_storage.import_and_wait": Scenario(
        lambda on: on(on.api.cloud_storage.import_and_wait(on["connection"], [HARBOR])),
        connection,
        sandbox_only=True,
    ),
    "cloud_storage.export_and_wait": Scenario(
        lambda on: on(on.api.cloud_storage.export_and_wait(on["connection"], [on["image"]])),
        both(connection, image),
        sandbox_only=True,
    ),
}

# Calls that no resource has.
CALLS: Scenarios = {
    "client.call": Scenario(lambda on: on(on.api.call(rules.list_rule_templates()))),
    "client.call_raw": Scenario(lambda on: on(on.api.call_raw(rules.list_rule_templates()))),
}
SCENARIOS: Scenarios = {**TENANT, **DRIVES, **CALLS}
