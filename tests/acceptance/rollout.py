"""Roll-outs, played with the real programs, and what an operator sees of them.

    python -m tests.acceptance.rollout            prints the transcript of both

A master and followers with EAs of several ages; the settings are changed while everything runs, as
an operator would, and the answers are those of ``echoctl``.
"""

import asyncio
import json
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from typer.testing import CliRunner

from echo.apps.cli.main import app
from tests.acceptance.desk import FEATURES, LEGACY_FEATURES, Person
from tests.apps.programs import Program, start
from tests.fakes import until_real
from tests.servers.ports import free_port

WITHIN_S: Final = 60.0
QUIET_S: Final = 0.4
"""How long nothing must come for there to be nothing."""

SETTINGS: Final = """
[core]
grpc_port = {port}
state_dir = "{folder}/core"
admin.port = 0
slave_accounts = ["F1", "F2"]
risk.quote_max_age_ms = 60000
specs.max_age_ms = 3600000
protocol.min_version = {min_version}
protocol.allow_legacy = {allow_legacy}
symbols.unknown_action = "{unknown_action}"

[agent]
agent_id = "host_1"
master_accounts = ["M1"]
slave_accounts = ["F1", "F2"]
pipe_dir = "{folder}/p"
delivery.ledger_path = "{folder}/agent/ledger.sqlite"
protocol.min_version = {min_version}
protocol.allow_legacy = {allow_legacy}

[endpoints]
core_addr = "127.0.0.1:{port}"
{collector}

[risk."F1"."*"]
risk_type = "FIXED_LOT"
lot_size = 0.1

[risk."F2"."*"]
risk_type = "FIXED_LOT"
lot_size = 0.1
"""
PHASE_1: Final = {"min_version": 1, "allow_legacy": "true", "unknown_action": "warn"}


@dataclass(slots=True)
class Ea:
    """One EA: as old as its handshake says, and it carries out whatever it gets."""

    person: Person
    orders: int = 0
    closes: int = 0
    _answering: asyncio.Task[None] | None = None
    _ticket: int = 9_000

    async def comes(self, protocol: int, names: tuple[str, ...] | None = ("EURUSD",)) -> None:
        """Connect, introduce itself, and report specs and a quote; *names* ``None`` = tell none.

        Like any EA it connects again as long as the pipe is its own former self's.
        """
        await self.goes()
        self.person.protocol = protocol
        await self._greets(protocol, names)
        while "remove one of the two" in (await self.verdict())[1]:
            await self.person.disconnect()
            await self._greets(protocol, names)
        self._answering = asyncio.create_task(self._answer())

    async def _greets(self, protocol: int, names: tuple[str, ...] | None) -> None:
        person = self.person
        await person.connect()
        person.write(handshake(person, protocol, names))
        if person.role == "slave":
            for name in names or ():
                person.write(quote(name))
            if protocol > 1 and names:
                person.write(specs(names))

    async def verdict(self) -> tuple[str, str]:
        """Return the latest verdict: its status, and what it says of the terminal."""

        def told() -> list[dict[str, Any]]:
            return [
                line for line in self.person.waiting if line["type"] == "symbol_registration_result"
            ]

        await until_real(told, within_s=WITHIN_S)
        payload = told()[-1]["payload"]
        issues = [*payload["errors"], *payload["warnings"]]
        status = payload["status"].removeprefix("SYMBOL_REGISTRATION_STATUS_")
        return status, "; ".join(each["message"] for each in issues)

    async def judged(self, status: str) -> str:
        """Wait for a verdict of *status*; return its reasons."""
        deadline = time.monotonic() + WITHIN_S
        while (await self.verdict())[0] != status:
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.person.name}: {await self.verdict()}, not {status}")
            await asyncio.sleep(0.02)
        return (await self.verdict())[1]

    async def goes(self) -> None:
        """End."""
        if self._answering is not None:
            self._answering.cancel()
            self._answering = None
        with suppress(OSError):
            await self.person.disconnect()

    async def _answer(self) -> None:
        while True:
            await asyncio.sleep(0.01)
            for line in [each for each in self.person.waiting if each["type"] in _ANSWERED]:
                self.person.waiting.remove(line)
                self._carry_out(line)

    def _carry_out(self, line: dict[str, Any]) -> None:
        command, opens = line["payload"], line["type"] == "execute_order"
        if opens:
            self.orders += 1
            self._ticket += 1
        else:
            self.closes += 1
        answer: dict[str, Any] = {
            "command_id": command["command_id"],
            "trade_id": command["trade_id"],
            "success": True,
            "ticket": self._ticket if opens else command["ticket"],
            "error_code": "ERR_NO_ERROR",
            "error_message": "",
        }
        price = "executed_price" if opens else "close_price"
        kind = "execution_result" if opens else "close_result"
        self.person.write({"type": kind, "payload": answer | {price: Decimal("1.10010")}})


_ANSWERED: Final = ("execute_order", "close_order")


@dataclass(slots=True)
class Play:
    """The desk of a roll-out, and its transcript."""

    folder: Path
    port: int
    programs: list[Program] = field(default_factory=list)
    collector: str = ""
    """Where telemetry goes; empty = nowhere."""
    values: dict[str, object] = field(default_factory=lambda: dict(PHASE_1))
    transcript: list[str] = field(default_factory=list)
    heard: Callable[[str], None] = lambda _line: None
    master: Ea = field(init=False)
    first: Ea = field(init=False)
    second: Ea = field(init=False)
    _tickets: int = 0

    def __post_init__(self) -> None:
        self.master, self.first, self.second = (
            Ea(Person(name, str(self.folder / "p" / f"echo_{role}_{name}.sock")))
            for name, role in (("M1", "master"), ("F1", "slave"), ("F2", "slave"))
        )

    @property
    def settings(self) -> Path:
        """The one file of settings."""
        return self.folder / "echo.toml"

    def write(self) -> None:
        """Write the settings as they are now."""
        told = f'otel.otlp_endpoint = "{self.collector}"\n[telemetry]\nexport_every_s = 1'
        text = SETTINGS.format(
            folder=self.folder,
            port=self.port,
            collector=told if self.collector else "",
            **self.values,
        )
        self.settings.write_text(text)

    def say(self, line: str = "") -> None:
        """Put a line into the transcript."""
        self.transcript.append(line)
        self.heard(line)

    def change(self, **values: object) -> None:
        """Change settings, as an operator does: in the file."""
        self.values |= values
        self.write()
        for key, value in values.items():
            self.say(f"  set {_KEYS[key]} = {value}")

    def echoctl(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Ask the running Core; return exit code and answer."""
        options = ("--config", str(self.settings), "--json")
        done = CliRunner().invoke(app, [*arguments, *options])
        return done.exit_code, json.loads(done.stdout)

    async def show(self) -> None:
        """Write down how everybody is registered."""
        code, answer = await asyncio.to_thread(self.echoctl, "handshake", "list")
        self.say(f"  $ echoctl handshake list    (exit code {code})")
        for row in answer["rows"]:
            why = "; ".join(issue["message"] for issue in row["issues"])
            line = f"    {row['role']:6} {row['account_id']}  protocol {row['protocol_version']}"
            self.say(f"{line}  {row['status'] or 'not judged':8}  {why}".rstrip())

    async def until(self, ea: Ea, status: str) -> str:
        """Wait until Core and Agent agree that *ea* has *status*; return what it is told."""
        deadline = time.monotonic() + WITHIN_S
        arguments = ("handshake", "list", "--account", ea.person.name)
        while True:
            _, answer = await asyncio.to_thread(self.echoctl, *arguments)
            if [row["status"] for row in answer["rows"]] == [status]:
                return await ea.judged(status)
            assert time.monotonic() < deadline, f"{ea.person.name} is {answer['rows']}"

    async def evaluate(self, account: str, *options: str) -> None:
        """Write down how an account is judged, if it is judged now."""
        arguments = ("handshake", "evaluate", "--account", account, *options)
        code, answer = await asyncio.to_thread(self.echoctl, *arguments, "--by", "ana")
        self.say(f"  $ echoctl {' '.join(arguments)}    (exit code {code})")
        news = "changed" if answer["changed"] else "unchanged"
        told = "told to its EA" if answer["sent"] else "told to nobody"
        self.say(f"    {answer['result']['status']}, {news}, {told}")

    async def cover(self) -> str:
        """Write down whether all accounts report their symbols; return the advice."""
        code, answer = await asyncio.to_thread(self.echoctl, "symbols", "coverage")
        self.say(f"  $ echoctl symbols coverage    (exit code {code})")
        self.say(f"    {answer['advice']}: {answer['sentence']}")
        return str(answer["advice"])

    async def copies(self, *, to: tuple[Ea, ...], not_to: tuple[Ea, ...] = ()) -> str:
        """Have the master open; see who is told to. Returns the trade's id."""
        everybody = (*to, *not_to)
        before = [ea.orders for ea in everybody]
        for ea in everybody:
            ea.person.write(quote("EURUSD"))
        trade_id = str(uuid.uuid4()).upper()
        self._tickets += 1
        self.master.person.write(_intent(trade_id, self._tickets))
        await until_real(
            lambda: all(ea.orders > count for ea, count in zip(to, before, strict=False)),
            within_s=WITHIN_S,
        )
        await asyncio.sleep(QUIET_S)
        assert [ea.orders for ea in not_to] == before[len(to) :]
        told = ", ".join(ea.person.name for ea in to)
        left = "".join(f", not to {ea.person.name}" for ea in not_to)
        self.say(f"  M1 opens: copied to {told}{left}")
        return trade_id

    async def closes(self, trade_id: str, ticket: int, *, on: tuple[Ea, ...]) -> None:
        """Have the master close; everybody who copied must."""
        before = [ea.closes for ea in on]
        self.master.person.write(_close(trade_id, ticket))
        await until_real(
            lambda: all(ea.closes > count for ea, count in zip(on, before, strict=True)),
            within_s=WITHIN_S,
        )
        self.say(f"  M1 closes: closed on {', '.join(ea.person.name for ea in on)}")


_KEYS: Final = {
    "min_version": "core/protocol/min_version, agent/protocol/min_version",
    "allow_legacy": "core/protocol/allow_legacy, agent/protocol/allow_legacy",
    "unknown_action": "core/symbols/unknown_action",
}


@asynccontextmanager
async def playing(
    heard: Callable[[str], None] = lambda _line: None, *, collector: str = ""
) -> AsyncIterator[Play]:
    """Start Core and Agent as programs, and end them."""
    with tempfile.TemporaryDirectory(prefix="echo-roll-") as name:
        play = Play(Path(name), free_port(), heard=heard, collector=collector)
        play.write()
        try:
            for program in ("core", "agent"):
                play.programs.append(await start(program, play.settings))
                assert " ready" in play.programs[-1].first_line, program
            yield play
        finally:
            for ea in (play.master, play.first, play.second):
                await ea.goes()
            for running in reversed(play.programs):
                await running.kill()


async def protocol(play: Play) -> None:
    """Phases 1 to 3 of a new protocol, and the way back."""
    master, first, second = play.master, play.first, play.second
    play.say("Phase 1: Core and Agent speak protocols 1 to 3, the EAs are old")
    await asyncio.gather(*(ea.comes(1) for ea in (master, first, second)))
    for ea in (master, first, second):
        assert "protocol 1 is legacy" in await ea.judged("WARNING")
    await play.show()
    old_trade = await play.copies(to=(first, second))
    play.say()
    play.say("Phase 2: the EAs are updated one by one; F2 is forgotten")
    await master.comes(2)
    await first.comes(3)
    assert await master.judged("ACCEPTED") == ""
    assert await first.judged("ACCEPTED") == ""
    await play.show()
    before = len(first.person.waiting)
    await play.evaluate("F1", "--no-send")
    await play.evaluate("F1")
    await until_real(lambda: len(first.person.waiting) > before, within_s=WITHIN_S)
    await play.copies(to=(first, second))
    play.say()
    play.say("Phase 3: protocol 1 is not spoken any more; nobody reconnects")
    play.change(min_version=2, allow_legacy="false")
    assert "protocol 1 is not spoken here, 2 to 3 are" in await play.until(second, "REJECTED")
    await play.show()
    await play.copies(to=(first,), not_to=(second,))
    play.say("  F2 still holds its copy of the first trade: closes always pass")
    await play.closes(old_trade, 1, on=(first, second))
    await second.comes(1)
    why = await second.judged("REJECTED")
    assert "protocol 1 is not spoken here" in why, why
    play.say("  F2 connects again: rejected with the same sentence")
    play.say()
    play.say("Rollback: as in phase 1; F2 is let in without being touched")
    play.change(min_version=1, allow_legacy="true")
    assert "protocol 1 is legacy" in await play.until(second, "WARNING")
    await play.show()
    await play.copies(to=(first, second))


async def unknown_symbols(play: Play) -> None:
    """From warn to reject, back while an account is silent, and on to reject again."""
    master, first, second = play.master, play.first, play.second
    play.say("Warn, as it is after an update; M1 and F1 are here")
    await master.comes(2)
    await first.comes(3)
    await first.judged("ACCEPTED")
    assert await play.cover() == "reject"
    play.change(unknown_action="reject")
    play.say()
    play.say("F2 comes, with an EA so old that it tells no symbols: back to warn")
    await second.comes(1, None)
    await second.judged("WARNING")
    assert await play.cover() == "warn"
    play.change(unknown_action="warn")
    play.say()
    play.say("F2 is updated; one of its symbols is in no catalogue")
    await second.comes(2, ("EURUSD", "AAPL"))
    await second.judged("WARNING")
    assert await play.cover() == "reject"
    await _becomes(play, second, "AAPL", "WARNING")
    play.say()
    play.say("Reject: what is in no catalogue is live no more; what is, goes on")
    play.change(unknown_action="reject")
    await _becomes(play, second, "AAPL", "REJECTED")
    await _becomes(play, second, "EURUSD", "ACCEPTED")
    await play.copies(to=(first, second))
    play.say()
    play.say("Rollback: nobody reconnects")
    play.change(unknown_action="warn")
    await _becomes(play, second, "AAPL", "WARNING")


async def _becomes(play: Play, ea: Ea, broker_symbol: str, status: str) -> None:
    await until_real(lambda: _status_of(ea, broker_symbol) == status, within_s=WITHIN_S)
    play.say(f"    {ea.person.name} {broker_symbol}: {status}")


def _status_of(ea: Ea, broker_symbol: str) -> str:
    """Return the latest verdict about one symbol."""
    statuses = [
        symbol["status"].removeprefix("SYMBOL_REGISTRATION_STATUS_")
        for line in ea.person.waiting
        if line["type"] == "symbol_registration_result"
        for symbol in line["payload"]["symbols"]
        if symbol["brokerSymbol"] == broker_symbol
    ]
    return statuses[-1] if statuses else ""


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def handshake(person: Person, protocol: int, names: tuple[str, ...] | None) -> dict[str, Any]:
    """Return how an EA of *protocol* introduces itself; *names* ``None`` = it tells no symbols."""
    payload: dict[str, Any] = {"broker": "Rollout", "role": person.role}
    if protocol == 1:
        payload["version"] = "0.3.0"
    else:
        features = FEATURES if protocol >= 3 else LEGACY_FEATURES
        payload |= {
            "protocol_version": protocol,
            "client_semver": f"{protocol}.0.0",
            "capabilities": {"features": features, "metrics": []},
            "required_features": [],
            "optional_features": [],
        }
    if protocol >= 3:
        payload |= {"account_mode": "hedging", "currency": "USD", "server": "Rollout-Demo"}
        payload |= {"terminal": "mt5", "instance": f"{person.name}-{time.time_ns()}"}
    if names is not None:
        payload["symbols"] = [_symbol(name) for name in names]
    return {"type": "handshake", "payload": payload}


def _symbol(name: str) -> dict[str, Any]:
    return {
        "canonical_symbol": name,
        "broker_symbol": name,
        "digits": 5,
        "point": Decimal("0.00001"),
        "tick_size": Decimal("0.00001"),
        "min_lot": Decimal("0.01"),
        "max_lot": Decimal(100),
        "lot_step": Decimal("0.01"),
        "stop_level": 0,
        "contract_size": 100_000,
    }


def specs(names: tuple[str, ...]) -> dict[str, Any]:
    """Return a report of specifications of *names*."""
    symbols = [
        {
            "canonical_symbol": name,
            "broker_symbol": name,
            "general": {
                "spread_type": "floating",
                "digits": 5,
                "stops_level": 0,
                "contract_size": 100_000,
                "margin_currency": "EUR",
                "tick_value": 1,
                "profit_calculation_mode": "forex",
                "margin_calculation_mode": "forex",
                "margin_percentage": 100,
                "trade_permission": "full",
                "execution_mode": "market",
                "gtc_mode": "gtc",
            },
            "volume": {
                "min_volume": Decimal("0.01"),
                "max_volume": 100,
                "volume_step": Decimal("0.01"),
            },
            "swap": {"swap_type": "points", "swap_long": 0, "swap_short": 0},
            "sessions": [],
        }
        for name in names
    ]
    payload = {"reported_at_ms": _now_ms(), "symbols": symbols}
    return {"type": "symbol_spec_report", "payload": payload}


def quote(name: str) -> dict[str, Any]:
    """Return a quote."""
    prices = {"bid": Decimal("1.10000"), "ask": Decimal("1.10010"), "spread_points": 10}
    names = {"canonical_symbol": name, "broker_symbol": name}
    return {"type": "quote_snapshot", "payload": names | prices}


def _intent(trade_id: str, ticket: int) -> dict[str, Any]:
    payload = {
        "trade_id": trade_id,
        "symbol": "EURUSD",
        "order_side": "BUY",
        "lot_size": Decimal("1.00"),
        "price": Decimal("1.10010"),
        "stop_loss": Decimal("1.09810"),
        "magic_number": 5,
        "ticket": ticket,
        "timestamps": {"t0_master_ea_ms": 123_456},
    }
    return {"type": "trade_intent", "payload": payload}


def _close(trade_id: str, ticket: int) -> dict[str, Any]:
    payload = {
        "trade_id": trade_id,
        "ticket": ticket,
        "symbol": "EURUSD",
        "magic_number": 5,
        "close_price": Decimal("1.10100"),
    }
    return {"type": "trade_close", "payload": payload}


async def play_all(heard: Callable[[str], None]) -> None:
    """Play both roll-outs, each on a desk of its own."""
    for scene in (protocol, unknown_symbols):
        async with playing(heard) as play:
            await scene(play)
        heard("")


if __name__ == "__main__":
    asyncio.run(play_all(lambda line: print(line, file=sys.stdout)))
