"""What a sandbox can be filled with at its start."""
