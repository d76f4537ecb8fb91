"""Images: facts, variants, colors and descriptions, all computed from the bytes."""
