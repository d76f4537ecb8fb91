"""From an HTTP request to a handler's call and back; the routes that are not of the contract."""
