"""A real journal, audited: in order it is clean; each row that is corrupted is found."""

import asyncio
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from echo.domain.answers import ExecutionResult, Outcome
from echo.domain.audit import GRACE_MS, Audit
from echo.domain.commands import (
    CloseOrder,
    CommandKind,
    ExecuteOrder,
    Flatten,
    ModifyOrder,
    ReduceOrder,
)
from echo.domain.ids import CommandId, Ticket, TradeId, derive_command_id
from echo.domain.journal import CommandRecord, ExecutionRecord, Record
from echo.domain.operations import Settle
from echo.engine.effects import Persist
from echo.ports.errors import JournalUnavailable
from echo.stores.sqlite.cases import read_cases
from echo.stores.sqlite.journal import SqliteJournal
from tests.engine.questions import ask
from tests.engine.scenes import (
    AGENT,
    SECOND,
    SLAVE,
    TRADE,
    WALL_MS,
    Desk,
    closed,
    desk,
    done,
    doubted,
    filled,
    modified,
    opened,
    reduced,
    sent,
    trade_id_of,
)
from tests.stores.sqlite.places import query

NOW_MS = WALL_MS + 10_000
DOUBT = trade_id_of(2)
BY_HAND = trade_id_of(3)
FLATTEN = Flatten(command_id=CommandId(TRADE), account_id=SLAVE, tickets=(Ticket(1),))


def a_day() -> list[Record]:
    """One trade from open to close on two accounts, one in doubt, one settled by a person."""
    stage = desk(SLAVE, SECOND)
    for number, order in enumerate(sent(stage.say(opened()), ExecuteOrder)):
        stage.say(filled(order, 9001 + number))
    for reduction in sent(stage.say(reduced(1, "0.50")), ReduceOrder):
        left = Ticket(reduction.ticket + 100)
        stage.say(done(reduction, executed_lot=Decimal("0.05"), new_ticket=left))
    for modify in sent(stage.say(modified(2, sl="1.09000")), ModifyOrder):
        stage.say(done(modify))
    for close in sent(stage.say(closed()), CloseOrder):
        stage.say(done(close))
    _doubtful(stage, DOUBT, 2)
    for close in sent(stage.say(closed(trade_id=DOUBT, ticket=Ticket(2))), CloseOrder):
        stage.say(done(close))
    settle = Settle(
        command_id=_doubtful(stage, BY_HAND, 3),
        outcome=Outcome.FILLED,
        ticket=Ticket(9300),
        sure=True,
    )
    ask(stage, settle)
    records = [effect.record for effect in stage.heard if isinstance(effect, Persist)]
    return [*records, *_swept()]


def _doubtful(stage: Desk, trade_id: TradeId, ticket: int) -> CommandId:
    orders = sent(stage.say(opened(trade_id=trade_id, ticket=Ticket(ticket))), ExecuteOrder)
    first, second = orders
    stage.say(doubted(first, candidates=(Ticket(1), Ticket(2))))
    stage.say(filled(second, 9000 + 100 * ticket))
    return first.command_id


def _swept() -> list[Record]:
    """A command of no trade, answered."""
    result = ExecutionResult(
        command_id=FLATTEN.command_id, trade_id=TradeId(""), kind=CommandKind.FLATTEN, success=True
    )
    return [
        CommandRecord(
            command_id=FLATTEN.command_id,
            account_id=SLAVE,
            agent_id=AGENT,
            command=FLATTEN,
            created_at_ms=WALL_MS,
        ),
        ExecutionRecord(
            command_id=FLATTEN.command_id,
            trade_id=TradeId(""),
            account_id=SLAVE,
            agent_id=AGENT,
            result=result,
            received_at_ms=WALL_MS,
        ),
    ]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The day in a file that nobody writes any more."""
    path = tmp_path_factory.mktemp("day") / "journal.sqlite"

    async def write() -> None:
        journal = SqliteJournal.open(path)
        await journal.commit(a_day())
        await journal.close()

    asyncio.run(write())
    query(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def journal(day: Path, tmp_path: Path) -> Path:
    """A copy of it, to be spoilt."""
    path = Path(shutil.copy(day, tmp_path / "journal.sqlite"))
    query(path, "DROP TRIGGER copy_decisions_are_final")
    return path


def audited(path: Path, now_ms: int = NOW_MS) -> Audit:
    audit = Audit(now_ms=now_ms)
    for case in read_cases(path):
        audit.take(case)
    return audit


def found(path: Path, now_ms: int = NOW_MS) -> set[str]:
    return {each.invariant for each in audited(path, now_ms).violations}


def test_a_journal_in_order_is_clean_and_counted(journal: Path) -> None:
    audit = audited(journal)

    assert audit.violations == []
    assert audit.trades == 3
    assert audit.expected == sum(audit.outcomes.values()) == 2 * (4 + 2 + 1)
    assert audit.outcomes[Outcome.IN_DOUBT] == 1
    assert audit.outcomes[Outcome.FILLED] == 5
    assert audit.commands == 8 + 3 + 2 + 1


def test_every_table_is_read(journal: Path) -> None:
    cases = {case.trade_id: case for case in read_cases(journal)}

    first = cases[TRADE]
    assert first.trade is not None
    assert (first.trade.followers, first.trade.settled) == ((SLAVE, SECOND), True)
    assert [len(part) for part in (first.actions, first.decisions, first.commands)] == [4, 8, 8]
    assert (len(first.answers), len(first.copies)) == (8, 2)
    assert {each.remaining_lot for each in first.commands} == {None, Decimal("0.05")}
    assert [each.ticket for each in cases[BY_HAND].settlements] == [9300]
    assert cases[TradeId("")].commands[0].seq is None
    assert list(cases) == sorted(cases)


def test_a_late_close_shows_with_time(journal: Path) -> None:
    stuck = (
        "UPDATE copy_decisions SET outcome = 'pending', settled_at_ms = NULL"
        " WHERE trade_id = '@TRADE' AND kind = 'close'"
    )
    query(journal, spelled(stuck))

    assert "4" not in found(journal)
    assert "4" in found(journal, NOW_MS + GRACE_MS)


OPEN = derive_command_id(TRADE, 0, SLAVE)


def spelled(statement: str) -> str:
    """Put names in their places."""
    statement = statement.replace(
        "@OF_TRADE", "WHERE trade_id = '@TRADE' AND account_id = '@SLAVE'"
    )
    for name, value in (
        ("@TRADE", TRADE),
        ("@SLAVE", SLAVE),
        ("@SECOND", SECOND),
        ("@OPEN", OPEN),
        ("@DOUBT", DOUBT),
    ):
        statement = statement.replace(name, value)
    return statement


CORRUPTIONS = {
    "decision lost": ("1", "DELETE FROM copy_decisions @OF_TRADE AND seq = 2"),
    "follower added": ("1", 'UPDATE trades SET followers = \'["2001","2002","2003"]\''),
    "settled too early": ("1", "UPDATE trades SET settled = 1 WHERE trade_id = '@DOUBT'"),
    "second fill": (
        "2",
        "INSERT INTO executions SELECT execution_id || 'x', command_id || 'x', trade_id, kind,"
        " slave_account_id, agent_id, 77, executed_price, executed_lot, spread_points,"
        " slippage_points, new_ticket, success, error_code, error_message, doubt, stored, late,"
        " candidates, ledger_n, execution_time_ms, timestamps_ms, received_at_ms, repeated"
        " FROM executions WHERE trade_id = '@TRADE' AND kind = 'execute'",
    ),
    "one ticket, two trades": (
        "2",
        "UPDATE copies SET ticket = 9300 @OF_TRADE",
    ),
    "closed and open": ("3", "UPDATE copies SET lot_remaining = '0.05' @OF_TRADE"),
    "fill unheard of": ("7", "DELETE FROM executions WHERE command_id = '@OPEN'"),
    "fill that was none": (
        "7",
        "UPDATE executions SET success = 0 WHERE command_id = '@OPEN'",
    ),
    "copy lost": ("7", "DELETE FROM copies @OF_TRADE"),
    "copy of another ticket": ("7", "UPDATE copies SET ticket = 4 @OF_TRADE"),
    "settlement lost": ("7", "DELETE FROM operator_actions"),
    "reopened": (
        "9",
        "UPDATE copy_decisions SET outcome = 'pending' @OF_TRADE AND seq = 2",
    ),
    "settled at no moment": (
        "9",
        "UPDATE copy_decisions SET settled_at_ms = NULL @OF_TRADE AND seq = 2",
    ),
    "doubt resolved in secret": (
        "9",
        "UPDATE copy_decisions SET outcome = 'failed' WHERE trade_id = '@DOUBT' AND seq = 0"
        " AND outcome = 'in_doubt'",
    ),
    "settled twice": (
        "9",
        "INSERT INTO operator_actions SELECT asked_at_ms + 1, action, command_id, asked_by,"
        " outcome, ticket, sentence FROM operator_actions",
    ),
    "sent before its open": (
        "10",
        "UPDATE copy_decisions SET outcome = 'in_doubt', sentence = 'why' @OF_TRADE AND seq = 0",
    ),
    "sent after its close": (
        "10",
        "UPDATE delivery_journal SET created_at_ms = created_at_ms + 60000"
        " WHERE trade_id = '@TRADE' AND command_type = 'modify_order'",
    ),
    "share too large": ("11", "UPDATE copies SET lot_remaining = '0.2' @OF_TRADE"),
    "decision for a stranger": (
        "17",
        "INSERT INTO copy_decisions SELECT trade_id, seq, '9999', kind, outcome, code, sentence,"
        " inputs, NULL, decided_at_ms, settled_at_ms FROM copy_decisions @OF_TRADE AND seq = 2",
    ),
    "no reason": (
        "24",
        "UPDATE copy_decisions SET outcome = 'omitted', sentence = '' @OF_TRADE AND seq = 2",
    ),
    "doubt without a word": (
        "24",
        "UPDATE copy_decisions SET sentence = '' WHERE outcome = 'in_doubt'",
    ),
    "minted id": (
        "ids",
        "UPDATE copy_decisions SET command_id = '@TRADE' @OF_TRADE AND seq = 2",
    ),
    "moved command": (
        "ids",
        "UPDATE delivery_journal SET target_account_id = '@SECOND' WHERE command_id = '@OPEN'",
    ),
    "moved action": (
        "ids",
        "UPDATE trade_actions SET trade_id = '@DOUBT' WHERE trade_id = '@TRADE' AND seq = 1",
    ),
    "trade lost": ("rows", "DELETE FROM trades WHERE trade_id = '@TRADE'"),
    "open lost": ("rows", "DELETE FROM trade_actions WHERE trade_id = '@TRADE' AND seq = 0"),
    "command lost": ("rows", "DELETE FROM delivery_journal WHERE command_id = '@OPEN'"),
    "command of nothing": (
        "rows",
        "DELETE FROM copy_decisions @OF_TRADE AND seq = 1",
    ),
    "unknown outcome": ("rows", "UPDATE copy_decisions SET outcome = 'lost' @OF_TRADE"),
    "unknown code": ("rows", "UPDATE copy_decisions SET code = 'MOON' @OF_TRADE"),
    "unknown stage": ("rows", "UPDATE delivery_journal SET stage = 9"),
    "unknown status": ("rows", "UPDATE delivery_journal SET status = 'lost'"),
    "no number": ("rows", "UPDATE copies SET lot_remaining = 'all' @OF_TRADE"),
    "no followers": ("rows", "UPDATE trades SET followers = '{'"),
    "torn action": ("rows", "UPDATE trade_actions SET payload = x'ff00ff'"),
    "another kind of action": (
        "rows",
        "UPDATE trade_actions SET kind = 'reduce' WHERE trade_id = '@TRADE' AND seq = 2",
    ),
    "another kind of command": ("rows", "UPDATE delivery_journal SET command_type = 'x'"),
    "torn command": (
        "rows",
        "DROP TRIGGER commands_are_written_once; UPDATE delivery_journal SET payload = x'ff00ff'",
    ),
    "back to an earlier stage": (
        "stages",
        "UPDATE delivery_journal SET stage = 2 WHERE command_id = '@OPEN'",
    ),
    "delivered, not finished": (
        "9",
        "UPDATE delivery_journal SET status = 'delivered' WHERE command_id = '@OPEN'",
    ),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_what_was_corrupted_is_found(journal: Path, name: str) -> None:
    invariant, statement = CORRUPTIONS[name]

    query(journal, spelled(statement))

    assert invariant in found(journal)


def test_a_journal_that_is_being_written_is_read_as_of_one_moment(
    day: Path, tmp_path: Path
) -> None:
    path = tmp_path / "journal.sqlite"
    records = a_day()

    async def run() -> None:
        journal = SqliteJournal.open(path)
        await journal.commit(records)
        cases = read_cases(path)
        next(cases)
        await journal.commit(records)
        assert [case.trade_id for case in cases]
        await journal.close()

    asyncio.run(run())
    assert audited(path).violations == []


def test_a_journal_of_an_older_release_is_read_as_it_is(journal: Path) -> None:
    query(journal, "DROP TABLE operator_actions")

    assert audited(journal).trades == 3


def test_what_is_no_journal_is_told(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable, match="there is no journal"):
        list(read_cases(tmp_path / "none"))
    (tmp_path / "empty").touch()
    with pytest.raises(JournalUnavailable, match="it has no trades"):
        list(read_cases(tmp_path / "empty"))
    (tmp_path / "text").write_text("a text " * 1_000)
    with pytest.raises(JournalUnavailable):
        list(read_cases(tmp_path / "text"))
