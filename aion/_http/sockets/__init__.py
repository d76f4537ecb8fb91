"""Plain sockets under the HTTP library: total deadlines for threads, no event loop for coroutines.

The library's own blocking streams bound each read, so a server that drips one byte at a time keeps
a call alive for ever; these bound all reads of a call by one `Limit`. Its own asynchronous streams
belong to the event loop that opened them; these use the loop's socket functions, so nothing is
left to clean up when a loop ends, and a socket can be closed from anywhere.

Each backend serves one connection at a time and can `abandon` it without waiting.
"""
