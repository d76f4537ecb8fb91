"""Routes that the contract does not have: control, signed objects, the consent page."""
