"""The stand-in server of the Aionvision API: real HTTP, real state, nothing sent anywhere.

Start it with `python -m aion.sandbox`, or in a test with `aion.testing.Sandbox`. Needs the extra
`sandbox`; nothing in the rest of the package imports it.
"""

from __future__ import annotations

from aion.sandbox import extra as extra
from aion.sandbox.server import SandboxServer
from aion.sandbox.settings.options import DEFAULT_API_KEY, Limits, Options
from aion.sandbox.settings.rates import Rate, RateLimits

__all__ = ["DEFAULT_API_KEY", "Limits", "Options", "Rate", "RateLimits", "SandboxServer"]
