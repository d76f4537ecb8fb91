"""The difference between the two clients: what their common source imports as `rt`.

`aio` serves the async source, `blocking` the source that `codegen.blocking` makes of it. Both have
the same names, as have `tasks` and `threads`.
"""
