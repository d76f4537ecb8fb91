"""P24: requests that schemathesis draws from the contract, against a sandbox full of things.

Every operation gets requests that fit the contract, with the ids of what exists and with others,
and requests that do not fit. schemathesis itself checks each response against the contract; the
sandbox's own check (`strict`) is only an addition. An error whose status the
contract does not declare has to be in an error envelope.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final, cast

import httpx
import jsonschema_rs
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks as openapi_checks

from aion.sandbox.contract.contract import Operation, contract_path, load_contract
from aion.sandbox.contract.errors import ERROR_SCHEMAS
from aion.sandbox.handlers import coverage
from aion.testing import Sandbox
from tests.sandbox.conftest import client_of
from tests.sandbox.successes import SUCCESSES, Stage
from tests.sandbox.world import World, build_world

CHECKS: Final[Any] = openapi_checks
"""The judges; their own types are known in part only."""

OPERATIONS: Final = tuple(load_contract().operations.values())

PUBLIC: Final = frozenset(
    {
        "GET /",
        "GET /health",
        "GET /metrics",
        "GET /api/v2/health/",
        "GET /api/v2/verify/health/status",
        "GET /api/v2/auth/session/password-reset/validate",
        "GET /api/v2/cloud-storage/auth/{provider}/callback",
        "GET /api/v2/sharing/shared/{share_token}",
        "POST /api/v2/auth/session/login",
        "POST /api/v2/auth/session/password-reset/complete",
        "POST /api/v2/auth/session/password-reset/request",
        "POST /api/v2/auth/session/register",
        "POST /api/v2/auth/session/resend-verification-by-email",
        "POST /api/v2/auth/session/verify-email",
        "POST /api/v2/support/contact",
    }
)
"""Operations that need no key: steps before a login, external callbacks, health.

Operations that the sandbox does not serve need one: it is checked first.
"""

OTHER_TYPES: Final = {
    "POST /chat/sessions/{session_id}/messages/stream": "text/event-stream",
    "GET /chat/sessions/{session_id}/export": None,
    "GET /cloud-storage/auth/{provider}/callback": "text/html",
    "GET /data/batch-images/{batch_item_id}/thumbnail": "image/",
    "GET /data/batch-images/{item_id}": "image/",
    "GET /data/images/{verification_id}": "image/",
    "GET /data/images/{verification_id}/thumbnail": "image/",
    "GET /data/images/{verification_id}/variant/{variant_type}": "image/",
    "GET /sdk/simple/aion/{filename}": "application/",
    "GET /video-scenes/{scene_id}/thumbnail": "image/jpeg",
    "GET /metrics": "text/plain",
}
"""Operations whose success the contract calls JSON, and what it is on the wire."""

OPEN: Final = frozenset({"SendMessageResponse"})
"""Schemas with more fields: the documentation shows some that the contract lacks."""

POSITIVE: Final = 4
NEGATIVE: Final = 2
SOAK: Final = 60
UNREACHED: Final = {
    "GET /api/v2/sdk/simple/aion/{filename}": "the sandbox keeps no wheels",
}
"""Served operations that only respond with errors -> the reason."""

INVALID: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["detail"],
    "additionalProperties": False,
    "properties": {
        "detail": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["loc", "msg", "type"],
                "properties": {
                    "loc": {"type": "array"},
                    "msg": {"type": "string", "minLength": 1},
                    "type": {"type": "string"},
                },
            },
        }
    },
}

every_operation = pytest.mark.parametrize(
    "operation", [pytest.param(one, id=f"{one.method} {one.path}") for one in OPERATIONS]
)
"""A test for each of them."""


class Surroundings:
    """A running sandbox with a world in it, and the way back to how it was."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.world: World = build_world(sandbox)
        document: Any = json.loads(contract_path().read_bytes())
        self.schema = schemathesis.openapi.from_dict(_closed(document))
        self.session = requests.Session()
        self.explored: set[str] = set()
        """Operations that were tried."""
        self.reached: set[str] = set()
        """Those that succeeded at least once."""
        self._snapshot = sandbox.snapshot()

    def back(self) -> None:
        """Restore what the requests of another test changed."""
        self.sandbox.faults.clear()
        self.sandbox.restore(self._snapshot)

    def send(self, operation: Operation, case: Any, token: str | None = None) -> Any:
        """Return the response to a request, with the key or session that the operation needs."""
        if token is None:
            by_session = operation.path.startswith("/api/v2/auth/session/")
            token = self.world.session_token if by_session else self.sandbox.api_key
        answer = case.call(
            base_url=self.sandbox.url,
            session=self.session,
            headers={"Authorization": f"Bearer {token}"},
            cookies={},
            allow_redirects=False,
            timeout=20,
        )
        self.session.cookies.clear()
        name = f"{operation.method} {operation.path}"
        self.explored.add(name)
        if answer.status_code < 400:
            self.reached.add(name)
        return answer

    def target(self, operation: Operation) -> Any:
        """What schemathesis knows of an operation."""
        return cast("Any", self.schema)[operation.path][operation.method]

    def path(self, operation: Operation) -> dict[str, str]:
        """Path parameters that name what exists."""
        return {name: self.world.value(operation.path, name) for name in operation.path_names}


@pytest.fixture(scope="module")
def shared() -> Iterator[Surroundings]:
    with Sandbox(strict=True, stepped=True, pace=1.0) as sandbox:
        made = Surroundings(sandbox)
        assert sandbox.violations == []
        yield made
        made.session.close()


@pytest.fixture
def around(shared: Surroundings) -> Surroundings:
    shared.back()
    return shared


@every_operation
def test_P24_responses_keep_to_the_contract(operation: Operation, around: Surroundings) -> None:
    _explore(operation, around, POSITIVE, NEGATIVE)


@pytest.mark.soak
@pytest.mark.timeout(600)
@every_operation
def test_P24_responses_keep_to_the_contract_at_length(
    operation: Operation, around: Surroundings
) -> None:
    _explore(operation, around, SOAK, SOAK)


@pytest.mark.parametrize("name", SUCCESSES)
def test_P24_a_request_made_from_earlier_answers_succeeds(name: str, around: Surroundings) -> None:
    operation = next(one for one in OPERATIONS if f"{one.method} {one.path}" == name)
    with client_of(around.sandbox) as api:
        example = SUCCESSES[name](Stage(around.sandbox, api, around.world))
    body = {} if example.body is None else {"body": example.body}
    case = around.target(operation).Case(
        path_parameters={**around.path(operation), **example.path}, **body
    )
    answer = around.send(operation, case, example.token)
    assert answer.status_code < 400, answer.content
    _judge(operation, case, answer)
    assert around.sandbox.violations == []


def test_P24_all_operations_that_are_served_were_reached(shared: Surroundings) -> None:
    served = {f"{one.method} {one.path}" for one in OPERATIONS if coverage()[one.id] != "501"}
    if not served <= shared.explored:
        pytest.skip("only meaningful after the tests of all operations, in one process")
    assert served - shared.reached == set(UNREACHED)


@every_operation
def test_P24_every_operation_but_the_public_ones_wants_a_key(
    operation: Operation, shared: Surroundings
) -> None:
    path = _path(operation, shared.world)
    for headers in ({}, {"Authorization": "Bearer aion_wrong_000000000000000000"}):
        answer = httpx.request(
            operation.method, shared.sandbox.url + path, headers=headers, verify=False
        )
        public = f"{operation.method} {operation.path}" in PUBLIC
        assert (answer.status_code == 401) is not public, answer.text
        if not public:
            _envelope(operation, 401, answer.json())


def test_P24_public_operations_exist() -> None:
    assert {f"{one.method} {one.path}" for one in OPERATIONS} >= PUBLIC


def test_P24_at_most_45_operations_are_501() -> None:
    assert len([name for name, kind in coverage().items() if kind == "501"]) <= 45


def test_P24_a_501_names_its_operation(shared: Surroundings) -> None:
    with client_of(shared.sandbox) as api:
        for operation in OPERATIONS:
            if coverage()[operation.id] != "501":
                continue
            url = shared.sandbox.url + _path(operation, shared.world)
            answer = api.request(operation.method, url)
            assert answer.status_code == 501
            _typed_501(operation, answer.json())


def _explore(operation: Operation, around: Surroundings, positive: int, negative: int) -> None:
    target, path = around.target(operation), around.path(operation)
    seen: list[int] = []
    known = len(around.sandbox.violations)

    def fitting(case: Any) -> None:
        # The first is left as it was drawn: ids of nothing.
        if seen:
            case.path_parameters.update(path)
            case.query = around.world.ground(dict(case.query or {}))
            case.body = around.world.ground(case.body)
        answer = around.send(operation, case)
        seen.append(answer.status_code)
        _judge(operation, case, answer)

    def unfitting(case: Any) -> None:
        rejected = [CHECKS.negative_data_rejection] if _is_wrong_when_sent(operation, case) else []
        _judge(operation, case, around.send(operation, case), *rejected)

    fixed: dict[str, Any] = {
        "headers": dict.fromkeys((one.name for one in operation.placed("header")), "x" * 20),
        "cookies": dict.fromkeys((one.name for one in operation.placed("cookie")), "x" * 20),
    }
    _draw(target.as_strategy(**fixed), positive, fitting)
    if operation.body_schema is not None or any(operation.placed("query")):
        wrong = target.as_strategy(
            generation_mode=GenerationMode.NEGATIVE, path_parameters=path, **fixed
        )
        _draw(wrong, negative, unfitting)
    assert around.sandbox.violations[known:] == []


def _is_wrong_when_sent(operation: Operation, case: Any) -> bool:
    """Whether what does not fit on paper cannot fit on the wire either.

    The fields of a form are text there: null and a list arrive as words, which a text may be.
    """
    body: Any = case.body
    if operation.body_type in {None, "application/json"} or not isinstance(body, dict):
        return True
    reference: str = (operation.body_schema or {})["$ref"]
    form = load_contract().schemas[reference.rpartition("/")[2]]
    return not set(form["required"]) <= cast("dict[str, Any]", body).keys()


def _closed(value: Any) -> Any:
    """The contract as the sandbox reads it: an object has no other fields than the named ones."""
    if isinstance(value, list):
        return [_closed(one) for one in cast("Any", value)]
    if not isinstance(value, dict):
        return value
    source = cast("dict[str, Any]", value)
    made = {name: one if name in OPEN else _closed(one) for name, one in source.items()}
    if made.get("type") == "object" and isinstance(made.get("properties"), dict):
        made.setdefault("additionalProperties", False)
    return made


def _draw(strategy: Any, count: int, check: Callable[[Any], None]) -> None:
    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(strategy)
    def run(case: Any) -> None:
        check(case)

    run()


def _judge(operation: Operation, case: Any, answer: Any, *more: Any) -> None:
    """Check a response against the contract; raises AssertionError or a schemathesis failure."""
    status: int = answer.status_code
    told = f"{status} for {case.as_curl_command()}\n{answer.content[:2000]!r}"
    assert answer.headers.get("x-request-id"), told
    if status == 501:
        _typed_501(operation, answer.json())
        return
    assert status < 500, told
    if status >= 400 and str(status) not in operation.answers:
        _envelope(operation, status, answer.json())
        if more:
            case.validate_response(answer, checks=list(more))
        return
    checks = [CHECKS.status_code_conformance, CHECKS.response_headers_conformance, *more]
    kind = OTHER_TYPES.get(f"{operation.method} {operation.path.removeprefix('/api/v2')}", "")
    if status == 302:
        assert answer.headers["location"][0].startswith("http"), told
    elif kind != "" and status < 400:
        assert answer.headers["content-type"][0].startswith(kind or ""), told
    elif status != 204:
        checks += [CHECKS.content_type_conformance, CHECKS.response_schema_conformance]
    case.validate_response(answer, checks=checks)


def _typed_501(operation: Operation, body: Any) -> None:
    assert body["error"]["code"] == "NOT_IN_SANDBOX"
    assert operation.id in body["error"]["message"]


def _envelope(operation: Operation, status: int, body: Any) -> None:
    """An error that the contract does not describe has the shape of its routes."""
    schema = INVALID if status == 422 else ERROR_SCHEMAS[operation.group]
    _validator(json.dumps(schema)).validate(body)


@lru_cache
def _validator(schema: str) -> Any:
    whole: dict[str, Any] = json.loads(schema)
    whole["components"] = {"schemas": load_contract().schemas}
    return jsonschema_rs.Draft202012Validator(whole)


def _path(operation: Operation, world: World) -> str:
    path = operation.path
    for name in operation.path_names:
        path = path.replace("{" + name + "}", world.value(operation.path, name))
    return path
