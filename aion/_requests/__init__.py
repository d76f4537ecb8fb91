"""Turns checked arguments into described requests; sends nothing. One module a resource."""
