"""A canary in each setting that is declared secret appears in no output (P16).

The settings are read from their declarations: a new secret setting is tested without a new test.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import pickle
import traceback
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from aion import AionVision, SyncAionVision
from aion._secrets import secret_settings
from aion.cli.main import main
from aion.config import ClientConfig
from aion.exceptions import AionvisionError
from tests.faults import scripts
from tests.faults.server import FaultServer

CANARY = "canary7f3a9c1e5b2d48607f3a9c1e5b2d4860"
LOGIN = f"user:{CANARY}"
SECRET = sorted(secret_settings())
KEY = "aion_fake_key_of_the_other_settings"

VALID: dict[str, Any] = {
    "api_key": f"aion_{CANARY}",
    # Credentials in it are refused, so the canary is in no client that works.
    "base_url": f"https://{LOGIN}@api.example/api/v2",
    "proxy_url": f"http://{LOGIN}@127.0.0.1:1",
    "extra_headers": {"X-Gateway": CANARY},
}
"""Values of a form that a setting has to have; any other is a plain text."""


def planted(name: str, **more: Any) -> dict[str, Any]:
    """All settings that a client needs, the canary in one of them."""
    return {"api_key": KEY, "max_retries": 0, "timeout": 2, name: VALID.get(name, CANARY), **more}


def wrong(name: str) -> list[Any]:
    """Values with the canary that the setting has to refuse by its type or form."""
    return [
        CANARY.encode(),
        [("X-Gateway", CANARY)],
        {"X-Gateway": CANARY.encode()},
        {"X-Gateway": f"{CANARY}\n"},
        f"{CANARY}\n\x00",
        f"ftp://{LOGIN}@proxy.example",
        f"http://{LOGIN}@proxy.example:port",
        LOGIN + "@proxy.example",
        f"aion_{CANARY}!",
    ]


def leaks(text: str) -> list[str]:
    """The forms of the canary that are in a text."""
    forms = (CANARY, CANARY[:16], base64.b64encode(LOGIN.encode()).decode())
    return [form for form in forms if form in text]


def shown(error: BaseException) -> str:
    """All that a report of a crash can say about an error, but for the frames of this test."""
    text = ""
    found: BaseException | None = error
    while found is not None:
        known = traceback.TracebackException.from_exception(found, capture_locals=True)
        ours = [frame for frame in known.stack if frame.filename != __file__]
        text += f"{found} {found!r} {vars(found)} {[frame.locals for frame in ours]}"
        found = found.__cause__ or found.__context__
    return text


MAKERS: dict[str, Callable[..., object]] = {
    "ClientConfig": ClientConfig,
    "ClientConfig.from_env": ClientConfig.from_env,
    "SyncAionVision": SyncAionVision,
    "AionVision": AionVision,
    "SyncAionVision.from_env": SyncAionVision.from_env,
    "AionVision.from_env": AionVision.from_env,
    "SyncAionVision.with_options": SyncAionVision(KEY).with_options,
}


def outcome(make: Callable[..., object], settings: dict[str, Any]) -> BaseException | None:
    try:
        make(**settings)
    except (ValueError, TypeError) as error:
        return error
    return None


def refused(make: Callable[..., object], settings: dict[str, Any]) -> BaseException:
    with pytest.raises((ValueError, TypeError)) as caught:
        make(**settings)
    return caught.value


def test_P16_the_key_the_proxy_and_the_headers_are_declared_secret() -> None:
    assert {"api_key", "proxy_url", "extra_headers", "base_url"} == secret_settings()


def test_P16_a_setting_that_is_not_declared_secret_is_shown() -> None:
    assert "tenant_id='visible'" in repr(ClientConfig(KEY, tenant_id="visible"))


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("name", SECRET)
def test_P16_no_traceback_shows_a_secret_setting_when_another_is_refused(
    name: str, maker: str
) -> None:
    error = refused(MAKERS[maker], {**planted(name), "retry_delay": -1})

    assert leaks(shown(error)) == []


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("name", SECRET)
def test_P16_no_traceback_shows_a_secret_setting_beside_one_that_does_not_exist(
    name: str, maker: str
) -> None:
    error = refused(MAKERS[maker], {**planted(name), "no_such_setting": 1})

    assert leaks(shown(error)) == []


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("name", SECRET)
def test_P16_no_traceback_shows_a_secret_setting_that_is_refused_itself(
    name: str, maker: str
) -> None:
    for value in wrong(name):
        error = outcome(MAKERS[maker], {**planted(name), name: value})

        assert error is None or leaks(shown(error)) == []


@pytest.mark.parametrize("name", SECRET)
def test_P16_no_traceback_shows_a_secret_setting_that_is_passed_by_position(name: str) -> None:
    order = [one for one in fields(ClientConfig) if not one.kw_only]
    values = planted(name, timeout=-1)

    error = refused(lambda: ClientConfig(*(values.get(one.name, one.default) for one in order)), {})

    assert leaks(shown(error)) == []


@pytest.mark.parametrize("name", SECRET)
def test_P16_no_traceback_shows_a_secret_setting_of_the_environment(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIONVISION_API_KEY", KEY)
    monkeypatch.setenv(f"AIONVISION_{name.upper()}", str(VALID.get(name, CANARY)))

    for maker in ("ClientConfig.from_env", "AionVision.from_env", "SyncAionVision.from_env"):
        assert leaks(shown(refused(MAKERS[maker], {"retry_delay": -1}))) == []


def made(name: str) -> ClientConfig | None:
    """A client's settings with the canary in one of them, or None if no value of it holds it."""
    try:
        return ClientConfig(**planted(name))
    except ValueError:
        return None


@pytest.mark.parametrize("name", SECRET)
def test_P16_no_repr_shows_a_secret_setting(name: str) -> None:
    config = made(name)
    if config is None:
        return
    clients = (SyncAionVision.from_config(config), AionVision.from_config(config))
    parts = [part for one in clients for part in (one, one.files, one._engine, one._engine._rules)]

    assert leaks(f"{config} {config!r} {vars(config)} {parts}") == []
    assert leaks(f"{config.default_headers} {config.auth_header}") == []


@pytest.mark.parametrize("script", ["reset in the body", "HTML 502", "redirect loop"])
@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("name", SECRET)
def test_P16_no_output_of_a_call_that_fails_shows_a_secret_setting(
    name: str, is_async: bool, script: str, caplog: pytest.LogCaptureFixture
) -> None:
    if made(name) is None:
        return
    caplog.set_level(logging.DEBUG)
    with FaultServer(scripts.FAULTS[script]) as server:
        config = ClientConfig(**planted(name, base_url=f"{server.url}/api/v2"))
        with pytest.raises(AionvisionError) as caught:
            asyncio.run(listed(config)) if is_async else SyncAionVision.from_config(
                config
            ).files.list()
    error = caught.value

    assert leaks(shown(error)) == []
    assert leaks(shown(pickle.loads(pickle.dumps(error)))) == []
    assert CANARY.encode() not in pickle.dumps(error)
    assert leaks(caplog.text) == []


async def listed(config: ClientConfig) -> None:
    async with AionVision.from_config(config) as client:
        await client.files.list()


@pytest.mark.parametrize("name", SECRET)
def test_P16_the_command_prints_no_secret_setting(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AIONVISION_API_KEY", KEY)
    monkeypatch.setenv("AIONVISION_BASE_URL", "http://127.0.0.1:1/api/v2")
    monkeypatch.setenv("AIONVISION_MAX_RETRIES", "0")
    monkeypatch.setenv(f"AIONVISION_{name.upper()}", str(VALID.get(name, CANARY)))

    for arguments in (["check", "--timeout", "2"], ["files", "--json", "--timeout", "2"]):
        assert main(arguments) == 1
    printed = capsys.readouterr()

    assert printed.err
    assert leaks(printed.out + printed.err) == []
