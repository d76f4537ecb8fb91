"""Documents: text extraction, chunks, search."""
