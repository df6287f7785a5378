"""A desk in one process: the real Core and Agent, real sockets between them, EAs on a string."""

import asyncio
import contextlib
import json
import re
import time
from codecs import decode
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from echo.apps import agent, core
from echo.config.reading import read_settings
from echo.config.settings import agent_settings, core_settings
from echo.config.toml_file import flatten_toml
from echo.domain.facts import Alarm
from echo.domain.ids import SEQ_CLOSE
from echo.services.agent.service import AgentService
from echo.services.core.service import CoreService
from echo.stores.sqlite.reading import read_books
from tests.acceptance.talk import Ids, Step, Talk, TalkError, read_json
from tests.fakes import FactLog, until_real

WITHIN_S = 60.0
_HELD = re.compile(r", ticket (\d+): (\S+) (\S+) bought at (\S+), stop ([^\s,]+)")

ADDRESSES = """
core.bind = "127.0.0.1"
core.grpc_port = {port}
core.state_dir = "{folder}/core"
core.admin.port = 0
core.canonical_symbols = ["EURUSD", "XAUUSD"]
core.slave_accounts = {followers}
core.risk.quote_max_age_ms = 60000
core.specs.max_age_ms = 3600000
agent.agent_id = "agent_talk"
agent.master_accounts = {masters}
agent.slave_accounts = {followers}
agent.pipe_dir = "{folder}/p"
agent.delivery.ledger_path = "{folder}/agent/ledger.sqlite"
endpoints.core_addr = "127.0.0.1:{port}"
"""
FEATURES = (
    "lossless/v1",
    "spec_report/v1",
    "spec_report/tickvalue",
    "positions/v1",
    "modify/v1",
    "partial_close/v1",
)
LEGACY_FEATURES = ("spec_report/v1", "quotes/250ms", "spec_report/tickvalue")
LEGACY_BYTES_MAX = 8_190


@dataclass(slots=True)
class Person:
    """Somebody's EA: writes lines, and keeps those it gets until the talk names them."""

    name: str
    path: str
    protocol: int = 3
    waiting: list[dict[str, Any]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    _writer: asyncio.StreamWriter | None = None
    _hearing: asyncio.Task[None] | None = None

    @property
    def role(self) -> str:
        """``master`` or ``slave``."""
        return "master" if self.name.startswith("M") else "slave"

    async def connect(self) -> None:
        """Connect to the Agent; nothing of an earlier life is remembered."""
        self.waiting.clear()
        self.taken.clear()
        reader, self._writer = await asyncio.open_unix_connection(self.path)
        self._hearing = asyncio.create_task(self._hear(reader))

    async def disconnect(self) -> None:
        """Cut the pipe."""
        if self._writer is not None and self._hearing is not None:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()
            self._hearing.cancel()
            await asyncio.wait([self._hearing])
            self._writer = None

    def send(self, data: bytes) -> None:
        """Write bytes, whatever they mean."""
        assert self._writer is not None, f"{self.name} is not connected"
        self._writer.write(data)

    def write(self, line: dict[str, Any]) -> None:
        """Write a line, filling in what every EA says of itself."""
        payload = line.get("payload")
        if payload is not None:
            own = {"client_id": f"{self.role}_{self.name}", "account_id": self.name}
            line = {**line, "payload": own | payload}
        self.send(_json({"timestamp_ms": time.time_ns() // 1_000_000} | line) + b"\n")

    def is_repeated(self, line: dict[str, Any]) -> bool:
        """Whether the same was said before, and taken note of."""
        said = (line["type"], line.get("payload"))
        return any((each["type"], each.get("payload")) == said for each in self.taken)

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            async for raw in reader:
                line = json.loads(raw, parse_float=Decimal)
                if self.protocol < 3:
                    _check_spelling(raw, line)
                self.waiting.append(line)


class Desk:
    """Carries out a talk, step by step."""

    def __init__(self, talk: Talk, folder: Path) -> None:
        self._folder, self._ids = folder, Ids()
        self._settings = talk.settings
        self._core: CoreService | None = None
        self._agent: AgentService | None = None
        self._port = 0
        self._running: dict[str, asyncio.Task[None]] = {}
        self.facts = FactLog()
        self._people = {
            name: Person(name, str(folder / "p" / f"echo_{_role(name)}_{name}.sock"))
            for name in talk.people
        }

    async def open(self) -> None:
        """Start Core and Agent."""
        await self._core_comes()
        ready = asyncio.Event()
        self._agent = agent.compose(agent_settings(self._values()), self.facts, ready.set)
        pipes = agent.pipes_of(agent_settings(self._values()))
        self._running["agent"] = asyncio.create_task(self._agent.run(pipes))
        await asyncio.wait_for(ready.wait(), WITHIN_S)

    async def close(self) -> None:
        """End everybody, and hear of everything that went wrong in them."""
        for person in self._people.values():
            await person.disconnect()
        if self._agent is not None:
            self._agent.stop()
            await self._running.pop("agent")
        await self._core_goes()

    async def take(self, step: Step) -> None:
        """Carry out one step.

        Raises:
            TalkError: it went another way.
        """
        act = getattr(self, f"_{step.act}")
        try:
            await act(*step.words)
        except TimeoutError:
            raise TalkError(f"line {step.number}: {step.text}: nothing of it came") from None
        except TalkError as error:
            raise TalkError(f"line {step.number}: {step.text}: {error}") from None

    # ------------------------------------------------------------------------- what is said

    async def _connects(self, name: str) -> None:
        await self._people[name].connect()

    async def _disconnects(self, name: str) -> None:
        await self._people[name].disconnect()

    async def _greets(self, name: str, symbol: str, canonical: str, manner: str) -> None:
        person = self._people[name]
        person.protocol = int(manner.partition("protocol ")[2][:1] or 3)
        spec = _symbol(symbol, canonical or symbol)
        person.write(_handshake(person, spec, netting="netting" in manner))
        if person.role == "slave":
            person.write(_specs(spec))
            await self._quotes(name, symbol, "1.10000", "1.10010", spec["canonical_symbol"])
        await self._gets(name, '{"type":"symbol_registration_result",...}', keep=True)

    async def _quotes(
        self, name: str, symbol: str, bid: str, ask: str, canonical: str = "EURUSD"
    ) -> None:
        self._people[name].write(
            {
                "type": "quote_snapshot",
                "payload": {
                    "canonical_symbol": canonical,
                    "broker_symbol": symbol,
                    "timestamp_ms": time.time_ns() // 1_000_000,
                    "bid": Decimal(bid),
                    "ask": Decimal(ask),
                    "spread_points": (Decimal(ask) - Decimal(bid)) * 100_000,
                },
            }
        )

    async def _has(self, name: str, balance: str, currency: str) -> None:
        money = dict.fromkeys(("balance", "equity", "margin_free"), Decimal(balance))
        account: dict[str, Any] = {"account_id": name, "currency": currency, **money}
        account |= {"margin": 0, "margin_level": 0, "timestamp_ms": time.time_ns() // 1_000_000}
        snapshot = {"accounts": [account], "positions": []}
        self._people[name].write({"type": "state_snapshot", "payload": snapshot})

    async def _shows(self, name: str, balance: str, equity: str, positions: str) -> None:
        account = {"account_id": name, "currency": "USD", "margin": 0, "margin_level": 0}
        account |= {"balance": int(balance), "equity": int(equity), "margin_free": int(equity)}
        snapshot = {
            "accounts": [account],
            "positions": [_position(*each) for each in _HELD.findall(positions)],
            "epoch": "ea-1",
            "sequence": time.time_ns() // 1_000_000,
            "complete": True,
            "connected": True,
        }
        self._people[name].write({"type": "state_snapshot", "payload": snapshot})

    async def _writes(self, name: str, text: str) -> None:
        self._people[name].write(read_json(self._ids.spelled(text)))

    async def _sends_bytes(self, name: str, text: str) -> None:
        octets = decode(text.encode("ascii"), "unicode_escape").encode("latin-1")
        self._people[name].send(octets)

    async def _sends_endless(self, name: str, count: str) -> None:
        self._people[name].send(b"x" * int(count))

    # ------------------------------------------------------------------------- what is heard

    async def _gets(self, name: str, text: str, *, keep: bool = False) -> None:
        wanted = read_json(text)
        waiting = self._people[name].waiting

        def of_this_type() -> list[dict[str, Any]]:
            return [line for line in waiting if line["type"] == wanted["type"]]

        while True:
            await until_real(of_this_type, within_s=WITHIN_S)
            line = of_this_type()[0]
            differences = list(self._ids.matches(wanted, line, "it"))
            if not differences:
                break
            # Whoever waits too long for an answer asks once more, and is answered once more.
            if not self._people[name].is_repeated(line):
                raise TalkError(f"{'; '.join(differences)}\n  got {json.dumps(line, default=str)}")
            waiting.remove(line)
        if not keep:
            waiting.remove(line)
            self._people[name].taken.append(line)

    async def _gets_no(self, name: str, kind: str, ms: str) -> None:
        await self._after(ms)
        for line in self._people[name].waiting:
            if line["type"] == kind:
                raise TalkError(f"got {json.dumps(line, default=str)}")

    async def _journal(self, action: str, trade: str, name: str, outcome: str, code: str) -> None:
        seq = {"open": 0, "close": SEQ_CLOSE}.get(action)
        seq = int(action) if seq is None else seq
        found = "nothing yet"

        def settled() -> bool:
            nonlocal found
            for row in read_books(self._folder / "core" / "journal.sqlite").decisions:
                if (row.trade_id, row.seq, row.account_id) == (self._ids.known[trade], seq, name):
                    found = f"{row.outcome}, {row.code.name}"
                    return row.outcome == outcome and code in {"", row.code.name}
            return False

        try:
            await until_real(settled, within_s=WITHIN_S)
        except TimeoutError:
            raise TalkError(f"the journal says {found}") from None

    async def _people_hear(self, code: str) -> None:
        def heard() -> bool:
            return any(isinstance(each, Alarm) and each.code == code for each in self.facts.facts)

        await until_real(heard, within_s=WITHIN_S)

    # ------------------------------------------------------------------------- what happens

    async def _after(self, ms: str) -> None:
        await asyncio.sleep(int(ms) / 1_000)

    async def _core_comes(self) -> None:
        ready = asyncio.Event()

        def told(serves: bool) -> None:
            if serves:
                ready.set()

        settings = core_settings(self._values())
        self._core, server, _ = core.compose(settings, self.facts, told)
        self._running["core"] = asyncio.create_task(self._core.run())
        await asyncio.wait_for(ready.wait(), WITHIN_S)
        self._port = server.port

    async def _core_goes(self) -> None:
        if self._core is not None:
            self._core.stop()
            await self._running.pop("core")
            self._core = None

    async def _core_moves(self, what: str) -> None:
        await (self._core_goes() if what == "goes away" else self._core_comes())

    def _values(self) -> Any:
        names = list(self._people)
        text = ADDRESSES.format(
            port=self._port,
            folder=self._folder,
            masters=[name for name in names if name.startswith("M")],
            followers=[name for name in names if name.startswith("F")],
        )
        reading = read_settings(flatten_toml(text) | flatten_toml(self._settings))
        assert not reading.complaints, reading.complaints
        return reading.values


def _position(ticket: str, lot: str, symbol: str, price: str, stop: str) -> dict[str, Any]:
    return {
        "ticket": int(ticket),
        "symbol": symbol,
        "side": "BUY",
        "volume": Decimal(lot),
        "open_price": Decimal(price),
        "stop_loss": Decimal(stop),
    }


def _role(name: str) -> str:
    return "master" if name.startswith("M") else "slave"


def _symbol(broker_symbol: str, canonical: str) -> dict[str, Any]:
    return {
        "canonical_symbol": canonical,
        "broker_symbol": broker_symbol,
        "digits": 5,
        "point": Decimal("0.00001"),
        "tick_size": Decimal("0.00001"),
        "tick_value": Decimal(1),
        "min_lot": Decimal("0.01"),
        "max_lot": Decimal(100),
        "lot_step": Decimal("0.01"),
        "stop_level": 0,
        "contract_size": 100_000,
    }


def _handshake(person: Person, spec: dict[str, Any], *, netting: bool) -> dict[str, Any]:
    features = FEATURES if person.protocol >= 3 else LEGACY_FEATURES
    payload: dict[str, Any] = {
        "broker": "Talk",
        "role": person.role,
        "protocol_version": person.protocol,
        "client_semver": "1.0.0",
        "capabilities": {"features": features, "metrics": []},
        "required_features": [],
        "optional_features": [],
        "symbols": [spec],
    }
    if person.protocol >= 3:
        payload |= {
            "account_mode": "netting" if netting else "hedging",
            "currency": "USD",
            "server": "Talk-Demo",
            "terminal": "mt4",
            "instance": f"{person.name}-{time.time_ns()}",
        }
    return {"type": "handshake", "payload": payload}


def _specs(spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "symbol_spec_report",
        "payload": {
            "reported_at_ms": time.time_ns() // 1_000_000,
            "symbols": [
                {
                    "canonical_symbol": spec["canonical_symbol"],
                    "broker_symbol": spec["broker_symbol"],
                    "general": {
                        "spread_type": "floating",
                        "digits": spec["digits"],
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
                        "min_volume": spec["min_lot"],
                        "max_volume": spec["max_lot"],
                        "volume_step": spec["lot_step"],
                    },
                    "swap": {"swap_type": "points", "swap_long": 0, "swap_short": 0},
                    "sessions": [],
                }
            ],
        },
    }


def _json(value: object) -> bytes:
    """Write JSON as an EA does: decimals as bare numbers."""
    if isinstance(value, dict):
        return b"{" + b",".join(_json(k) + b":" + _json(v) for k, v in value.items()) + b"}"
    if isinstance(value, list | tuple):
        return b"[" + b",".join(map(_json, value)) + b"]"
    if isinstance(value, Decimal):
        return f"{value:f}".encode()
    return json.dumps(value, ensure_ascii=False).encode()


def _check_spelling(raw: bytes, line: dict[str, Any]) -> None:
    """Hold a line for an old EA to what its reader can read."""
    assert len(raw) - 1 <= LEGACY_BYTES_MAX, f"{len(raw)} bytes are too many for an old EA"
    assert b"\\u" not in raw, f"an old EA reads no escapes: {raw!r}"
    assert b'": ' not in raw, f"an old EA wants no blanks: {raw!r}"
    assert b'", ' not in raw, f"an old EA wants no blanks: {raw!r}"
    assert line["type"] == "pong" or isinstance(line["payload"], dict)
