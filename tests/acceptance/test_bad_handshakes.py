"""Handshakes that are wrong, or too many: at the real Agent's pipe, judged by the real Core."""

import asyncio
import contextlib
import json
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.desk import Person
from tests.acceptance.rollout import Play, playing
from tests.apps.programs import Program
from tests.fakes import until_real

pytestmark = pytest.mark.no_cover

SYMBOL = {
    "digits": 5,
    "point": 0.00001,
    "tick_size": 0.00001,
    "min_lot": 0.01,
    "max_lot": 100,
    "lot_step": 0.01,
    "stop_level": 0,
    "contract_size": 100_000,
}
HANDSHAKES = 1_000
LINE_BYTES_MAX = 8_190
"""What a legacy EA can read."""


@pytest.fixture
async def play() -> AsyncIterator[Play]:
    async with playing() as desk:
        yield desk


def entry(name: str, **changes: Any) -> dict[str, Any]:
    return {"canonical_symbol": name, "broker_symbol": name, **SYMBOL, **changes}


def handshake(*symbols: dict[str, Any], **changes: Any) -> dict[str, Any]:
    payload = {
        "client_id": "slave_F1",
        "account_id": "F1",
        "broker": "B",
        "role": "slave",
        "protocol_version": 2,
        "client_semver": "1.5.0",
        "capabilities": {"features": ["spec_report/v1"], "metrics": []},
        "symbols": list(symbols),
        **changes,
    }
    return {"type": "handshake", "timestamp_ms": time.time_ns() // 1_000_000, "payload": payload}


async def judged(person: Person, line: dict[str, Any] | bytes) -> dict[str, Any]:
    """Write a handshake; return the next verdict."""
    person.waiting.clear()
    person.send(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n")
    told: dict[str, Any] = await verdict(person)
    return told


def told(person: Person) -> list[dict[str, Any]]:
    return [each for each in person.waiting if each["type"] == "symbol_registration_result"]


def evaluations(play: Play, account: str) -> int:
    journal = f"file:{play.folder}/core/journal.sqlite?mode=ro"
    counted = "SELECT count(*) FROM account_symbol_registration_eval WHERE account_id = ?"
    with contextlib.closing(sqlite3.connect(journal, uri=True)) as connection:
        [(count,)] = connection.execute(counted, (account,))
    return int(count)


def resident_kib(program: Program) -> int:
    """Return the memory that a program holds."""
    status = Path(f"/proc/{program.process.pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


async def verdict(person: Person) -> Any:
    await until_real(lambda: told(person))
    payload = told(person)[-1]["payload"]
    payload["status"] = payload["status"].removeprefix("SYMBOL_REGISTRATION_STATUS_")
    return payload


def codes(payload: dict[str, Any]) -> set[str]:
    issues = [*payload["errors"], *payload["warnings"]]
    return {each["code"].removeprefix("SYMBOL_REGISTRATION_ISSUE_CODE_") for each in issues}


async def test_whatever_a_handshake_holds_its_ea_is_told_and_the_next_one_is_sound(
    play: Play,
) -> None:
    person = play.first.person
    person.protocol = 2  # what it reads is held to what an old EA can read
    await person.connect()
    sound = entry("EURUSD")

    malformed = await judged(person, handshake(sound, client_semver="one.two"))
    assert (malformed["status"], codes(malformed)) == ("REJECTED", {"PROTOCOL_VERSION_UNSUPPORTED"})
    assert malformed["errors"][0]["message"] == "client_semver 'one.two' is not like 1.2.3"

    many = await judged(person, handshake(sound, *(entry(f"ST{n:04}.x") for n in range(2_999))))
    assert many["status"] == "WARNING"
    assert 10 < len(many["symbols"]) < 3_000, "as many as a line holds"

    endless = await judged(person, handshake(sound, entry("A" * 65_536)))
    assert {each["brokerSymbol"] for each in endless["symbols"]} >= {"EURUSD"}

    twice = await judged(person, handshake(entry("EURUSD"), entry("EURUSDm"), entry("GBPUSD")))
    assert (twice["status"], codes(twice)) == ("REJECTED", {"DUPLICATE_CANONICAL"})

    absurd = await judged(
        person, handshake(sound, entry("GBPUSD", tick_size=0), entry("USDJPY", min_lot=0.00))
    )
    assert [each["status"][27:] for each in absurd["symbols"]] == ["WARNING", *["REJECTED"] * 2]

    none = await judged(person, handshake())
    assert none["status"] == "ACCEPTED"

    nan = json.dumps(handshake(entry("EURUSD", point=float("nan")))).encode() + b"\n"
    person.send(nan)
    after = await judged(person, handshake(sound, entry("GBPUSD")))
    assert len(after["symbols"]) == 2, "a line that is no JSON harms no other"


async def test_an_ea_on_a_foreign_pipe_and_a_second_one_are_told_and_the_first_goes_on(
    play: Play,
) -> None:
    await play.master.comes(2)
    await play.first.comes(3)
    await play.first.judged("ACCEPTED")
    pipe = play.first.person.path
    for wrong, said in (
        (handshake(role="master"), "a master of account F1 on the pipe of the slave"),
        (handshake(account_id="F2"), "a slave of account F2 on the pipe of the slave"),
        (handshake(entry("EURUSD")), "another EA serves account F1 as slave"),
    ):
        stranger = Person("F1", pipe, protocol=2)
        await stranger.connect()
        told = await judged(stranger, wrong)
        assert (told["status"], codes(told)) == ("REJECTED", {"ROLE_MISMATCH"})
        assert told["errors"][0]["message"].startswith(said)
        await stranger.disconnect()

    await play.copies(to=(play.first,))


async def test_a_thousand_handshakes_in_a_minute_are_each_answered_and_hold_up_nobody(
    play: Play,
) -> None:
    await asyncio.gather(play.master.comes(2), play.second.comes(3))
    await play.second.judged("ACCEPTED")
    person = play.first.person
    person.protocol = 2
    await person.connect()
    before_kib = [resident_kib(program) for program in play.programs]
    started_s = time.monotonic()
    for n in range(HANDSHAKES):
        person.send(json.dumps(handshake(entry("EURUSD"))).encode() + b"\n")
        if n == HANDSHAKES // 2:
            await play.copies(to=(play.second,))
    await until_real(lambda: len(told(person)) >= HANDSHAKES, within_s=60.0)
    after_kib = [resident_kib(program) for program in play.programs]

    assert time.monotonic() - started_s < 60.0
    assert {each["payload"]["status"] for each in told(person)} == {
        "SYMBOL_REGISTRATION_STATUS_WARNING"
    }, "it waits for its specs"
    assert evaluations(play, "F1") == 1
    grown_kib = [after - before for after, before in zip(after_kib, before_kib, strict=True)]
    assert max(grown_kib) < 32 << 10, "memory is bounded"


async def test_an_ea_that_connects_all_the_time_is_judged_each_time_and_stored_once(
    play: Play,
) -> None:
    started_s = time.monotonic()
    await play.first.comes(3)
    await play.first.judged("ACCEPTED")
    for _ in range(100):
        await play.first.comes(3)
    assert time.monotonic() - started_s < 60.0, "more than a hundred in a minute"
    await play.first.judged("ACCEPTED")
    _, answer = await asyncio.to_thread(play.echoctl, "handshake", "list", "--account", "F1")

    assert [row["status"] for row in answer["rows"]] == ["ACCEPTED"]
    assert evaluations(play, "F1") <= 4, "it waited for its specs at most now and then"
