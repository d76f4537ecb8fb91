"""The agents of the sandbox: search, reports, sorting, pipelines.

They use no model: their texts are composed from stored data, are the same for the same state, and
begin with the sandbox's mark.
"""
