"""A client with other settings for some of its calls, on the connections of the first."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from aion import AionvisionPermissionError, AionvisionTimeoutError, ServerError
from aion._http.async_connection import AsyncConnection
from aion._http.bounded_connection import BoundedConnection
from aion._http.routing import Route
from aion.testing import Sandbox
from tests.behaviour.calls import Calls
from tests.behaviour.keys import make_key


def test_a_call_can_have_a_timeout_of_its_own(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox, max_retries=0)
    sandbox.faults.delay("list_user_files", seconds=5, times=1)
    with pytest.raises(AionvisionTimeoutError):
        calls(client.with_options(timeout=0.2).files.list())
    assert calls(client.files.list()).files == []


def test_a_call_can_do_without_retries(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    sandbox.faults.fail("list_user_files", times=1)
    with pytest.raises(ServerError):
        calls(client.with_options(max_retries=0).files.list())
    assert [one.status for one in sandbox.requests] == [503]


def test_a_call_can_have_another_key(calls: Calls, sandbox: Sandbox) -> None:
    narrow = make_key(sandbox, "usage:read")
    with pytest.raises(AionvisionPermissionError):
        calls(calls.client(sandbox).with_options(api_key=narrow).files.list())


def test_what_is_not_changed_stays(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox, polling_interval=0.25, tenant_id="tenant-7")
    other = client.with_options(timeout=5).with_options(max_retries=1)
    assert (other.config.polling_interval, other.config.tenant_id) == (0.25, "tenant-7")
    assert (other.config.timeout, other.config.max_retries) == (5, 1)
    assert (client.config.timeout, client.config.max_retries) == (300.0, 3)


class Connections:
    """Makes connections, and counts them."""

    def __init__(self, kind: str) -> None:
        self._make: Any = AsyncConnection if kind == "async" else BoundedConnection
        self.count = 0

    def __call__(self, route: Route) -> Any:
        self.count += 1
        return self._make(route)


def test_both_use_the_same_connections(calls: Calls, sandbox: Sandbox) -> None:
    connections = Connections(calls.kind)
    client = calls.client(sandbox, transport=connections)
    calls(client.files.list())
    for _ in range(10):
        calls(client.with_options(timeout=5).files.list())
    assert connections.count == 1


def test_closing_it_leaves_the_first_open(calls: Calls, sandbox: Sandbox) -> None:
    connections = Connections(calls.kind)
    client = calls.client(sandbox, transport=connections)
    other = client.with_options(timeout=5)
    calls(other.files.list())
    calls(other.close())
    with pytest.raises(RuntimeError, match="closed"):
        calls(other.files.list())
    calls(client.files.list())
    assert connections.count == 1


def test_it_is_closed_with_the_first(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    other = client.with_options(timeout=5).with_options(max_retries=0)
    calls(client.close())
    with pytest.raises(RuntimeError, match="closed"):
        calls(other.files.list())


def test_it_works_when_the_first_is_not_kept(calls: Calls, sandbox: Sandbox) -> None:
    other = calls.client(sandbox).with_options(timeout=5)
    assert calls(other.files.list()).files == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"timeout": -1}, "timeout"),
        ({"timeuot": 1}, "'timeuot' is not a setting"),
        ({"max_connections": 5}, "max_connections belongs to the connections"),
        ({"connect_timeout": 5}, "connect_timeout belongs to the connections"),
        ({"proxy_url": "http://localhost:8080"}, "proxy_url belongs to the connections"),
    ],
)
def test_a_setting_that_cannot_be_changed_is_named(
    changes: dict[str, Any], message: str, calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(ValueError, match=message):
        calls.client(sandbox).with_options(**changes)


@pytest.mark.parametrize("copied", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_client_that_is_pickled_or_copied_says_what_to_do_instead(
    copied: Callable[[object], object], calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    with pytest.raises(TypeError, match=r"make another one with from_config\(client\.config\)"):
        copied(client)


def test_the_settings_of_a_client_can_be_sent_to_another_process(
    calls: Calls, sandbox: Sandbox
) -> None:
    client = calls.client(sandbox)
    config = pickle.loads(pickle.dumps(client.config))
    again = type(client).from_config(config)
    assert calls(again.uploads.check_quota()).can_proceed
    calls(again.close())
