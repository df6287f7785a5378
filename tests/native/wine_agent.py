"""Becomes the Agent on Windows: ``python -m tests.native.wine_agent --config SETTINGS``.

The process that was started is the one that runs it, so that whoever ends it ends the Agent.
"""

import os
import subprocess
import sys

from tests.native.wine import AGENT, LOADERS, PYTHON

loader = str(LOADERS["x64"])
settings = sys.argv[sys.argv.index("--config") + 1]
# A Windows Python does not start where its standard error is a file: a pipe to one will do.
with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=sys.stderr) as log:
    assert log.stdin is not None
    os.dup2(log.stdin.fileno(), sys.stderr.fileno())
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    command = [loader, os.environ[PYTHON], "-c", AGENT, "--config", settings]
    os.execv(loader, command)  # noqa: S606 -- the very point: no shell, no other process
