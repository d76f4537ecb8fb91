"""Generates `generated/aion_api` from the contract, and `aion/sync` from the async source.

Run it as `python -m codegen generate` or `check`. It imports neither `aion` nor `aion_api`, so that
a broken package can still be regenerated.
"""
