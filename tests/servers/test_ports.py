"""A port is given to one, whoever else asks."""

import socket
import subprocess
import sys
from typing import Final

import pytest

from tests.house.sources import ROOT
from tests.servers import ports
from tests.servers.ports import PORTS, free_port, free_ports

ASK_FOR_ALL: Final = """
from tests.servers import ports
print(sum(ports._claimed(port) for port in {ports}))
"""


def test_ports_are_in_a_row_free_and_nobody_elses_by_chance() -> None:
    first, second, third = free_ports(3)

    assert (second, third) == (first + 1, first + 2)
    assert first in PORTS
    assert third in PORTS
    for port in (first, second, third):
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", port))


def test_no_port_is_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    first = free_port()
    monkeypatch.setattr(ports, "PORTS", range(first, first + 16))

    given = [first, *(free_port() for _ in range(6))]

    assert len(set(given)) == 7


def test_a_port_that_somebody_listens_on_is_not_given() -> None:
    given = free_port()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", given))
        listening.listen()

        assert not ports._unused(given)


@pytest.mark.skipif(sys.platform != "linux", reason="names without files are Linux's")
def test_another_process_does_not_get_it_either() -> None:
    mine = free_ports(2)
    asked = subprocess.run(
        [sys.executable, "-c", ASK_FOR_ALL.format(ports=mine)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert asked.stdout == "0\n"
