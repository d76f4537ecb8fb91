"""The request engine: how a described call becomes an answer or a typed error.

Decisions are pure (`policy`, `gate`, `flow`, `wire`, `content`); only `engine` waits, and only
`http` and `sockets` know the HTTP library.
"""
