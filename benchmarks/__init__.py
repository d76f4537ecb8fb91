"""Runs the same work with aion, with the plain floor and with other SDKs, and compares the cost.

`python -m benchmarks` prints every row with its bar. The benchmarks are not part of the package.
"""
