"""The suite itself may run in the background of a shell, where Ctrl-C is ignored."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

CHILD = "import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(20)"
PROGRAM = f"""
import subprocess, sys
import tests.conftest
child = subprocess.run([sys.executable, "-c", {CHILD!r}], capture_output=True, text=True)
print(child.stderr.splitlines()[-1])
"""


@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell that ignores signals")
def test_a_child_of_a_test_answers_to_ctrl_c_where_the_suite_ignores_it() -> None:
    command = ["sh", "-c", 'trap "" INT; exec "$0" -c "$1"', sys.executable, PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("KeyboardInterrupt\n", "")
