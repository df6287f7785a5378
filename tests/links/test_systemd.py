"""What systemd hears, on sockets as it makes them."""

import socket
from pathlib import Path

import pytest

from echo.links.systemd import tell_systemd


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_hears_what_it_has_asked_for(
    abstract: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{tmp_path}/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + name if abstract else name)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name if abstract else name)
        tell_systemd("READY=1")

        assert systemd.recv(100) == b"READY=1"


@pytest.mark.parametrize("address", ["", "/nobody/is/there", "vsock:2:3"])
def test_nobody_there_is_no_error(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)

    tell_systemd("READY=1")
