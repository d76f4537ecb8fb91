"""Reports on usage."""
