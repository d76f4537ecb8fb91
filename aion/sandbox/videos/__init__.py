"""Videos: headers, scenes, analysis."""
