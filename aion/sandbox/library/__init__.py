"""Folders, and listings of files."""
