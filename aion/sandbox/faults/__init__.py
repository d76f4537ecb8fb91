"""The faults that can be injected, and those that are armed."""
