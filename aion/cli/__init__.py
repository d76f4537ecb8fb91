"""The command `aion`: uploads, lists, downloads and asks from a shell. It never deletes.

It makes its calls with the public package like any other program; no other module imports it. Of
the rest it uses what a front end needs: next steps in its own words, and the pauses of calls.
"""
