"""State: SQLite records, text index, objects behind signed URLs, logs."""
