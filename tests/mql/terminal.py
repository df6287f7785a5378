"""An expert as the brain of a terminal: the compiled program behind the interface of its twin.

Every life is a process of its own.  Its clock is the test's: nothing happens between two events.
"""

import itertools
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

from echo.domain.answers import ExecutionResult, PipeDeliveryAck
from echo.domain.commands import CancelPendings, Flatten
from echo.domain.facts import Alarm
from echo.domain.handshake import Role
from echo.domain.ids import AccountId, CommandId, TradeId, is_uuid
from echo.domain.quantities import Instant
from echo.domain.sessions import Pong
from echo.services.terminal.expert_lines import (
    ViewTeller,
    fields_of,
    line,
    read_order,
    refusal,
    reply,
)
from echo.terminal import effects, events
from echo.terminal.effects import ActionDetected, Effect, OrderLeaving
from echo.terminal.settings import EaSettings
from echo.terminal.view import MT5, TerminalView
from echo.wire.pipe import read_ea_line, write_from_ea, write_to_ea
from echo.wire.pipe.messages import FromEa, Part, ToEa
from echo.wire.pipe.parts import PartAssembler
from echo.wire.records import Header, encode_header, encode_record, read_records
from tests.mql.build import CHECKED, program

TURN_MS: Final = 50
QUIET_TURN_MS: Final = 500
QUIET_AFTER_MS: Final = 4_000
REPLY_MS_MAX: Final = 10_000
TURN: Final = ("turn",)
_TIMEOUTS: Final = {True: 10_012, False: 128}


class ExpertDied(Exception):
    """The program ended, or found something that a terminal would not have survived."""


class Stable:
    """The compiled programs, each waiting for terminals to be asked of it."""

    def __init__(self, flags: tuple[str, ...] = CHECKED) -> None:
        self._flags = flags
        self._folder = Path(tempfile.mkdtemp(prefix="echo-mql-"))
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._lives = itertools.count(1)

    def close(self) -> None:
        """End all programs."""
        for process in self._running.values():
            process.terminate()
            process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def folder(self) -> Path:
        """Return a fresh folder for a terminal's files."""
        path = self._folder / f"life{next(self._lives)}"
        path.mkdir()
        return path

    def terminal(self, expert: str, files: Path, **environment: str) -> socket.socket:
        """Connect to a new terminal with *expert* on its chart."""
        door = self._folder / f"{expert}.sock"
        if expert not in self._running:
            self._running[expert] = subprocess.Popen(
                [program(expert, self._flags), "--serve", door],
                env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"},
            )
        channel = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + 60
        while True:
            try:
                channel.connect(os.fspath(door))
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.005)
        channel.settimeout(30)
        pairs = itertools.chain.from_iterable(environment.items())
        channel.sendall(line("folder", files, *pairs).encode())
        return channel


class Program:
    """One life of an expert: lines to it, and what it does about them."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._reader = channel.makefile("rb")
        self.blocked = False
        """It waits for the answer to an order."""

    def close(self) -> None:
        """End it."""
        self._channel.close()
        self._reader.close()

    def send(self, lines: str) -> None:
        """Tell it something that changes no more than what it sees."""
        self._channel.sendall(lines.encode("utf-8", "surrogateescape"))

    def until_idle(self) -> Iterator[list[str]]:
        """Yield what it says until it has nothing more to do, or waits for its broker."""
        while True:
            text = self._reader.readline()
            if not text:
                raise ExpertDied("the program ended")
            fields = fields_of(text[:-1].decode())
            if fields[0] == "!":
                raise ExpertDied(fields[1])
            if fields[0] in {".", "?"}:
                self.blocked = fields[0] == "?"
                return
            yield fields


def inputs(settings: EaSettings) -> dict[str, object]:
    """Spell settings as the inputs of an expert."""
    spelled: dict[str, object] = {
        "Symbols": ",".join(broker for broker, _ in settings.symbols),
        "SymbolMappings": ",".join(f"{name}:{broker}" for broker, name in settings.symbols),
        "Alerts": "true",
        "LogLevel": 2,
    }
    if settings.role is Role.MASTER:
        spelled["StrategyId"] = settings.strategy_id
        spelled["MagicNumbers"] = ",".join(map(str, sorted(settings.magic_numbers)))
    else:
        spelled["MaxLotsPerMinute"] = settings.lots_per_minute_max or 0
        spelled["MaxOpenPositions"] = settings.open_positions_max or 0
        spelled["DoubtSeconds"] = settings.doubt_ms // 1_000
    return spelled


class MqlEa:
    """The expert for *settings*, as its twin in Python is used: events in, effects out."""

    def __init__(
        self, stable: Stable, settings: EaSettings, more: Mapping[str, object] | None = None
    ) -> None:
        self._stable, self._settings = stable, settings
        self._more = more or {}
        """Inputs that its twin does not have, or has otherwise."""
        self._teller = ViewTeller()
        self._parts = PartAssembler()
        self._program: Program | None = None
        self._view: TerminalView | None = None
        self._up = False
        self._refs = itertools.count(1)
        self._ref = ""
        self._blocked_ms = 0
        self._behind = False
        self._busy_ms = 0
        self._folder = stable.folder()
        self._aliases: dict[CommandId, CommandId] = {}
        self.panel = ""
        self.alerts: list[str] = []
        self.journal: list[dict[str, Any]] = []
        self.asked_of_dll: list[list[str]] = []

    @property
    def mt5(self) -> bool:
        """Whether it runs in MetaTrader 5."""
        return self._view is not None and self._view.terminal == MT5

    def close(self) -> None:
        """Take it off its chart."""
        if self._program is not None:
            self._program.close()

    def log_in_after(self, readings: int, account: str) -> None:
        """Let the terminal show another account once it was asked for its own so often."""
        if self._program is not None:
            self._program.send(line("G", readings, account))

    def fail_writes(self, failing: bool) -> None:
        """Let its disk be full, or not any more."""
        if self._program is not None:
            self._program.send(line("F", int(failing)))

    def handle(self, event: events.Event, now: Instant) -> list[Effect]:
        """Take an event; return what it did about it."""
        if isinstance(event, events.Attached):
            self._attach(event)
        assert self._program is not None
        self._program.send(line("K", now.wall_ms * 1_000, now.mono_ms * 1_000))
        if not isinstance(event, events.Due) and not _is_pulse(event):
            self._busy_ms = now.mono_ms
        done: list[Effect] = []
        self._show(event)
        if self._program.blocked:
            if not self._answered(event, now):
                self._behind = True
                return [self._next_turn(now)]
            done += self._collect(now)
            if self._program.blocked or not self._behind:
                return [*done, self._next_turn(now)]
            self._behind = False
        self._program.send(line("E", self._event_for(event)))
        done += self._collect(now)
        return [*done, self._next_turn(now)]

    def _next_turn(self, now: Instant) -> Effect:
        passed_ms = now.mono_ms - self._busy_ms
        step_ms = QUIET_TURN_MS if passed_ms >= QUIET_AFTER_MS else TURN_MS
        return effects.Arm(TURN, self._busy_ms + (passed_ms // step_ms + 1) * step_ms)

    def _attach(self, event: events.Attached) -> None:
        expert = f"Echo{self._settings.role.value.capitalize()}.mq"
        expert += "5" if event.view.terminal == MT5 else "4"
        self._view = event.view
        self._program = Program(self._stable.terminal(expert, self._folder))
        if event.file_usable:
            self._write_file(event)
        self._program.send(
            "".join(
                line("I", name, value)
                for name, value in {**inputs(self._settings), **self._more}.items()
            )
        )

    def _write_file(self, event: events.Attached) -> None:
        settings = self._settings
        header = Header(
            v=1,
            kind="outbox" if settings.role is Role.MASTER else "ledger",
            account=settings.account_id,
            server=settings.server,
            role=settings.role.value,
            file_id=event.file_id or "rig",
            compacted_n=event.highest_n if not event.records else 0,
        )
        tail = sha256(settings.server.encode()).hexdigest()[:8]
        path = self._folder / "Echo" / f"{settings.role.value}-{settings.account_id}-{tail}.jsonl"
        path.parent.mkdir(exist_ok=True)
        lines = [encode_header(header), *(encode_record(dict(each)) for each in event.records)]
        path.write_bytes(b"".join(lines))
        self._file = path

    def _show(self, event: events.Event) -> None:
        program = self._program
        assert program is not None
        match event:
            case events.Attached(view=view) | events.Seen(view):
                self._view = view
                program.send(self._teller.tell(view))
            case events.Ticked(prices):
                program.send(self._teller.tell_prices(prices))
            case events.PipeUp():
                self._up = True
                self._parts.reset()
                program.send(line("U", 1))
            case events.PipeDown():
                self._up = False
                program.send(line("U", 0))
            case events.Heard(message):
                text = write_to_ea(self._named(message), 3, 0).decode()
                program.send(line("D", text))
            case _:
                pass

    def _event_for(self, event: events.Event) -> str:
        match event:
            case events.Attached():
                return "init"
            case events.Heard():
                return "wake"
            case events.Seen() if self.mt5:
                return "trade"
            case events.PipeUp() | events.Due() if self._up:
                return "timer"
            case _:
                return "tick"

    def _answered(self, event: events.Event, now: Instant) -> bool:
        assert self._program is not None
        terminal = "mt5" if self.mt5 else "mt4"
        if isinstance(event, events.BrokerSaid) and event.event.ref == self._ref:
            self._program.send(reply(event.event, terminal))
            return True
        if now.mono_ms - self._blocked_ms >= REPLY_MS_MAX:
            self._program.send(refusal(_TIMEOUTS[self.mt5]))
            return True
        return False

    def _collect(self, now: Instant) -> list[Effect]:
        assert self._program is not None
        done: list[Effect] = []
        for fields in self._program.until_idle():
            done += self._effects_of(fields, now)
        return done

    def _effects_of(self, fields: list[str], now: Instant) -> list[Effect]:
        match fields:
            case ["w", text]:
                messages = read_ea_line(text.encode(), now.wall_ms)
                check_spelling(text, messages)
                return [effects.Say(self._unnamed(each)) for each in self._parts.take(messages)]
            case ["a", text]:
                return _appended(text)
            case ["m", _]:
                return self._rewritten()
            case ["o", *_]:
                self._ref = f"mql:{next(self._refs)}"
                self._blocked_ms = now.mono_ms
                assert self._view is not None
                order = read_order(fields, ref=self._ref, positions=self._view.positions)
                return [effects.Order(order)]
            case ["l", _, text]:
                self.journal.append(json.loads(text))
                return self._journaled(self.journal[-1])
            case ["u" | "f", *_]:
                self.asked_of_dll.append(fields)
                return []
            case ["p", text]:
                self.panel = text
                return [effects.Panel(text)]
            case ["n", text]:
                self.alerts.append(text)
                return []
            case ["c"]:
                return [effects.EndPipe("the expert closed it")] if self._up else []
            case ["i", code]:
                if code != "0":
                    raise ExpertDied(f"OnInit returned {code}: {self.alerts}")
                return []
            case _:
                raise ExpertDied(f"what is {fields}?")

    def _named(self, message: ToEa) -> ToEa:
        """Give commands with short names, as tests like them, ids that the wire takes."""
        if not isinstance(message, CancelPendings | Flatten) or is_uuid(message.command_id):
            return message
        alias = CommandId(str(uuid5(NAMESPACE_OID, message.command_id)))
        self._aliases[alias] = message.command_id
        return replace(message, command_id=alias)

    def _unnamed(self, message: FromEa) -> FromEa:
        if not isinstance(message, ExecutionResult | PipeDeliveryAck):
            return message
        command_id = self._aliases.get(message.command_id, message.command_id)
        return replace(message, command_id=command_id)

    def _rewritten(self) -> list[Effect]:
        found = read_records(self._file.read_bytes())
        records = tuple(json.loads(each.json, parse_float=Decimal) for each in found.records)
        return [effects.Rewrite(records=records, highest_n=found.highest_n)]

    def _journaled(self, entry: dict[str, Any]) -> list[Effect]:
        trade_id = TradeId(entry.get("trade_id", ""))
        if trade_id:
            assert entry["trace_id"] == trade_id.replace("-", "")
        if entry["level"] == "error" and entry["feature"] == "Trading":
            alarm = Alarm(
                key=entry["event"],
                code=entry["event"],
                sentence=entry["message"],
                account_id=AccountId(entry["account_id"]),
                trade_id=trade_id,
            )
            return [effects.Observe(alarm)]
        if entry["event"] == "detected":
            return [effects.Observe(ActionDetected(trade_id=trade_id, seq=entry["seq"]))]
        if entry["event"] == "sending":
            leaving = OrderLeaving(command_id=CommandId(""), trade_id=trade_id)
            return [effects.Observe(leaving)]
        return []


def check_spelling(text: str, messages: tuple[FromEa | Part, ...]) -> None:
    """Hold a line of an expert to the same line as Python writes it: same fields, same values."""
    if len(messages) != 1 or isinstance(messages[0], Part):
        return
    mine = _numbers(json.loads(text, parse_float=Decimal, parse_int=Decimal))
    twin = write_from_ea(messages[0], 3, int(mine["timestamp_ms"]))
    theirs = _numbers(json.loads(twin, parse_float=Decimal, parse_int=Decimal))
    assert mine == theirs, f"an expert says {text}, its twin {twin.decode()}"


def _numbers(value: Any) -> Any:
    """Let numbers that are equal be equal, however many zeros end them."""
    match value:
        case dict():
            return {key: _numbers(each) for key, each in value.items()}
        case list():
            return [_numbers(each) for each in value]
        case Decimal():
            return value.normalize()
        case _:
            return value


def _is_pulse(event: events.Event) -> bool:
    return isinstance(event, events.Heard) and isinstance(event.message, Pong)


def _appended(text: str) -> list[Effect]:
    done: list[Effect] = []
    for row in text.splitlines():
        record = json.loads(row[9:], parse_float=Decimal)
        if "t" in record:
            done.append(effects.Append(record))
    return done
