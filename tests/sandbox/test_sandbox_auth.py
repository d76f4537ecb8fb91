"""Accepted keys: known ones, or on request any well-formed one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from aion.sandbox.command import main
from aion.sandbox.settings.options import Options
from aion.testing import Rate, RateLimits, Sandbox
from tests.sandbox.conftest import client_of, plain

UNKNOWN = "acme_0123456789_key-of-nobody"
MALFORMED = ("aion_short", "AION_00000000000000000000", "aion_not a key at all 00000000")


@pytest.fixture(scope="module")
def lenient() -> Iterator[Sandbox]:
    with Sandbox(strict_auth=False) as sandbox:
        yield sandbox
        assert sandbox.violations == []


def get(sandbox: Sandbox, path: str, key: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"}
    return plain("GET", sandbox.base_url + path, headers=headers)


def test_a_key_that_was_never_made_is_refused(sandbox: Sandbox) -> None:
    answer = get(sandbox, "/uploads/sessions", UNKNOWN)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "INVALID_API_KEY")


def test_without_strict_auth_any_well_formed_key_acts_as_the_owner(lenient: Sandbox) -> None:
    profile = get(lenient, "/user/profile", UNKNOWN)
    assert (profile.status_code, profile.json()["email"]) == (200, "owner@sandbox.example")
    assert get(lenient, "/tenant/audit-logs", UNKNOWN).status_code == 200


@pytest.mark.parametrize("key", MALFORMED)
def test_without_strict_auth_a_malformed_key_is_refused(lenient: Sandbox, key: str) -> None:
    assert get(lenient, "/user/profile", key).status_code == 401


def test_without_strict_auth_no_key_is_refused(lenient: Sandbox) -> None:
    assert plain("GET", f"{lenient.base_url}/user/profile").status_code == 401


def test_without_strict_auth_a_known_key_keeps_its_scopes(lenient: Sandbox) -> None:
    with client_of(lenient) as api:
        made = api.post("/api-keys", json={"name": "reader", "scopes": ["read"]}).json()
    assert get(lenient, "/user-files", made["api_key"]).status_code == 200
    assert get(lenient, "/tenant/audit-logs", made["api_key"]).status_code == 403


@pytest.mark.parametrize("fields", [{"revoked": True}, {"expires_at": "2099-01-01T00:00:00Z"}])
def test_without_strict_auth_a_key_that_has_ended_stays_refused(fields: dict[str, Any]) -> None:
    with Sandbox(strict_auth=False, stepped=True) as sandbox, client_of(sandbox) as api:
        revoked = fields.pop("revoked", False)
        made = api.post("/api-keys", json={"name": "old", **fields}).json()
        if revoked:
            api.delete(f"/api-keys/{made['id']}")
        else:
            sandbox.step_clock(80 * 366 * 86_400)
        assert get(sandbox, "/user/profile", made["api_key"]).status_code == 401


def test_the_control_routes_want_the_key_of_the_sandbox_all_the_same(lenient: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {UNKNOWN}"}
    answer = plain("GET", f"{lenient.url}/_sandbox/clock", headers=headers)
    assert answer.status_code == 401


def test_each_unknown_key_has_a_rate_of_its_own() -> None:
    with Sandbox(strict_auth=False, rate_limits=RateLimits(Rate(1))) as sandbox:
        keys = [UNKNOWN, UNKNOWN, f"{UNKNOWN}-2"]
        assert [get(sandbox, "/folders", key).status_code for key in keys] == [200, 429, 200]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], (True, None, "professional")),
        (["--no-strict-auth"], (False, None, "professional")),
        (["--rate-limits"], (True, RateLimits(), "professional")),
        (["--rate-limits", "--tier", "free"], (True, RateLimits(), "free")),
    ],
)
def test_the_command_takes_tier_rates_and_strictness(
    arguments: list[str], expected: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Options] = []

    def stop_here(options: Options) -> None:
        seen.append(options)
        raise KeyboardInterrupt

    monkeypatch.setattr("aion.sandbox.command.SandboxServer", stop_here)

    def ignore(*_: object) -> None:
        """Handlers of signals would outlive the test."""

    monkeypatch.setattr("signal.signal", ignore)
    with pytest.raises(KeyboardInterrupt):
        main(arguments)
    (options,) = seen
    assert (options.strict_auth, options.rate_limits, options.limits.tier) == expected
