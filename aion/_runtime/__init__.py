"""Holds what differs between the two clients: what their common source imports as `rt`.

The async source imports `aio`; the blocking source that `codegen.blocking` makes of it imports
`blocking`. Both have the same names, and so do `tasks` and `threads`.
"""
