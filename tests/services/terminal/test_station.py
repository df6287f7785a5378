"""A paper terminal's shell: what happens reaches the EA, what it wants is carried out in order."""

from array import array
from decimal import Decimal
from typing import TypeVar

from echo.domain.facts import Alarm, InputRefused
from echo.domain.ids import CommandId, TradeId
from echo.domain.quantities import Side
from echo.domain.sessions import Ping, Pong
from echo.services.terminal.books import read_entries
from echo.services.terminal.ea_file import EaFile
from echo.services.terminal.feed import Feed, MarketClock
from echo.services.terminal.script import Hand
from echo.services.terminal.station import SEEN_EVERY_MS, Parts, Station
from echo.terminal import effects, events
from echo.terminal.book import BookKind
from echo.terminal.broker import PaperBroker
from echo.terminal.orders import Filled, LotClosed, Refused, SendOrder
from echo.terminal.replay_script import Action, Close, Open
from echo.terminal.ticks import Ticks
from echo.wire.framing import LINE_BYTES_MAX
from echo.wire.pipe import write_to_ea
from echo.wire.records import read_records
from tests.fakes import START_WALL_MS, FactLog, FakeClock, FakeIds
from tests.services.terminal.fakes import FakeFile, FakePipe, ScriptedEa
from tests.terminal.rig import EURUSD, rules, slave_settings

Kind = TypeVar("Kind")

PONG = write_to_ea(Pong(ping_id="p", timestamp_ms=1, echo_ms=1, mono_ms=5), 3, 1)
BUY = SendOrder(ref="r", symbol="EURUSD.m", side=Side.BUY, lot=Decimal("0.10"))


def ticks(*bids: int) -> Ticks:
    """One tick a second, in points around 1.39, with a spread of one pip."""
    return Ticks(
        times_ms=array("q", [START_WALL_MS + n * 1_000 for n in range(len(bids))]),
        bids=array("q", [139_000 + bid for bid in bids]),
        asks=array("q", [139_010 + bid for bid in bids]),
        digits=5,
    )


class Box:
    """A station with everything around it."""

    def __init__(
        self, *bids: int, actions: tuple[Action, ...] | None = None, first_tick_after_ms: int = 0
    ) -> None:
        self.clock, self.facts, self.pipe = FakeClock(), FactLog(), FakePipe()
        self.file, self.book, self.ea = FakeFile(), FakeFile(), ScriptedEa()
        self.broker = PaperBroker(rules(terminal="mt4"))
        settings = slave_settings()
        self.station = Station(
            Parts(
                settings=settings,
                ea=self.ea,
                broker=self.broker,
                feed=Feed({EURUSD.market: ticks(*bids or (0, 1, 2))}),
                market=MarketClock(
                    started_wall_ms=START_WALL_MS,
                    market_start_ms=START_WALL_MS - first_tick_after_ms,
                    speed=Decimal(1),
                ),
                hand=Hand(actions, {"EURUSD": "EURUSD.m"}, self.broker) if actions else None,
                ea_file=EaFile(self.file, settings),
                book=self.book,
                link=self.pipe,
            ),
            self.clock,
            FakeIds(),
            self.facts,
        )
        self.station.attach()

    def do(self, *todo: effects.Effect) -> None:
        """Have the EA want this, by a line that it hears."""
        self.ea.next = [todo]
        self.station.agent_said(PONG)

    def turn(self, after_ms: int = 0) -> None:
        self.clock.advance(after_ms)
        self.station.turn()

    def happened(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.ea.events if isinstance(event, kind)]

    @property
    def entries(self) -> list[BookKind]:
        return [entry.kind for entry in read_entries(self.book.data)]

    @property
    def records(self) -> list[int]:
        return [record.n for record in read_records(self.file.data).records]


def append(n: int) -> effects.Append:
    return effects.Append({"t": "T", "n": n, "trade": "x"})


def say(text: str = "p") -> effects.Say:
    return effects.Say(Ping(ping_id=text, role="slave"))


class TestALife:
    """From attaching to detaching."""

    def test_it_begins_with_the_account_and_its_prices(self) -> None:
        attached, ticked = Box().ea.events

        assert isinstance(attached, events.Attached)
        assert (attached.instance, attached.file_usable) == ("2".rjust(32, "0"), False)
        assert attached.view.info.balance == Decimal(1_000_000)
        assert isinstance(ticked, events.Ticked)
        assert ticked.prices["EURUSD.m"].bid == Decimal("1.39000")

    def test_before_the_market_opens_there_is_no_price(self) -> None:
        box = Box(first_tick_after_ms=1)

        assert [type(event) for event in box.ea.events] == [events.Attached]

    def test_records_of_the_last_life_come_back(self) -> None:
        box = Box()
        box.do(append(1), append(2))
        box.ea.events.clear()
        box.station.attach()

        attached = box.happened(events.Attached)[0]
        assert ([each["n"] for each in attached.records], attached.highest_n) == ([1, 2], 2)
        assert attached.file_usable

    def test_it_ends_with_its_files_released_and_its_timers_silent(self) -> None:
        box = Box()
        box.do(effects.Arm(("x",), box.clock.now().mono_ms + 5))
        box.broker.request(BUY, box.clock.now())
        box.broker.advance(box.clock.now(), {})
        box.station.detach()
        box.clock.advance(10)

        assert (box.file.closed, box.book.closed) == (True, True)
        assert box.entries == [BookKind.OPENED], "what the broker did is written down"
        assert box.happened(events.Due) == []


class TestTheMarket:
    """Ticks, the broker and the hand."""

    def test_a_price_that_moved_is_told_and_one_that_did_not_is_not(self) -> None:
        box = Box(0, 5, 5)
        box.ea.events.clear()
        box.turn(999)
        box.turn(1)
        box.turn(1_000)

        assert [each.prices["EURUSD.m"].bid for each in box.happened(events.Ticked)] == [
            Decimal("1.39005")
        ]

    def test_the_account_is_shown_after_every_change_and_once_a_second(self) -> None:
        box = Box()
        box.ea.events.clear()
        box.turn(10)
        box.broker.request(BUY, box.clock.now())
        box.turn(10)
        changed = box.happened(events.Seen)
        box.turn(SEEN_EVERY_MS - 1)
        box.turn(1)

        assert len(changed) == 1
        assert len(changed[0].view.positions) == 1
        assert len(box.happened(events.Seen)) == 2

    def test_what_changed_is_in_the_book_and_seen_before_the_answer_comes(self) -> None:
        box = Box()
        box.ea.events.clear()
        box.do(effects.Order(BUY))
        box.turn()

        seen, said = box.ea.events[1:]
        assert isinstance(seen, events.Seen)
        assert isinstance(said, events.BrokerSaid)
        assert isinstance(said.event, Filled)
        assert box.entries == [BookKind.OPENED]

    def test_a_refusal_reaches_the_ea(self) -> None:
        box = Box()
        box.do(effects.Order(SendOrder(ref="r", symbol="X", side=Side.BUY, lot=Decimal(1))))
        box.turn()

        [said] = box.happened(events.BrokerSaid)
        assert isinstance(said.event, Refused)

    def test_a_position_that_the_next_ticks_close_has_been_seen(self) -> None:
        """However many ticks one look takes in: nothing comes and goes between two of them."""
        box = Box(0, 0, -200, 0)
        box.ea.events.clear()
        stop = Decimal("1.38950")
        box.broker.request(
            SendOrder(
                ref="r", symbol="EURUSD.m", side=Side.BUY, lot=Decimal("0.10"), stop_loss=stop
            ),
            box.clock.now(),
        )
        box.turn(3_000)

        assert [len(each.view.positions) for each in box.happened(events.Seen)[:2]] == [1, 0]
        closed = [each.event for each in box.happened(events.BrokerSaid)][-1]
        assert isinstance(closed, LotClosed)
        assert closed.reason == "sl"

    def test_a_hand_trades_its_script(self) -> None:
        script = (
            Open(
                key="a",
                at_ms=10,
                symbol="EURUSD",
                side=Side.SELL,
                lots=Decimal("0.20"),
                magic=1,
                sl_share=None,
                tp_share=None,
            ),
            Close(key="a", at_ms=10),
        )
        box = Box(actions=script)
        box.turn(9)
        before = box.entries
        box.turn(1)
        opened = box.entries
        box.turn(1)

        assert before == []
        assert opened == [BookKind.OPENED]
        assert box.entries == [BookKind.OPENED, BookKind.CLOSED]


class TestThePipe:
    """Bytes from and to the Agent."""

    def test_lines_are_put_together_from_any_pieces(self) -> None:
        box = Box()
        for octet in PONG + PONG:
            box.station.agent_said(bytes([octet]))

        assert len(box.happened(events.Heard)) == 2

    def test_half_a_line_does_not_survive_the_pipe(self) -> None:
        box = Box()
        box.station.pipe_up()
        box.station.agent_said(PONG[:10])
        box.station.pipe_down("gone")
        box.station.pipe_up()
        box.station.agent_said(PONG)

        assert len(box.happened(events.Heard)) == 1
        assert box.facts.facts == []

    def test_an_end_is_told_once_and_only_after_a_beginning(self) -> None:
        box = Box()
        box.station.pipe_down("never came up")
        box.station.pipe_up()
        box.station.pipe_down("gone")
        box.station.pipe_down("gone")

        assert box.happened(events.PipeDown) == [events.PipeDown("gone")]

    def test_lines_that_cannot_be_read_are_counted_and_harm_no_other(self) -> None:
        box = Box()
        box.station.agent_said(b"nonsense\n" + b"x" * (LINE_BYTES_MAX + 1) + b"\n" + PONG)

        assert len(box.happened(events.Heard)) == 1
        refused = [fact for fact in box.facts.facts if isinstance(fact, InputRefused)]
        assert [fact.peer for fact in refused] == ["agent of slave_70001"] * 2
        assert refused[1].reason == "line_too_long"

    def test_what_cannot_be_said_is_counted(self) -> None:
        box = Box()
        box.do(say("x" * 70_000), say())

        assert len(box.pipe.written) == 1
        [fact] = box.facts.facts
        assert isinstance(fact, InputRefused)

    def test_the_ea_may_end_the_pipe(self) -> None:
        box = Box()
        box.do(effects.EndPipe("silence"), effects.Panel("not connected"))

        assert box.pipe.ended == ["silence"]


class TestOrderAndDoors:
    """Effects one after the other; what follows a failed write is not carried out."""

    def test_a_record_is_written_before_what_follows_it(self) -> None:
        box = Box()
        box.do(append(1), say(), effects.Order(BUY))

        assert box.records == [1]
        assert len(box.pipe.written) == 1
        assert box.broker.next_due_mono_ms is not None

    def test_behind_a_record_that_was_not_written_nothing_is_said_or_ordered(self) -> None:
        box = Box()
        box.file.full = True
        due_mono_ms = box.clock.now().mono_ms + 5
        alarm = Alarm(key="k", code="C", sentence="s")
        box.do(
            say("before"),
            append(1),
            say("behind"),
            effects.Order(BUY),
            append(2),
            effects.Observe(alarm),
            effects.Arm(("x",), due_mono_ms),
        )
        box.clock.advance(5)

        [failed] = box.happened(events.AppendFailed)
        assert failed.numbers == (1, 2)
        assert "full" in failed.sentence
        assert len(box.pipe.written) == 1
        assert box.broker.next_due_mono_ms is None
        assert box.facts.facts == [alarm]
        assert box.happened(events.Due) == [events.Due(("x",))]

    def test_a_file_is_rewritten_whole_or_stays_as_it_is(self) -> None:
        box = Box()
        box.do(append(1), append(2))
        box.do(effects.Rewrite(records=({"t": "T", "n": 2, "trade": "x"},), highest_n=2))
        rewritten = box.records
        box.file.full = True
        box.do(effects.Rewrite(records=(), highest_n=2), append(3))

        assert rewritten == box.records == [2]
        assert box.happened(events.AppendFailed)[0].numbers == (3,)

    def test_events_wait_for_the_effects_of_the_one_before(self) -> None:
        """A failed write is heard of after the rest of its list, not in the middle of it."""
        box = Box()
        box.file.full = True
        box.ea.next = [(append(1), effects.EndPipe("a")), (effects.EndPipe("b"),)]
        box.station.agent_said(PONG)

        assert box.pipe.ended == ["a", "b"]

    def test_timers_go_off_unless_they_are_disarmed(self) -> None:
        box = Box()
        at_mono_ms = box.clock.now().mono_ms + 5
        box.do(
            effects.Arm(("a",), at_mono_ms),
            effects.Arm(("b",), at_mono_ms),
            effects.Disarm(("b",)),
        )
        box.clock.advance(5)

        assert box.happened(events.Due) == [events.Due(("a",))]

    def test_moments_are_stamped_into_the_book(self) -> None:
        box = Box()
        trade, command = TradeId("t"), CommandId("c")
        box.do(
            effects.Observe(effects.ActionDetected(trade_id=trade, seq=2)),
            effects.Observe(effects.OrderBlocked(command_id=command, trade_id=trade)),
            effects.Observe(effects.OrderLeaving(command_id=command, trade_id=trade)),
        )

        stamps = [(each.note, each.subject, each.at_us) for each in read_entries(box.book.data)]
        now_us = box.clock.wall_us()
        assert stamps == [
            ("detected", "t/2", now_us),
            ("blocked", "t/0", now_us),
            ("sent", "t/0", now_us),
        ]
