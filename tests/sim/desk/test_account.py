from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

import pytest

from echo.domain.handshake import Role
from echo.domain.quantities import Side
from echo.services.terminal.books import write_entries
from echo.sim.desk.account import Account, Book, SharedBroker
from echo.sim.desk.rules import broker_rules, day_of_ticks, market_clock
from echo.terminal.book import BookEntry, BookKind, stamp
from echo.terminal.fates import PROMPT
from echo.terminal.orders import OrderRequest, SendOrder
from tests.sim.desk.stage import SLAVE, Bench, plan, seat

ORDER = SendOrder(ref="slave:1", symbol="EURUSD", side=Side.BUY, lot=Decimal("0.10"))


@dataclass
class Bank:
    """An account and who asks of it."""

    bench: Bench = field(default_factory=Bench)
    asked: list[OrderRequest] = field(default_factory=list)
    shown: list[BookEntry] = field(default_factory=list)

    def __post_init__(self) -> None:
        scenario = plan().scenario
        rules = broker_rules(scenario, seat(SLAVE), Role.SLAVE, 0)
        self.process = self.bench.process("slave")
        self.account = Account(
            broker=SharedBroker(rules, PROMPT, self.bench.loop, self.asked.append),
            book_file=Book(self.shown.append),
            ticks=day_of_ticks(Random(1), scenario, 5_000),
            market=market_clock(self.bench.clock.now().wall_ms),
            clock=self.bench.clock,
        )


@pytest.fixture
def bank() -> Iterator[Bank]:
    bank = Bank()
    yield bank
    bank.bench.loop.close()


def test_what_the_living_ask_is_done_though_they_die(bank: Bank) -> None:
    account = bank.account
    account.move_on()
    feed = account.log_in(bank.process)
    assert feed is not account.log_in(bank.process)
    account.broker.request(ORDER, bank.bench.clock.now())
    account.move_on()
    assert account.book == []  # its terminal lives, and is the one to let it move on
    bank.bench.loop.kill(bank.process)
    account.move_on()
    assert [entry.kind for entry in account.book] == [BookKind.OPENED]
    assert (bank.asked, bank.shown) == ([ORDER], account.book)
    assert account.account_id == SLAVE


def test_the_dead_ask_for_nothing(bank: Bank) -> None:
    now = bank.bench.clock.now()
    assert bank.account.broker.request(ORDER, now) == 0
    bank.account.log_in(bank.process)
    bank.process.fuse = 0
    assert bank.account.broker.request(ORDER, now) == 0
    assert bank.bench.killed == [bank.process]
    bank.account.move_on()
    assert (bank.asked, bank.account.book) == ([], [])


def test_a_book_keeps_what_was_booked_and_no_stamps_of_the_dead(bank: Bank) -> None:
    book, moment = bank.account.book_file, stamp("sent", "t/0", at_us=1)
    entry = BookEntry(kind=BookKind.REFUSED, at_ms=1, code=138)
    book.append(write_entries((moment, entry)))
    assert book.entries == [entry]
    bank.account.log_in(bank.process)
    book.append(write_entries((moment,)))
    assert book.entries == [entry, moment]
    assert book.read() == write_entries((entry, moment))
    book.close()
    with pytest.raises(ValueError, match="only grows"):
        book.replace(b"")
    with pytest.raises(ValueError, match="only grows"):
        book.set_aside()
