"""The fake provider's consent page, which agrees at once.

`GET /_drive/consent` is what `authorization_url` points to. It sends the browser back to the
application with a code, or with an error when asked to: `?account=` chooses the account,
`?deny=1` refuses. It needs no key: a provider does not know the keys of the API.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from aion.sandbox.asgi.exchange import Exchange
from aion.sandbox.cloud.consent import CONSENT_PREFIX, DEFAULT_ACCOUNT, STATE, agree
from aion.sandbox.runtime.call import Response
from aion.sandbox.runtime.state import State


def serve_consent(state: State, exchange: Exchange) -> Response:
    """Redirect the user's browser back to the application."""
    exchange.template = f"{CONSENT_PREFIX}consent"
    query = dict(parse_qsl(exchange.query, keep_blank_values=True))
    begun = state.records.get(STATE, query.get("state", ""))
    if exchange.raw_path != exchange.template or exchange.method != "GET" or begun is None:
        text = b"This sandbox has no such request for consent.\n"
        return Response(status=404, raw=text, headers={"content-type": "text/plain"})
    result = {"code": "", "state": begun.id}
    if query.get("deny"):
        result["error"] = "access_denied"
        result["error_description"] = "The user did not agree"
    else:
        result["code"] = agree(state, begun, query.get("account") or DEFAULT_ACCOUNT)
    back = str(begun.body["back"])
    joint = "&" if urlsplit(back).query else "?"
    return Response(status=302, headers={"location": f"{back}{joint}{urlencode(result)}"})
