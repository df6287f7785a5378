"""What an Agent's ledger takes with it when it is lost, and what must come back all the same."""

from decimal import Decimal

from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, ClientId, Ticket
from echo.domain.intents import MasterAction, TradeClose, TradeIntent
from echo.domain.ledger import LedgerEntry, LedgerKind
from echo.domain.quantities import Side
from echo.stores.memory import MemoryLedger
from echo.wire.records import RecordKind
from tests.sim.stage import MASTER, SLAVE
from tests.sim.test_watch import TRADE, Bench


def promised(*actions: MasterAction) -> MemoryLedger:
    ledger = MemoryLedger()
    for n, action in enumerate(actions, start=1):
        key = f"uplink:action:{MASTER}:{action.trade_id}:{action.seq}"
        ledger.entries[key] = LedgerEntry(
            key=key,
            n=n,
            kind=LedgerKind.UPLINK,
            account_id=MASTER,
            message=action,
            boot_id="b",
            boot_ms=0,
        )
    return ledger


OPENED = TradeIntent(
    trade_id=TRADE,
    account_id=MASTER,
    client_id=ClientId("m"),
    ticket=Ticket(1),
    symbol="EURUSD",
    side=Side.BUY,
    lot=Decimal(1),
    price=Decimal(1),
    magic_number=7,
)
ENDED = TradeClose(
    trade_id=TRADE,
    account_id=MASTER,
    client_id=ClientId("m"),
    ticket=Ticket(1),
    symbol="EURUSD",
    magic_number=7,
)


def reports_end(bench: Bench) -> None:
    record = {"t": RecordKind.INTENT, "action": {"trade_id": TRADE, "seq": SEQ_CLOSE}}
    bench.watch.appended("master-1001", record)


def test_a_lost_open_is_excused_until_its_master_says_more_of_the_trade() -> None:
    bench = Bench()
    bench.watch.ledger_lost(promised(OPENED), None)
    before = set(bench.watch.excused)
    reports_end(bench)

    assert (before, bench.watch.excused) == ({TRADE}, set())


def test_a_lost_open_and_close_are_excused_for_good() -> None:
    bench = Bench()
    bench.watch.ledger_lost(promised(OPENED, ENDED), None)
    reports_end(bench)

    assert bench.watch.excused == {TRADE}


def test_what_a_spoilt_outbox_could_have_brought_back_is_excused() -> None:
    bench = Bench()
    bench.watch.ledger_lost(promised(OPENED), None)
    reports_end(bench)
    bench.watch.outbox_lost(SLAVE)
    others = set(bench.watch.excused)
    bench.watch.outbox_lost(MASTER)

    assert (others, bench.watch.excused) == (set(), {TRADE})


def test_what_a_legacy_master_said_does_not_come_back() -> None:
    bench = Bench()
    bench.watch.legacy_masters = frozenset({MASTER})
    bench.watch.ledger_lost(promised(OPENED), None)
    reports_end(bench)

    assert bench.watch.excused == {TRADE}


def reports_open(bench: Bench) -> None:
    action = {"trade_id": TRADE, "seq": SEQ_OPEN, "account_id": MASTER}
    bench.watch.appended("master-1001", {"t": RecordKind.INTENT, "action": action})


def test_an_open_that_only_an_outbox_had_is_excused_until_it_is_reported_again() -> None:
    bench = Bench()
    reports_open(bench)
    bench.watch.outbox_lost(MASTER)
    excused = set(bench.watch.excused)
    reports_open(bench)

    assert (excused, bench.watch.excused) == ({TRADE}, set())


def test_what_somebody_else_has_is_not_excused_with_an_outbox() -> None:
    acked, others = Bench(), Bench()
    reports_open(acked)
    acked.watch.acked.add((TRADE, SEQ_OPEN))
    acked.watch.outbox_lost(MASTER)
    reports_open(others)
    others.watch.outbox_lost(SLAVE)

    assert acked.watch.excused == others.watch.excused == set()


def test_a_trade_whose_close_went_with_a_ledger_is_excused_for_good_if_its_outbox_went_before() -> (
    None
):
    bench = Bench()
    reports_open(bench)
    bench.watch.outbox_lost(MASTER)
    bench.watch.ledger_lost(promised(OPENED, ENDED), None)
    reports_open(bench)

    assert bench.watch.excused == {TRADE}


def test_a_trade_whose_close_went_with_a_ledger_is_excused_for_good_if_its_outbox_goes_after() -> (
    None
):
    bench = Bench()
    reports_open(bench)
    bench.watch.ledger_lost(promised(OPENED, ENDED), None)
    bench.watch.outbox_lost(MASTER)
    reports_open(bench)

    assert bench.watch.excused == {TRADE}


def test_an_open_that_went_with_a_ledger_and_with_its_outbox_is_excused_until_it_is_reported() -> (
    None
):
    bench = Bench()
    reports_open(bench)
    bench.watch.ledger_lost(promised(OPENED), None)
    bench.watch.outbox_lost(MASTER)
    excused = set(bench.watch.excused)
    reports_open(bench)

    assert (excused, bench.watch.excused) == ({TRADE}, set())
