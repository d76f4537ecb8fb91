"""The same work through aion, through the plain floor and through peers, in one run.

`python -m benchmarks` prints every row with its bar. Nothing here is part of the package.
"""
