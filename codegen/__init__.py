"""The generator: the contract in, `generated/aion_api` and `aion/sync` out.

Run as `python -m codegen build | check`. It imports neither `aion` nor `aion_api`, so a broken
package never stops its own regeneration.
"""
