"""The command `aion`: what one wants of a library from a shell, and nothing that deletes.

It is a program like any other that uses the package: nothing below imports it.
"""
