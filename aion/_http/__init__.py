"""HTTP connections and their pool: the only code that uses httpx and httpcore."""
