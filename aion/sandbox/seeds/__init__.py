"""Ready-made libraries of files."""
