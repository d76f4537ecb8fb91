"""The exception that stops a run with a message for the maintainer."""


class CodegenError(Exception):
    """A contract, patch or construct that cannot be turned into code.

    The message is one line that names the file, operation or schema that causes it.
    """
