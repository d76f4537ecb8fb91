"""Decodes event streams: bytes in, events and chat tokens out. No I/O."""
