"""The command `aion`: uploads, lists, downloads and asks from a shell. It never deletes.

It uses the public package like any other program; no other module imports it.
"""
