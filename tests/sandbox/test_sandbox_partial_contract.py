"""A contract that lacks routes: the sandbox leaves out what it has for them, and nothing else."""

from __future__ import annotations

import pytest

from aion.sandbox.auth.scopes import SCOPE_ROUTES
from aion.sandbox.contract.contract import Contract, load_contract
from aion.sandbox.handlers import load_handlers, registry
from aion.sandbox.limits.rate_limiter import RateLimiter
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.settings.options import Options
from aion.sandbox.settings.rates import ROUTE_RATES, Rate, RateLimits
from aion.sandbox.store.clock import Clock


async def handler(call: Call) -> Response:
    """A handler."""
    del call
    return Response(None)


def test_a_handler_of_an_operation_that_is_gone_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "LEFT_OUT", [])
    before = dict(load_handlers())
    assert registry.operation("open_a_box")(handler) is handler
    assert (registry.LEFT_OUT, load_handlers()) == (["open_a_box"], before)


def test_no_handler_is_left_out_of_the_contract_of_this_package() -> None:
    load_handlers()
    assert registry.LEFT_OUT == []


@pytest.mark.parametrize(
    "pattern", [*ROUTE_RATES, *(one for several in SCOPE_ROUTES.values() for one in several)]
)
def test_every_rule_about_routes_is_about_some_of_this_package(pattern: str) -> None:
    assert load_contract().present(pattern)


def limiter(limits: RateLimits) -> RateLimiter:
    """A rate limiter for a contract of nothing."""
    nothing = Contract({"paths": {}, "components": {"schemas": {}}})
    return RateLimiter(nothing, Clock(stepped=True), Options(rate_limits=limits))


def test_built_in_rates_of_routes_that_are_gone_are_left_out() -> None:
    assert limiter(RateLimits()).limits == RateLimits()


def test_a_rate_of_the_user_for_a_route_that_is_gone_is_refused() -> None:
    with pytest.raises(ValueError, match="matches 'GET /boxes'"):
        limiter(RateLimits(routes={"GET /boxes": Rate(1, 1)}))
