"""People and checks look into a journal from beside, and change nothing."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.answers import Outcome
from echo.domain.reconciliation import JournaledDecision, JournaledTrade
from echo.ports.errors import JournalUnavailable
from echo.stores.postgres.reading import looking_into, read_books, read_standings, read_view
from tests.servers.postgres import PostgresServer
from tests.stores import examples as ex
from tests.stores.postgres.places import PostgresJournalStore, target_on


async def test_books_hold_every_trade_and_every_decision(store: PostgresJournalStore) -> None:
    journal = await store.open()
    await journal.commit(ex.one_of_each())
    await journal.commit((ex.trade(2, settled=True),))

    books = await read_books(store.target)

    assert books.trades == (
        JournaledTrade(
            trade_id=ex.trade_id(1),
            master_account_id=ex.MASTER,
            followers=(ex.SLAVE, ex.OTHER),
            seqs=(0,),
        ),
        JournaledTrade(
            trade_id=ex.trade_id(2),
            master_account_id=ex.MASTER,
            followers=(ex.SLAVE, ex.OTHER),
            seqs=(),
        ),
    )
    expected = ex.decision()
    assert books.decisions == (
        JournaledDecision(
            trade_id=expected.trade_id,
            seq=0,
            account_id=ex.SLAVE,
            kind=expected.kind,
            outcome=Outcome.PENDING,
            code=expected.code,
            ticket=ex.BIG_TICKET,
        ),
    )


async def test_standings_are_those_of_the_last_word_about_each_account(
    store: PostgresJournalStore,
) -> None:
    journal = await store.open()
    await journal.commit((ex.LIMITS, replace(ex.LIMITS, suspended="in EUR")))

    assert await read_standings(store.target) == (replace(ex.LIMITS, suspended="in EUR"),)


async def test_a_summary_counts_what_became_of_a_trade(store: PostgresJournalStore) -> None:
    journal = await store.open()
    await journal.commit(ex.one_of_each())
    await journal.commit((ex.execution(ex.failed(ex.execute()), received_at_ms=1),))

    (row,) = await read_view(store.target, "v_trades_summary")

    assert row["followers"] == 2
    counted = ("executions_total", "executions_ok", "executions_failed", "unsettled_decisions")
    assert [row[name] for name in counted] == [2, 1, 1, 1]


async def test_a_decision_is_found_by_its_account(store: PostgresJournalStore) -> None:
    journal = await store.open()
    await journal.commit(ex.one_of_each())
    await journal.commit((ex.decision(account_id=ex.OTHER, outcome=Outcome.OMITTED),))

    (row,) = await read_view(store.target, "v_decisions", where={"account_id": ex.OTHER})

    assert row["sentence"] == "spread 34 pt > max 25 pt"
    assert row["slave_ticket"] is None


async def test_latency_is_the_mean_of_each_hop(store: PostgresJournalStore) -> None:
    journal = await store.open()
    await journal.commit(ex.one_of_each())

    (row,) = await read_view(store.target, "v_latency_stats")

    assert row["slave_account_id"] == ex.SLAVE
    assert [row[name] for name in ("core_process_ms", "broker_ms", "e2e_ms")] == [
        Decimal(3),
        Decimal(7),
        Decimal(28),
    ]


async def test_views_and_columns_that_do_not_exist_are_named(store: PostgresJournalStore) -> None:
    await store.open()

    with pytest.raises(ValueError, match="no view trades"):
        await read_view(store.target, "trades")
    with pytest.raises(ValueError, match="no column x; DROP"):
        await read_view(store.target, "v_decisions", where={"x; DROP": 1})


async def test_nothing_can_be_written_from_beside(store: PostgresJournalStore) -> None:
    await store.open()

    with pytest.raises(JournalUnavailable, match="takes no writes"):
        async with looking_into(store.target) as session:
            await session.execute("DELETE FROM trades")


async def test_where_there_is_no_journal_it_is_said(server: PostgresServer) -> None:
    with pytest.raises(JournalUnavailable, match="there is no journal"):
        await read_books(target_on(server))
    with pytest.raises(JournalUnavailable):
        await read_books(replace(target_on(server), port=1))
