"""Runs work that takes several calls: uploads, downloads, streams, paging and polling."""
