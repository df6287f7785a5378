"""A journal can be looked into from beside, while it is written and when nobody has it open."""

from pathlib import Path

import apsw
import pytest

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.intents import ActionKind
from echo.domain.reconciliation import JournaledDecision, JournaledTrade
from echo.ports.errors import JournalUnavailable
from echo.stores.sqlite.journal import SqliteJournal
from echo.stores.sqlite.reading import VIEWS, read_books, read_view
from tests.stores import examples as ex

RECORDS = (
    *ex.one_of_each(),
    ex.action(ex.close(), ActionKind.CLOSE),
    ex.trade(2, settled=True, followers=()),
    ex.decision(account_id=ex.OTHER, outcome=Outcome.OMITTED),
    ex.execution(ex.failed(ex.execute()), received_at_ms=1),
)


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    journal = SqliteJournal.open(tmp_path / "journal.db")
    await journal.commit(RECORDS)
    await journal.close()
    return tmp_path / "journal.db"


def test_books_hold_every_trade_and_decision(path: Path) -> None:
    books = read_books(path)

    assert books.trades == (
        JournaledTrade(
            trade_id=ex.trade_id(1),
            master_account_id=ex.MASTER,
            followers=(ex.SLAVE, ex.OTHER),
            seqs=(0, 2_147_483_647),
        ),
        JournaledTrade(trade_id=ex.trade_id(2), master_account_id=ex.MASTER, followers=(), seqs=()),
    )
    assert books.decisions == (
        JournaledDecision(
            trade_id=ex.trade_id(1),
            seq=0,
            account_id=ex.SLAVE,
            kind=ActionKind.OPEN,
            outcome=Outcome.PENDING,
            ticket=ex.BIG_TICKET,
        ),
        JournaledDecision(
            trade_id=ex.trade_id(1),
            seq=0,
            account_id=ex.OTHER,
            kind=ActionKind.OPEN,
            outcome=Outcome.OMITTED,
            code=ErrorCode.SPREAD_EXCEEDED,
        ),
    )


async def test_readers_see_what_a_running_writer_committed(tmp_path: Path) -> None:
    journal = SqliteJournal.open(tmp_path / "journal.db")
    await journal.commit((ex.trade(1),))
    before = read_books(tmp_path / "journal.db")

    await journal.commit((ex.trade(2),))

    assert len(before.trades) == 1
    assert len(read_books(tmp_path / "journal.db").trades) == 2
    await journal.close()


def test_reading_changes_nothing(path: Path) -> None:
    content = path.read_bytes()

    read_books(path)

    assert path.read_bytes() == content


@pytest.mark.parametrize("name", ["nothing.db", "."])
def test_journal_that_is_not_there_is_not_made(tmp_path: Path, name: str) -> None:
    with pytest.raises(JournalUnavailable, match="no journal"):
        read_books(tmp_path / name)

    assert list(tmp_path.iterdir()) == []


def test_file_that_is_no_journal_is_told(tmp_path: Path) -> None:
    empty, other = tmp_path / "empty.db", tmp_path / "other.db"
    empty.touch()
    other.write_bytes(b"quarterly report " * 400)

    with pytest.raises(JournalUnavailable, match="no such table"):
        read_books(empty)
    with pytest.raises(JournalUnavailable, match="not a store"):
        read_books(other)


def test_trades_are_summed_up(path: Path) -> None:
    first, second = read_view(path, "v_trades_summary")

    assert {name: first[name] for name in first if name.startswith("executions")} == {
        "executions_total": 2,
        "executions_ok": 1,
        "executions_failed": 1,
    }
    assert (first["followers"], first["unsettled_decisions"], first["lot_size"]) == (2, 1, "0.20")
    assert (second["followers"], second["settled"], second["executions_total"]) == (0, 1, 0)


def test_decisions_are_told_with_what_became_of_them(path: Path) -> None:
    (row,) = read_view(path, "v_decisions", where={"outcome": "omitted"})

    assert row["sentence"] == "spread 34 pt > max 25 pt"
    assert (row["account_id"], row["symbol"], row["slave_ticket"]) == (ex.OTHER, "XAUUSD", None)

    (row,) = read_view(path, "v_decisions", where={"slave_ticket": ex.BIG_TICKET})

    assert (row["command_status"], row["attempt"]) == ("inflight", 2)


def test_latency_is_averaged_over_successful_opens(path: Path) -> None:
    (row,) = read_view(path, "v_latency_stats")

    assert row == {
        "slave_account_id": ex.SLAVE,
        "executions": 1,
        "master_ea_to_agent_ms": 1,
        "agent_to_core_ms": 2,
        "core_process_ms": 3,
        "core_to_agent_ms": 4,
        "agent_to_slave_ea_ms": 5,
        "slave_ea_process_ms": 6,
        "broker_ms": 7,
        "e2e_ms": 28,
    }


def test_rows_are_bounded(path: Path) -> None:
    assert len(read_view(path, "v_trades_summary", rows_max=1)) == 1


@pytest.mark.parametrize(
    ("view", "where"),
    [("trades", {}), ("v_decisions; DROP TABLE trades", {}), ("v_decisions", {"1=1 --": 1})],
)
def test_only_known_views_and_columns_are_read(path: Path, view: str, where) -> None:
    with pytest.raises(ValueError, match=r"no view|no column"):
        read_view(path, view, where=where)


def test_every_view_that_is_offered_exists(path: Path) -> None:
    connection = apsw.Connection(str(path))
    found = {
        name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type='view'")
    }
    connection.close()

    assert found == VIEWS
