"""The agents of the sandbox: search, reports, sorting, pipelines.

No model is asked. What an agent says is composed of what is stored, is the same for the same
state, and begins with the sandbox's mark.
"""
