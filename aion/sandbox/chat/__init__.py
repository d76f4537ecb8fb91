"""Chat sessions, answers, plans and their event streams."""
