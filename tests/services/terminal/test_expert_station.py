"""A station whose brain is a compiled expert: the broker's side of it."""

import json
from array import array
from decimal import Decimal

from echo.domain.facts import Alarm
from echo.domain.ids import AccountId
from echo.domain.quantities import Side
from echo.services.terminal.books import read_entries
from echo.services.terminal.expert_lines import fields_of, line
from echo.services.terminal.expert_station import (
    SEEN_EVERY_MS,
    ExpertParts,
    ExpertStation,
)
from echo.services.terminal.feed import Feed, MarketClock
from echo.services.terminal.script import Hand
from echo.terminal.book import BookKind
from echo.terminal.broker import PaperBroker
from echo.terminal.replay_script import Action, Open
from echo.terminal.ticks import Ticks
from tests.fakes import START_WALL_MS, FactLog, FakeClock
from tests.services.terminal.fakes import FakeFile
from tests.terminal.rig import EURUSD, rules

SEND = ["o", "send", "EURUSD.m", "0", "0.1", "1.3901", "10000", "0", "0", "7", "tag"]


class FakeLink:
    """The program, as far as a station sees it."""

    def __init__(self) -> None:
        self.sent: list[list[str]] = []
        self.served = False

    async def run(self, handler: ExpertStation) -> None:
        self.served = True

    def send(self, lines: str) -> None:
        self.sent += [fields_of(text) for text in lines.splitlines()]

    def take(self, kind: str) -> list[list[str]]:
        """The lines of one kind, from the beginning."""
        return [fields for fields in self.sent if fields[0] == kind]


class Box:
    """A station with everything around it."""

    def __init__(self, actions: tuple[Action, ...] = ()) -> None:
        self.clock, self.facts, self.link = FakeClock(), FactLog(), FakeLink()
        self.book, self.broker = FakeFile(), PaperBroker(rules(terminal="mt4"))
        ticks = Ticks(
            times_ms=array("q", [START_WALL_MS + n * 1_000 for n in range(5)]),
            bids=array("q", [139_000 + n for n in range(5)]),
            asks=array("q", [139_010 + n for n in range(5)]),
            digits=5,
        )
        self.station = ExpertStation(
            ExpertParts(
                account_id=AccountId("70001"),
                inputs={"Alerts": "false"},
                broker=self.broker,
                feed=Feed({EURUSD.market: ticks}),
                market=MarketClock(
                    started_wall_ms=START_WALL_MS, market_start_ms=START_WALL_MS, speed=Decimal(1)
                ),
                hand=Hand(actions, {"EURUSD": "EURUSD.m"}, self.broker) if actions else None,
                book=self.book,
                link=self.link,
            ),
            self.clock,
            self.facts,
        )
        self.station.attach()

    @property
    def alarms(self) -> list[str]:
        return [each.code for each in self.facts.facts if isinstance(each, Alarm)]


def journal(level: str, event: str, **more: object) -> list[str]:
    return ["l", "1700000000000123", json.dumps({"level": level, "event": event, **more})]


async def test_an_expert_is_told_its_inputs_the_account_and_the_prices() -> None:
    box = Box()
    box.station.turn()
    before = list(box.link.sent)
    box.station.expert_up()
    box.station.turn()
    await box.station.serve()

    assert before == []
    assert box.link.sent[0] == ["I", "Alerts", "false"]
    assert ["E", "init"] in box.link.sent
    assert box.link.take("P") == [["P", "EURUSD.m", "1.39000", "1.39010"]]
    assert box.link.served


def test_an_order_is_executed_and_answered() -> None:
    box = Box()
    box.station.expert_up()

    box.station.expert_said(SEND)

    assert [fields[:3] for fields in box.link.take("R")] == [["R", "0", "1000001"]]
    assert box.link.sent.index(box.link.take("O")[-1]) < box.link.sent.index(box.link.take("R")[0])
    [entry] = read_entries(box.book.data)
    assert (entry.kind, entry.asked, entry.magic_number) == (BookKind.OPENED, "tag", 7)


def test_what_the_hand_does_is_shown() -> None:
    opening = Open(
        key="a",
        at_ms=500,
        symbol="EURUSD",
        side=Side.BUY,
        lots=Decimal("0.1"),
        magic=1,
        sl_share=None,
        tp_share=None,
    )
    box = Box((opening,))
    box.station.expert_up()
    box.clock.advance(1_000)
    box.station.turn()
    box.station.turn()

    assert len(box.broker.positions) == 1
    assert any(fields[1:2] == ["1000001"] for fields in box.link.take("O"))


def test_an_account_is_shown_again_after_a_while() -> None:
    box = Box()
    box.station.expert_up()
    shown = len(box.link.take("C"))
    box.clock.advance(SEEN_EVERY_MS)
    box.station.turn()

    assert len(box.link.take("C")) == shown + 1


def test_moments_of_the_journal_go_into_the_book() -> None:
    box = Box()
    for event in ("detected", "sending", "done"):
        box.station.expert_said(journal("info", event, trade_id="t", seq=0))

    stamps = read_entries(box.book.data)
    assert [(each.note, each.subject, each.at_us) for each in stamps] == [
        ("detected", "t/0", 1_700_000_000_000_123),
        ("sent", "t/0", 1_700_000_000_000_123),
    ]


def test_what_goes_wrong_is_an_alarm() -> None:
    box = Box()
    box.station.expert_up()
    box.station.expert_said(journal("error", "LEDGER_COLD", message="none"))
    box.station.expert_said(["!", "array out of range"])
    box.station.expert_said(["i", "1"])
    box.station.expert_said(["i", "0"])
    box.station.expert_said(["p", "panel"])
    box.station.expert_down("exit 3")
    box.station.expert_said(SEND)

    assert box.alarms == ["LEDGER_COLD", "EXPERT_FAILED", "EXPERT_REFUSED", "EXPERT_ENDED"]
    assert box.link.take("R") == []


def test_a_new_life_is_told_everything_anew_and_waits_for_nothing() -> None:
    box = Box()
    box.station.expert_up()
    box.station.expert_down("killed")
    box.link.sent.clear()
    box.station.expert_up()
    box.station.detach()

    assert {"I", "A", "C", "S", "E"} <= {fields[0] for fields in box.link.sent}
    assert box.book.closed
    assert line("x") == "x\n"
