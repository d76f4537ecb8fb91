"""What tests of programs that use this package need: a service to call, and recordings of calls.

A sandbox is the whole service on this machine, in one `with` block; it needs the extra `sandbox`::

    with Sandbox() as sandbox:
        client = sandbox.sync_client()

`aion.testing.plugin` has it as fixtures of pytest. `vcr_config` gives vcrpy the settings with
which recordings hold no secrets; it needs vcrpy.

Names are imported when they are first used (PEP 562), so that neither needs what the other does.
"""

from typing import Final

from aion._lazy import exports

_NAMES: Final = {
    "aion.testing._sandbox": "Faults Limits Rate RateLimits Sandbox SeenRequest",
    "aion.testing.vcr": "vcr_config",
}

__getattr__, __dir__ = exports(__name__, _NAMES)
