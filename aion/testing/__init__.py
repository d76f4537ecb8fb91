"""What tests of programs that use this package need: a service to call, and recordings of calls.

A sandbox is the whole service on this machine, in one `with` block; it needs the extra `sandbox`::

    with Sandbox() as sandbox:
        client = sandbox.sync_client()

`vcr_config` gives vcrpy the settings with which recordings hold no secrets; it needs vcrpy.

Names are imported when they are first used (PEP 562), so that neither needs what the other does.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aion.testing._sandbox import Faults, Limits, Rate, RateLimits, Sandbox, SeenRequest
    from aion.testing.vcr import vcr_config

_HOME = {
    **dict.fromkeys(
        ("Faults", "Limits", "Rate", "RateLimits", "Sandbox", "SeenRequest"),
        "aion.testing._sandbox",
    ),
    "vcr_config": "aion.testing.vcr",
}

__all__ = ["Faults", "Limits", "Rate", "RateLimits", "Sandbox", "SeenRequest", "vcr_config"]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
