"""Files that come in: their kinds, duplicates, presigned URLs."""
