"""One HTTP exchange: from a request to a handler's call, and from a response to the wire."""
