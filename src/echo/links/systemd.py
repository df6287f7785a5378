"""What systemd is told by a program that it has started with ``Type=notify``."""

import os
import socket
from contextlib import suppress


def tell_systemd(state: str) -> None:
    """Send *state*, such as ``READY=1``; nothing happens where systemd has not asked for it.

    Source: sd_notify(3).  Whoever started this program may be gone: that is no error.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    if address.startswith("@"):
        address = "\0" + address[1:]  # a name without a file
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.sendto(state.encode(), address)
