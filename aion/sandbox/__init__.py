"""The stand-in server of the Aionvision API: real HTTP, real state, nothing sent anywhere.

Start it with `python -m aion.sandbox`, or in a test with `aion.testing.Sandbox`. Needs the extra
`sandbox`; nothing in the rest of the package imports it.
"""

from __future__ import annotations

from . import extra as extra
from .options import DEFAULT_API_KEY, Limits, Options
from .rates import Rate, RateLimits
from .server import SandboxServer

__all__ = ["DEFAULT_API_KEY", "Limits", "Options", "Rate", "RateLimits", "SandboxServer"]
