"""The one exception that ends a run: its text is what the maintainer reads."""


class CodegenError(Exception):
    """A contract, patch or construct that cannot be turned into code.

    The message is one line that names the file, operation or schema at fault.
    """
