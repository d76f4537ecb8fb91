"""Connected drives, and imports and exports as jobs."""
