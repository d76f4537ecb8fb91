"""`ClientConfig`: ranges, rules, and where settings come from."""

from __future__ import annotations

import dataclasses
import math
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any

import pytest

from aion import AionVision, ClientConfig, SyncAionVision, config
from tests.unit.support import KEY

SECONDS_ABOVE_ZERO = (
    "timeout",
    "connect_timeout",
    "polling_interval",
    "polling_timeout",
    "circuit_breaker_timeout",
)
COUNTS_FROM_ONE = ("circuit_breaker_failure_threshold", "circuit_breaker_success_threshold")
NO_NUMBERS: tuple[Any, ...] = (math.nan, math.inf, -math.inf, -1, "3", None, True)


def make(**settings: Any) -> ClientConfig:
    given: dict[str, Any] = {"api_key": KEY, **settings}
    return ClientConfig(**given)


# Numbers


@pytest.mark.parametrize("name", SECONDS_ABOVE_ZERO)
@pytest.mark.parametrize("value", [0, *NO_NUMBERS])
def test_a_length_of_time_is_a_finite_number_above_zero(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"^{name} has to be a number of seconds, more than 0"):
        make(**{name: value})


@pytest.mark.parametrize("name", SECONDS_ABOVE_ZERO)
@pytest.mark.parametrize("value", [0.001, 1, 86_400.5])
def test_a_length_of_time_may_be_any_number_above_zero(name: str, value: float) -> None:
    assert getattr(make(**{name: value}), name) == value


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_the_retry_delay_is_a_finite_number_of_zero_or_more(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^retry_delay has to be a number of seconds, 0 or more"):
        make(retry_delay=value)


def test_the_retry_delay_may_be_zero() -> None:
    assert make(retry_delay=0).retry_delay == 0


@pytest.mark.parametrize("value", [-1, 1.5, "3", None, True])
def test_max_retries_is_a_whole_number_of_zero_or_more(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^max_retries has to be a whole number, 0 or more"):
        make(max_retries=value)


def test_max_retries_may_be_zero() -> None:
    assert make(max_retries=0).max_retries == 0


@pytest.mark.parametrize("name", COUNTS_FROM_ONE)
@pytest.mark.parametrize("value", [0, -1, 1.5, "3", None, True])
def test_a_threshold_is_a_whole_number_of_one_or_more(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"^{name} has to be a whole number, 1 or more"):
        make(**{name: value})


# The key


@pytest.mark.parametrize("key", ["", "   ", None, 7, b"aion_" + b"a" * 20])
def test_without_a_key_the_message_says_how_to_give_one(key: Any) -> None:
    with pytest.raises(ValueError, match="pass the key, or set AIONVISION_API_KEY"):
        make(api_key=key)


@pytest.mark.parametrize(
    "key",
    [
        "aion_" + "a" * 19,
        "a" * 30,
        "AION_" + "a" * 20,
        "aion1_" + "a" * 20,
        "_" + "a" * 20,
        "aion_" + "a" * 20 + "!",
        "aion_" + "a" * 20 + "\n" + "b",
        "aion_" + "ä" * 20,
        "Bearer aion_" + "a" * 20,
    ],
)
def test_a_string_that_is_not_a_key_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ValueError, match="does not look like a key") as caught:
        make(api_key=key)
    assert key not in "".join(traceback.format_exception_only(caught.value))


@pytest.mark.parametrize(
    "key", ["aion_" + "a" * 20, "aion_live_" + "Z9_-" * 10, "x_" + "-" * 20, "aion_" + "a" * 500]
)
def test_a_key_of_the_documented_pattern_is_accepted(key: str) -> None:
    assert make(api_key=key).api_key == key


def test_white_space_around_a_key_is_left_out() -> None:
    assert make(api_key=f"  {KEY}\n").api_key == KEY


def test_the_key_is_not_in_the_repr() -> None:
    assert KEY not in repr(make())


def test_a_key_given_as_base_url_is_not_shown() -> None:
    with pytest.raises(ValueError, match="base_url has to be like https://") as caught:
        make(base_url=KEY)
    assert KEY not in str(caught.value)


# The base URL


@pytest.mark.parametrize(
    "url",
    [
        "https://api.aionvision.tech/api/v2",
        "https://gateway.example:8443/aion/api/v2",
        "http://localhost:8000/api/v2",
        "http://127.0.0.1:8000",
        "http://127.0.0.2:8000",
        "http://[::1]:8000/api/v2",
        "https://münchen.example/api/v2",
    ],
)
def test_https_anywhere_and_http_on_this_machine_are_accepted(url: str) -> None:
    assert make(base_url=url).base_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://api.aionvision.tech/api/v2",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://10.0.0.1",
        "http://[::2]",
    ],
)
def test_http_to_another_machine_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="has to use https"):
        make(base_url=url)


def test_http_to_another_machine_can_be_allowed_and_is_warned_of() -> None:
    with pytest.warns(config.InsecureTransportWarning, match="would send the key unencrypted"):
        settings = make(base_url="http://sandbox:8000/api/v2", allow_http=True)
    assert settings.base_url == "http://sandbox:8000/api/v2"


def test_http_to_another_machine_can_be_allowed_by_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(config.ENV_ALLOW_HTTP, "1")
    with pytest.warns(config.InsecureTransportWarning):
        make(base_url="http://sandbox:8000/api/v2")


def test_a_missing_scheme_is_named_with_the_value() -> None:
    with pytest.raises(ValueError, match=r"not 'localhost:8000/api/v2' \(https:// is missing"):
        make(base_url="localhost:8000/api/v2")


def test_every_setting_is_an_option_with_its_type() -> None:
    fields = {one.name: one.type for one in dataclasses.fields(config.ClientConfig)}
    options = config.ClientSettings.__annotations__

    assert {name: note.__forward_arg__ for name, note in options.items()} == fields


def test_a_misspelled_option_is_refused_by_type_checkers_and_by_name() -> None:
    with pytest.raises(TypeError, match="'timout'"):
        SyncAionVision.from_env(api_key=KEY, timout=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client = SyncAionVision(KEY)
    with pytest.raises(ValueError, match="'timout'"):
        client.with_options(timout=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.aionvision.tech",
        "ftp://api.aionvision.tech",
        "https://",
        "https:///api/v2",
        "https://[::1",
        "https://host:port",
        "https://host:99999",
        "https://ho st/api/v2",
        "https://host/api\r\nX-Evil: yes",
        "https://" + "a" * 70 + "é.example",
        "https://host/?key=1",
        "https://host/#part",
        None,
        7,
    ],
)
def test_what_is_not_a_plain_url_is_refused_by_name(url: Any) -> None:
    with pytest.raises(ValueError, match="base_url"):
        make(base_url=url)


def test_a_password_in_the_base_url_is_refused_without_being_shown() -> None:
    with pytest.raises(ValueError, match="user name or password") as caught:
        make(base_url="https://user:hunter2@host/api/v2")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("url", ["https://host/api/v2/", " https://host/api/v2// "])
def test_slashes_at_the_end_of_the_base_url_are_left_out(url: str) -> None:
    assert make(base_url=url).base_url == "https://host/api/v2"


# Proxy and tenant


@pytest.mark.parametrize(
    "url",
    ["proxy:8080", "ftp://proxy", "http://", "http://proxy:port", "http://proxy:99999",
     "http://[::1", "http://pro xy:80"],
)  # fmt: skip
def test_a_proxy_that_cannot_be_one_is_refused_by_name(url: str) -> None:
    with pytest.raises(ValueError, match="proxy_url"):
        make(proxy_url=url)


@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h"])
def test_proxies_of_four_schemes_are_accepted(scheme: str) -> None:
    assert make(proxy_url=f"{scheme}://proxy.example:8080").proxy_url is not None


def test_the_password_of_a_proxy_is_neither_in_the_repr_nor_in_a_message() -> None:
    assert "hunter2" not in repr(make(proxy_url="http://user:hunter2@proxy.example"))
    with pytest.raises(ValueError, match="proxy_url") as caught:
        make(proxy_url="ftp://user:hunter2@proxy.example")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("tenant", ["a\r\nX-Evil: yes", "münchen", "a\x00", 7])
def test_a_tenant_that_is_not_a_header_value_is_refused(tenant: Any) -> None:
    with pytest.raises(ValueError, match="tenant_id has to be printable ASCII"):
        make(tenant_id=tenant)


def test_an_empty_tenant_is_none() -> None:
    assert make(tenant_id="").tenant_id is None


# Headers


def test_the_headers_carry_the_key_and_the_version() -> None:
    import aion

    headers = make().default_headers
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert headers["User-Agent"] == f"aionvision-python/{aion.__version__}"


def test_the_tenant_header_is_there_only_with_a_tenant() -> None:
    assert "X-Tenant-ID" not in make().default_headers
    assert make(tenant_id="t-1").default_headers["X-Tenant-ID"] == "t-1"


# The environment


def test_every_variable_reaches_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        config.ENV_API_KEY: KEY,
        config.ENV_BASE_URL: "https://other.example/api/v2",
        config.ENV_TIMEOUT: "12.5",
        config.ENV_CONNECT_TIMEOUT: "2.5",
        config.ENV_MAX_RETRIES: "7",
        config.ENV_RETRY_DELAY: "0.25",
        config.ENV_POLLING_INTERVAL: "3",
        config.ENV_POLLING_TIMEOUT: "99",
        config.ENV_TENANT_ID: "t-1",
        config.ENV_PROXY_URL: "http://proxy.example:8080",
        config.ENV_ENABLE_TRACING: "yes",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    assert ClientConfig.from_env() == ClientConfig(
        KEY,
        base_url="https://other.example/api/v2",
        timeout=12.5,
        connect_timeout=2.5,
        max_retries=7,
        retry_delay=0.25,
        polling_interval=3.0,
        polling_timeout=99.0,
        tenant_id="t-1",
        proxy_url="http://proxy.example:8080",
        enable_tracing=True,
    )


def test_an_argument_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(config.ENV_API_KEY, "aion_" + "b" * 20)
    monkeypatch.setenv(config.ENV_TIMEOUT, "5")
    settings = ClientConfig.from_env(api_key=KEY, timeout=7)
    assert (settings.api_key, settings.timeout) == (KEY, 7)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("AIONVISION_TIMOUT", config.ENV_TIMEOUT),
        ("AIONVISION_APIKEY", config.ENV_API_KEY),
        ("AIONVISION_BASEURL", config.ENV_BASE_URL),
        ("AIONVISION_TIMEOUTS", config.ENV_TIMEOUT),
    ],
)
def test_a_misspelled_variable_is_reported(
    name: str, meant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "a secret, most likely")
    with pytest.warns(UserWarning, match=rf"^{name} has no effect: did you mean {meant}\?$"):
        ClientConfig.from_env(api_key=KEY)


@pytest.mark.parametrize(
    "name",
    [
        "AIONVISION_REGION",
        "AIONVISION_API_KEY_2",
        "AIONVISION_MY_API_KEY",
        "AION_TIMEOUT",
    ],
)
def test_a_variable_of_the_program_itself_is_left_alone(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "1")
    ClientConfig.from_env(api_key=KEY)


def test_a_false_argument_wins_over_a_true_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(config.ENV_ENABLE_TRACING, "1")
    assert ClientConfig.from_env(api_key=KEY, enable_tracing=False).enable_tracing is False


def test_the_remaining_settings_are_arguments_of_from_env() -> None:
    assert ClientConfig.from_env(api_key=KEY, send_request_id=False).send_request_id is False


@pytest.mark.parametrize("text", [None, ""])
def test_without_a_key_anywhere_both_ways_are_named(
    text: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if text is not None:
        monkeypatch.setenv(config.ENV_API_KEY, text)
    with pytest.raises(ValueError, match=r"set AIONVISION_API_KEY or pass api_key="):
        ClientConfig.from_env()


@pytest.mark.parametrize(
    ("variable", "setting", "default"),
    [
        (config.ENV_TIMEOUT, "timeout", 300.0),
        (config.ENV_CONNECT_TIMEOUT, "connect_timeout", 10.0),
        (config.ENV_MAX_RETRIES, "max_retries", 3),
        (config.ENV_RETRY_DELAY, "retry_delay", 1.0),
        (config.ENV_POLLING_INTERVAL, "polling_interval", 2.0),
        (config.ENV_POLLING_TIMEOUT, "polling_timeout", 360.0),
        (config.ENV_ENABLE_TRACING, "enable_tracing", False),
    ],
)
@pytest.mark.parametrize("text", ["soon", "1,5", "0x10"])
def test_a_variable_that_cannot_be_read_warns_by_name_and_leaves_the_default(
    variable: str, setting: str, default: Any, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.warns(UserWarning, match=variable):
        settings = ClientConfig.from_env(api_key=KEY)
    assert getattr(settings, setting) == default


def test_the_warning_points_at_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(config.ENV_TIMEOUT, "soon")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        AionVision.from_env(api_key=KEY)
    assert caught[0].filename == __file__


def test_a_variable_that_is_out_of_range_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(config.ENV_TIMEOUT, "-5")
    with pytest.raises(ValueError, match="timeout has to be"):
        ClientConfig.from_env(api_key=KEY)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("1", True), ("TRUE", True), ("on", True), ("0", False), ("off", False), ("No", False)],
)
def test_a_switch_is_read_in_any_case(
    text: str, meant: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(config.ENV_ENABLE_TRACING, text)
    assert ClientConfig.from_env(api_key=KEY).enable_tracing is meant


def test_tenant_and_proxy_come_from_the_environment_without_from_env(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(config.ENV_TENANT_ID, "t-1")
    monkeypatch.setenv(config.ENV_PROXY_URL, "http://proxy.example:8080")
    settings = ClientConfig(KEY)
    assert (settings.tenant_id, settings.proxy_url) == ("t-1", "http://proxy.example:8080")


# .env files


def test_a_dotenv_file_fills_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(config.ENV_TIMEOUT, "before")
    monkeypatch.delenv(config.ENV_TIMEOUT)
    file = tmp_path / ".env"
    file.write_text(f"{config.ENV_TIMEOUT}=17\n")
    assert config.load_dotenv(file) is True
    assert ClientConfig.from_env(api_key=KEY).timeout == 17.0


def test_a_dotenv_file_replaces_only_on_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(config.ENV_TIMEOUT, "5")
    file = tmp_path / ".env"
    file.write_text(f"{config.ENV_TIMEOUT}=17\n")
    config.load_dotenv(file)
    assert ClientConfig.from_env(api_key=KEY).timeout == 5.0
    config.load_dotenv(file, override=True)
    assert ClientConfig.from_env(api_key=KEY).timeout == 17.0


@pytest.mark.parametrize("passed", [True, False])
def test_a_dotenv_file_that_is_not_read_without_the_extra_is_named(
    passed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / ".env"
    file.write_text("A=1\n")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    monkeypatch.setitem(sys.modules, "dotenv", None)
    with pytest.warns(UserWarning, match=r'\.env is not read: pip install "aionvision\[dotenv\]"'):
        assert config.load_dotenv(file if passed else None) is False


def test_without_the_extra_a_dotenv_file_that_does_not_exist_is_not_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "dotenv", None)
    assert config.load_dotenv(tmp_path / "missing.env") is False


def test_without_a_dotenv_file_nothing_is_read(tmp_path: Path) -> None:
    assert config.load_dotenv(tmp_path / "missing.env") is False
