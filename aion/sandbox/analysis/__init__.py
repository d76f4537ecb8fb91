"""Describing and verifying images, one by one and as batch jobs; data sets."""
