"""Who calls, what that role and scope may do, and the log of it."""
