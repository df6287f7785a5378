"""The pipes to terminals, as this system has them."""

import os
from pathlib import Path

from echo.apps.running import state_folder
from echo.ports.links import PipeServer


def pipe_server(folder: Path, prefix: str) -> PipeServer:
    """Return the server of pipes: unix sockets in *folder*, or named pipes on Windows.

    A named pipe is for the user that runs the Agent, whose terminals have to be the same user's.

    Raises:
        SettingsInvalid: the folder cannot be used.
        OSError: Windows does not tell who runs this program.
    """
    if os.name == "nt":  # pragma: no cover -- tested on Windows Python under Wine
        from echo.links.pipe_windows import NamedPipes, WindowsPipeServer, access_list, own_sid

        return WindowsPipeServer(NamedPipes(access_list(own_sid())), prefix=prefix)
    from echo.links.pipe_unix import UnixPipeServer

    return UnixPipeServer(state_folder(folder), prefix=prefix)
