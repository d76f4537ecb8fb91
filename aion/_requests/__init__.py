"""Turns checked arguments into described requests; sends nothing. One module per resource."""
