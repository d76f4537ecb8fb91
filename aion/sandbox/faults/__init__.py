"""The faults that can be injected, and the registry of the armed ones."""
