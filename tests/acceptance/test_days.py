"""Days of accounts under limits, played by hand: what a trader reads is what the Core does.

A line with a time (UTC) is something that happens; lines below it, indented, are all that comes of
it: what people hear, what is copied, what is closed, and from what a new day counts.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from echo.config.policies import policy_book
from echo.config.reading import read_settings
from echo.config.toml_file import flatten_toml
from echo.domain.accounts import AccountInfo
from echo.domain.answers import ExecutionResult
from echo.domain.commands import ExecuteOrder, Flatten
from echo.domain.facts import Alarm, LimitAnchored
from echo.domain.ids import SEQ_OPEN, StrategyId, Ticket
from echo.domain.quantities import Instant
from echo.engine.effects import Effect
from echo.engine.events import PoliciesChanged
from tests.engine.reports import position, snapshot
from tests.engine.scenes import (
    SLAVE,
    Desk,
    desk,
    facts,
    filled,
    opened,
    ready,
    sent,
    spec_report,
    trade_id_of,
)

DAYS = sorted((Path(__file__).parent / "days").glob("*.day"))
_HAPPENS = re.compile(r"(?:(\d{4}-\d\d-\d\d) )?(\d\d:\d\d:\d\d) (.+)")
_SHOWS = re.compile(r"the account shows (\d+) of (\d+)(?:, with ticket (\d+))?")
_BUYS = re.compile(r"the master buys, its stop is (\d+) points away")
_COPIED = re.compile(r"(\S+) lots are copied, ticket (\d+)")


class Day:
    """A Core, and the account that it copies to."""

    def __init__(self, settings: str) -> None:
        reading = read_settings(flatten_toml(settings))
        assert not reading.complaints
        book = policy_book(reading.values)
        self.stage: Desk = desk()
        self.stage.book = book
        self.stage.feed(PoliciesChanged(book))
        self._masters_ticket = 5000
        self._lots: dict[int, str] = {}

    def until(self, day: str, clock: str) -> None:
        """Let time pass until that moment, UTC, with all that timers lead to."""
        then = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC)
        then_ms = int(then.timestamp()) * 1_000
        stage = self.stage
        if stage.now.wall_ms > then_ms or stage.now.wall_ms < then_ms - 7 * 86_400_000:
            stage.now = Instant(then_ms, stage.now.mono_ms)
        # Nobody says anything meanwhile, so nothing but the last timers can come.
        stage.later(then_ms - stage.now.wall_ms)

    def take(self, what: str, expected: list[str]) -> list[str]:
        """Let *what* happen; return what came of it, in words."""
        if found := _SHOWS.fullmatch(what):
            return self._told(self._shows(*found.groups()))
        if what == "the Core is restarted":
            self.stage.restart()
            ready(self.stage)
            return []
        found = _BUYS.fullmatch(what)
        assert found, f"nobody understands {what!r}"
        wanted = [each for line in expected if (each := _COPIED.fullmatch(line))]
        return self._buys(int(found[1]), int(wanted[0][2]) if wanted else 0)

    def _shows(self, equity: str, balance: str, ticket: str | None) -> list[Effect]:
        stage = self.stage
        stage.probe()
        stage.say(spec_report(), message_id=None)
        told = stage.quote()
        held = []
        if ticket is not None:
            lot, stop = Decimal(self._lots[int(ticket)]), Decimal("1.09910")
            held.append(position(int(ticket), lot=lot, stop_loss=stop))
        info = AccountInfo(
            account_id=SLAVE,
            balance=Decimal(balance),
            equity=Decimal(equity),
            margin=Decimal(0),
            margin_free=Decimal(0),
            margin_level=Decimal(0),
            currency="USD",
        )
        shown = replace(snapshot(*held, info=info), sequence=stage.now.mono_ms)
        return told + stage.say(shown, message_id=None)

    def _buys(self, points: int, ticket: int) -> list[str]:
        self._masters_ticket += 1
        trade_id = trade_id_of(self._masters_ticket)
        stop = Decimal("1.10000") - points * Decimal("0.00001")
        intent = opened(trade_id=trade_id, ticket=Ticket(self._masters_ticket), stop_loss=stop)
        self.stage.quote()
        told = self.stage.say(replace(intent, strategy_id=StrategyId("any")))
        orders = sent(told, ExecuteOrder)
        if not orders:
            row = self.stage.archive.decision(SEQ_OPEN, SLAVE, trade_id)
            return [f"left out, {row.code.name}: {row.sentence}"]
        self.stage.say(filled(orders[0], ticket))
        self._lots[ticket] = str(orders[0].lot)
        return [f"{orders[0].lot} lots are copied, ticket {ticket}"]

    def _told(self, effects: list[Effect]) -> list[str]:
        words = [
            f"the day counts from {int(fact.anchor_value)}"
            for fact in facts(effects, LimitAnchored)
        ]
        heard = [fact.code for fact in facts(effects, Alarm) if fact.code.startswith("LIMIT")]
        closes = sent(effects, Flatten)
        for command in closes:
            self.stage.say(
                ExecutionResult(
                    command_id=command.command_id,
                    trade_id=trade_id_of(self._masters_ticket),
                    kind=command.kind,
                    success=True,
                    account_id=SLAVE,
                )
            )
        return [
            *words,
            *(f"people hear {code}" for code in heard),
            *(f"ticket {each.tickets[0]} is closed" for each in closes),
        ]


@pytest.mark.parametrize("path", DAYS, ids=lambda path: path.stem)
def test_day(path: Path) -> None:
    lines = [line for line in path.read_text().splitlines() if line and line[0] != "#"]
    start = next(place for place, line in enumerate(lines) if _HAPPENS.match(line))
    day = Day("\n".join(line.strip() for line in lines[1:start]))
    date = ""
    place = start
    while place < len(lines):
        found = _HAPPENS.fullmatch(lines[place])
        assert found, f"nobody understands {lines[place]!r}"
        date = found[1] or date
        end = place + 1
        while end < len(lines) and lines[end].startswith("    "):
            end += 1
        expected = [line.strip() for line in lines[place + 1 : end]]
        day.until(date, found[2])
        assert day.take(found[3], expected) == expected, lines[place]
        place = end
