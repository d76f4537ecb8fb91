"""The contact form of the support. Messages are stored and not sent."""

from __future__ import annotations

from aion.sandbox.handlers.registry import operation
from aion.sandbox.images.description import MARK
from aion.sandbox.runtime.call import Call, Response


@operation("contact_support", kind="minimal", public=True)
async def contact_support(call: Call) -> Response:
    """Store a message."""
    with call.state.database.transaction():
        message_id = call.state.records.new_id("support_message")
        call.state.records.put("support_message", message_id, call.body)
    text = f"{MARK} message {message_id} was stored in the sandbox, and not sent"
    return Response({"success": True, "message": text})
