"""Trades that are over: remembered for a while, asked for after that, never copied again."""

from hypothesis import given
from hypothesis import strategies as st

from echo.domain.ids import AccountId, Ticket, TradeId, derive_trade_id
from echo.domain.journal import REMEMBERED_MAX, REMEMBERED_MS
from echo.engine import settled
from echo.engine.settled import CLOCKS_APART_MS, SettledTrades

DAY_MS = 86_400_000
NOW_MS = 1_750_000_000_000


def trade(opened_at_ms: int, ticket: int = 1) -> TradeId:
    return derive_trade_id(
        server="Demo",
        account_id=AccountId("1"),
        root_ticket=Ticket(ticket),
        opened_at_ms=opened_at_ms,
    )


def test_a_memory_that_has_everything_has_forgotten_nothing() -> None:
    memory = SettledTrades([trade(1)])

    assert trade(1) in memory
    assert trade(2) not in memory
    assert not memory.may_have_held(trade(2))


def test_a_trade_is_forgotten_after_a_week() -> None:
    memory = SettledTrades()
    memory.add(trade(1), NOW_MS)
    assert memory.add(trade(2), NOW_MS + REMEMBERED_MS) == []

    assert memory.add(trade(3), NOW_MS + REMEMBERED_MS + 1) == [trade(1)]
    assert trade(1) not in memory
    assert memory.may_have_held(trade(1))


def test_no_more_trades_are_remembered_than_there_is_room_for() -> None:
    ids = [TradeId(f"{number:05}") for number in range(REMEMBERED_MAX)]
    memory = SettledTrades(ids, now_wall_ms=NOW_MS)
    forgotten = memory.add(trade(1), NOW_MS)

    assert forgotten == [ids[0]]
    assert len(memory) == REMEMBERED_MAX


def test_a_position_opened_lately_cannot_have_been_forgotten() -> None:
    memory = SettledTrades(since_ms=NOW_MS)

    assert memory.may_have_held(trade(NOW_MS))
    assert memory.may_have_held(trade(NOW_MS + CLOCKS_APART_MS)), "brokers' clocks differ"
    assert not memory.may_have_held(trade(NOW_MS + CLOCKS_APART_MS + 1))


def test_ids_of_older_eas_come_only_once() -> None:
    memory = SettledTrades(since_ms=NOW_MS)

    assert not memory.may_have_held(TradeId("6f1c1a50-9f0e-4b1e-8f4e-00001234abcd"))


@given(
    st.lists(
        st.tuples(st.integers(0, 3 * DAY_MS), st.integers(-DAY_MS, DAY_MS)), min_size=1, max_size=30
    )
)
def test_whatever_was_added_is_remembered_or_may_have_been_held(
    steps: list[tuple[int, int]],
) -> None:
    """Open times are a broker's, who may be a day off; trades settle after they are opened."""
    memory = SettledTrades()
    now_ms, added = NOW_MS, []
    for number, (pause_ms, zone_ms) in enumerate(steps):
        now_ms += pause_ms
        one = trade(now_ms + zone_ms, number)
        added.append(one)
        memory.add(one, now_ms)

    assert all(each in memory or memory.may_have_held(each) for each in added)


def test_only_so_many_actions_wait_for_the_journal() -> None:
    assert settled.WAITING_MAX == 10_000
