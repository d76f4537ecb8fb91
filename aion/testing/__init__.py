"""Helps to test programs that use this package: a service to call, and recordings of calls.

A sandbox is the whole service on this machine, in one `with` block; it needs the extra `sandbox`::

    with Sandbox() as sandbox:
        client = sandbox.sync_client()

`aion.testing.plugin` provides it as fixtures of pytest. `vcr_config` returns the settings of vcrpy
with which recordings hold no secrets; it needs vcrpy.

Names are imported on first use (PEP 562), so that neither needs the dependencies of the other.
"""

from typing import Final

from aion._lazy import exports

_NAMES: Final = {
    "aion.testing._sandbox": "Faults Limits Rate RateLimits Sandbox SeenRequest",
    "aion.testing.vcr": "vcr_config",
}

__getattr__, __dir__ = exports(__name__, _NAMES)
