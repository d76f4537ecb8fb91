"""Saved links: pages that are built in, their fetching, reading and crawl jobs."""
