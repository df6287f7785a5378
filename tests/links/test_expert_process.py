"""The program of an expert: started, talked to, started again, ended with its station."""

import asyncio
import sys
from pathlib import Path

from echo.links.expert_process import AGAIN_AFTER_MS, ExpertProcess
from tests.fakes import FakeClock, until_real

PROGRAM = f"""#!{sys.executable}
import os, socket, sys
channel = socket.socket(fileno=int(sys.argv[2]))
channel.sendall(f"hello\\t{{os.environ['WHO']}}\\n".encode())
for line in channel.makefile():
    if line == "die\\n":
        sys.exit(3)
    channel.sendall(line.encode())
"""


class Listener:
    """Notes what happens."""

    def __init__(self) -> None:
        self.ups = 0
        self.said: list[list[str]] = []
        self.downs: list[str] = []

    def expert_up(self) -> None:
        self.ups += 1

    def expert_said(self, fields: list[str]) -> None:
        self.said.append(fields)

    def expert_down(self, reason: str) -> None:
        self.downs.append(reason)


def program(folder: Path) -> Path:
    path = folder / "expert"
    path.write_text(PROGRAM)
    path.chmod(0o700)
    return path


async def test_lines_go_both_ways_and_a_dead_program_is_started_again(tmp_path: Path) -> None:
    clock, listener = FakeClock(), Listener()
    process = ExpertProcess(program(tmp_path), {"WHO": "me"}, clock, lambda text: text.split("\t"))
    process.send("lost\n")
    running = asyncio.create_task(process.run(listener))
    await until_real(lambda: listener.said)
    process.send("one\ttwo\n")
    await until_real(lambda: len(listener.said) == 2)
    process.send("die\n")
    await until_real(lambda: listener.downs)
    clock.advance(AGAIN_AFTER_MS)
    await until_real(lambda: listener.ups == 2)
    await until_real(lambda: len(listener.said) == 3)
    running.cancel()
    await asyncio.wait([running])

    assert listener.said == [["hello", "me"], ["one", "two"], ["hello", "me"]]
    assert listener.downs == ["the expert ended with 3"]


async def test_a_program_that_is_not_there_is_tried_again(tmp_path: Path) -> None:
    clock, listener = FakeClock(), Listener()
    process = ExpertProcess(tmp_path / "nowhere", {}, clock, lambda text: [text])
    running = asyncio.create_task(process.run(listener))
    await until_real(lambda: listener.downs)
    clock.advance(AGAIN_AFTER_MS)
    await until_real(lambda: len(listener.downs) == 2)
    running.cancel()
    await asyncio.wait([running])

    assert "cannot be started" in listener.downs[0]
