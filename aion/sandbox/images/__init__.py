"""What is read from the pixels of an image: size, variants, colors, descriptions."""
