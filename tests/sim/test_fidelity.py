"""The world is like the real one where it matters, and it is the same world every time."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from echo.domain.ids import AgentId
from echo.sim.connection import Connection, Goodbye, Road, Side
from echo.sim.profiles import Profile
from echo.sim.report import play
from echo.sim.scenario import draw
from echo.sim.travel import as_travelled
from echo.wire.core import agent_frame, core_frame, read_agent_frame, read_core_frame
from echo.wire.pipe import read_agent_line, read_ea_line, write_from_ea, write_to_ea

PROTOCOL = 3


def sent_for_real(way: Road, receiver: Side, message: object) -> object:
    """What the other end reads when *message* goes over the wire as bytes."""
    said: Any = message
    if way.is_stream and receiver is Side.SERVER:
        [upward] = agent_frame([said], AgentId("agent-1"), 1, batch=False)
        [arrived], _ = read_agent_frame(upward)
        return arrived
    if way.is_stream:
        [downward] = core_frame([said], 1, batch=False)
        return read_core_frame(downward)[0][0]
    if receiver is Side.SERVER:
        return read_ea_line(write_from_ea(said, PROTOCOL, 1, 1).rstrip(b"\n"))[0]
    return read_agent_line(write_to_ea(said, PROTOCOL, 1).rstrip(b"\n"))


def test_messages_arrive_as_they_would_over_a_real_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nodes hand each other values; what the codecs would make of them is the same."""
    changed: list[tuple[object, object]] = []
    kinds = Counter[str]()
    post = Connection._post

    def posted(link: Connection, receiver: Side, message: object) -> None:
        if not isinstance(message, Goodbye):  # That is the network's own.
            kinds[type(message[1] if isinstance(message, tuple) else message).__name__] += 1
            arrived = sent_for_real(link.way, receiver, message)
            expected = as_travelled(message, is_stream=link.way.is_stream)
            if arrived != expected:
                changed.append((expected, arrived))
        post(link, receiver, message)

    monkeypatch.setattr(Connection, "_post", posted)
    seed = 2
    drawn = draw(seed, Profile.GENTLE, Random(seed))
    seats = {seat.protocol for seat in (*drawn.masters, *drawn.slaves)}
    assert seats == {PROTOCOL}
    play(replace(drawn, spelled=False))

    assert changed == []
    assert len(kinds) > 20


@pytest.mark.parametrize("profile", list(Profile))
def test_no_order_of_a_set_leaks_into_a_world(profile: Profile) -> None:
    """Another interpreter, with other hashes of strings, sees the same history."""
    command = [sys.executable, "-m", "echo.sim", "--seeds", "7:9", "--profile", profile, "--json"]
    hashes = set()
    for hash_seed in ("0", "1234"):
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
        )
        hashes.add(json.loads(done.stdout)["trace_hash"])

    assert len(hashes) == 1
