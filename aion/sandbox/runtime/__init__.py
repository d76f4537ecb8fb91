"""The state of a sandbox, its jobs and snapshots, and the call that a handler gets."""
