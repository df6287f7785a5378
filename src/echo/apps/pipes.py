"""The pipes to terminals, as this system has them."""

import os
from collections.abc import Sequence
from pathlib import Path

from echo.apps.running import state_folder
from echo.ports.errors import SettingsInvalid
from echo.ports.links import PipeServer


def pipe_server(
    folder: Path, prefix: str, *, users: Sequence[str] = (), service_sid: str = ""
) -> PipeServer:
    """Return the server of pipes: unix sockets in *folder*, or named pipes on Windows.

    Args:
        folder: Where the sockets lie; not used on Windows.
        prefix: What the names of the pipes start with.
        users: SIDs of those whose terminals may open the named pipes; empty = the user that runs
            this program.
        service_sid: SID of the service that this program is; empty = it is none.

    Raises:
        SettingsInvalid: the folder cannot be used, or Windows does not know what a SID says.
    """
    if os.name == "nt":  # pragma: no cover -- tested on Windows Python under Wine
        from echo.links.pipe_windows import NamedPipes, WindowsPipeServer, access_list, own_sid

        try:
            access = access_list(tuple(users) or (own_sid(),), service_sid)
            return WindowsPipeServer(NamedPipes(access), prefix=prefix)
        except OSError as error:
            raise SettingsInvalid([f"agent/pipe_users: {error}"]) from error
    from echo.links.pipe_unix import UnixPipeServer

    return UnixPipeServer(state_folder(folder), prefix=prefix)
