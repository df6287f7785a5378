"""Servers are started by a process that talks gRPC itself."""

import subprocess
import sys

import grpc
import pytest

from tests.links.telemetry.collector import collecting
from tests.servers.postgres import die_with_parent

TIMES = 150
WITHIN_S = 60.0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_child_starts_while_its_parent_talks_grpc() -> None:
    with collecting() as collector, grpc.insecure_channel(collector.endpoint) as channel:
        grpc.channel_ready_future(channel).result(WITHIN_S)
        ends = {
            subprocess.run(["true"], preexec_fn=die_with_parent, check=False).returncode
            for _ in range(TIMES)
        }

    assert ends == {0}
