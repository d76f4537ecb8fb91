"""Options of the sandbox, rate limits and plans."""
