"""The contract, the handlers, and what the server of the sandbox imports by name."""

from PyInstaller.utils.hooks import collect_data_files, collect_submodules

try:
    from aion.sandbox.contract.contract import contract_path
except ImportError:
    # Without its extra it does not start, in a frozen program no more than elsewhere.
    datas = []
else:
    # A checkout does not have the contract among the data of the package.
    datas = [*{*collect_data_files("aion.sandbox"), (str(contract_path()), "aion/sandbox")}]

hiddenimports = [
    *collect_submodules("aion.sandbox"),
    "uvicorn.lifespan.off",
    "uvicorn.protocols.http.httptools_impl",
]
