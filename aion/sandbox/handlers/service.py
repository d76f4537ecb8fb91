"""The two routes that need no key: the root and the health check."""

from __future__ import annotations

from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response


@operation("root__get", kind="minimal", public=True)
async def root(call: Call) -> Response:
    """Identify the server."""
    return Response({"name": "Aionvision sandbox", "api": call.origin + "/api/v2"})


@operation("health_check_health_get", kind="minimal", public=True)
async def health(call: Call) -> Response:
    """Report that the sandbox is up."""
    return Response({"status": "healthy", "timestamp": call.state.clock.stamp()})
