"""The request engine: turns a described call into a response or a typed error.

Decisions are pure (`loop`, `retry`, `errors`). Only the drivers wait: `async_engine`, and its
generated twin `sync_engine`. They differ in what they import from `coroutines` and `threads`.
"""
