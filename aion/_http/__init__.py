"""One HTTP connection and a pool of them; the only users of httpx and httpcore."""
