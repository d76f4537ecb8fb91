"""Sockets under the HTTP library: total deadlines for threads, no event loop for coroutines.

The library's own blocking streams bound each read, so a server that sends one byte at a time keeps
a call alive forever; these bound all reads of a call by one `Limit`. Its own asynchronous streams
belong to the event loop that opened them; these use the loop's socket functions, so nothing needs
cleanup when a loop ends, and a socket can be closed from any thread.

Each backend serves one connection at a time and can `abandon` it without waiting.
"""
