"""`aionvision` without an extra: uploads work, and what needs an extra names it."""

from __future__ import annotations

from collections.abc import Callable

import aion
import aion.testing
from aion import SyncAionVision
from tests.extras.first_call import first_call, only, picture

first_call()
only()

with SyncAionVision.from_env() as client:
    stored = client.upload_one(picture(), filename="navy.png")
    assert "navy" in (stored.description or ""), stored


def through_proxy() -> None:
    with SyncAionVision.from_env(proxy_url="socks5://127.0.0.1:9") as client:
        client.uploads.check_quota()


def missing(extra: str, use: Callable[[], object]) -> None:
    """Check that something raises an error with the line that installs an extra."""
    try:
        use()
    except ImportError as error:
        text = str(error)
    else:
        text = "no error"
    assert f'pip install "aionvision[{extra}]"' in text, text


missing("sandbox", lambda: aion.testing.Sandbox().start())
missing("tracing", lambda: SyncAionVision.from_env(enable_tracing=True))
missing("socks", through_proxy)
