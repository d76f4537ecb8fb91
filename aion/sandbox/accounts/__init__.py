"""API keys, sign-in, members and the tenant."""
