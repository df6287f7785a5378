"""Results of closed trades are read as they were committed, and nothing else is."""

from dataclasses import replace
from pathlib import Path

import pytest

from echo.domain.accounts import AccountInfo
from echo.domain.divergence import Tick
from echo.domain.ids import AccountId, StrategyId
from echo.domain.journal import AccountStateRecord, SymbolMapRecord
from echo.domain.policy import RiskPolicy, RiskType
from echo.domain.rulings import Origin, PolicyRecord
from echo.domain.specs import SymbolMapping
from echo.domain.trade_results import JournaledResults
from echo.ports.errors import JournalUnavailable
from echo.stores.sqlite.journal import SqliteJournal
from echo.stores.sqlite.results import read_results
from tests.domain.stories import CLOSED_MS, SLAVE, STORY, TRADE, D, journaled, trade_id
from tests.stores import examples as ex
from tests.stores.sqlite.places import query

SYMBOL = SymbolMapping(
    canonical_symbol="EURUSD",
    broker_symbol="EURUSD.m",
    digits=5,
    point=D("0.00001"),
    tick_size=D("0.00001"),
    min_lot=D("0.01"),
    max_lot=D(100),
    lot_step=D("0.01"),
    tick_value=D("0.92"),
)
MONEY = AccountInfo(
    account_id=SLAVE,
    balance=D(1),
    equity=D(1),
    margin=D(0),
    margin_free=D(1),
    margin_level=D(0),
    currency="EUR",
)
POLICY = RiskPolicy(
    account_id=SLAVE,
    strategy_id=StrategyId("*"),
    risk_type=RiskType.FIXED_LOT,
    lot_size=D("0.5"),
)
FACTS = (
    SymbolMapRecord(
        account_id=SLAVE,
        symbols=(
            SYMBOL,
            replace(SYMBOL, canonical_symbol="XAUUSD", tick_value=None),
            replace(SYMBOL, canonical_symbol="XAGUSD", tick_value=D(0)),
        ),
        reported_at_ms=1,
    ),
    AccountStateRecord(info=MONEY, updated_at_ms=1),
    PolicyRecord(
        account_id=SLAVE,
        strategy_id=StrategyId("*"),
        version=3,
        origin=Origin.DESK,
        policy=POLICY,
        before=None,
        changed_at_ms=1,
        changed_by="ana",
    ),
)
STILL_OPEN = replace(TRADE, trade_id=trade_id(2))


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    journal = SqliteJournal.open(tmp_path / "journal.sqlite")
    await journal.commit((*journaled(), STILL_OPEN, *FACTS))
    await journal.close()
    return tmp_path / "journal.sqlite"


def everything(path: Path) -> JournaledResults:
    return read_results(path, from_ms=0, to_ms=1 << 62)


def test_a_closed_trade_is_told_with_every_action_decision_answer_and_copy(path: Path) -> None:
    [story] = read_results(path, from_ms=0, to_ms=CLOSED_MS + 1).stories

    assert story.trade == STORY.trade
    assert story.actions == STORY.actions
    assert set(story.done) == set(STORY.done)
    assert story.copies == STORY.copies
    rows = {(each.account_id, each.seq): each.outcome for each in story.decisions}
    assert rows == {(each.account_id, each.seq): each.outcome for each in STORY.decisions}


@pytest.mark.parametrize("span", [(0, CLOSED_MS), (CLOSED_MS + 1, 1 << 62)])
def test_a_trade_belongs_to_the_moment_of_its_close(path: Path, span: tuple[int, int]) -> None:
    assert read_results(path, from_ms=span[0], to_ms=span[1]).stories == ()


def test_trades_that_are_open_are_counted(path: Path) -> None:
    assert everything(path).open_trades == 1


def test_a_close_that_no_decision_names_says_itself_which_action_it_copies(path: Path) -> None:
    query(path, "UPDATE copy_decisions SET command_id = NULL WHERE seq > 0")

    [story] = everything(path).stories

    assert set(story.done) == set(STORY.done)


def test_failures_and_repeats_are_no_exits(path: Path) -> None:
    query(path, "UPDATE closes SET success = 0")
    query(path, "UPDATE executions SET repeated = 1")

    [story] = everything(path).stories

    assert story.done == ()


def test_accounts_tell_their_currency_their_ticks_and_their_fixed_lots(path: Path) -> None:
    facts = everything(path).accounts[SLAVE]

    assert facts.currency == "EUR"
    assert facts.ticks == {"EURUSD": Tick(value=D("0.92"), size=D("0.00001"))}
    assert facts.fixed_lots == {("*", 3): D("0.5")}


async def test_an_account_without_figures_tells_the_currency_of_its_handshake(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.sqlite"
    journal = SqliteJournal.open(path)
    await journal.commit(ex.one_of_each())
    await journal.close()
    query(path, "DELETE FROM account_state")
    [(account_id, currency)] = query(
        path, "SELECT account_id, metadata ->> 'currency' FROM account_connections LIMIT 1"
    )

    assert everything(path).accounts[AccountId(str(account_id))].currency == currency


def test_a_row_that_nobody_understands_is_named(path: Path) -> None:
    query(path, "UPDATE copies SET open_price = 'dear'")

    with pytest.raises(JournalUnavailable, match=TRADE.trade_id):
        everything(path)


def test_a_figure_of_an_account_that_nobody_understands_is_told(path: Path) -> None:
    query(path, "UPDATE account_symbol_map SET tick_value = 'dear'")

    with pytest.raises(JournalUnavailable, match="what an account has told"):
        everything(path)


def test_there_must_be_a_journal(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable, match="there is no journal"):
        everything(tmp_path / "none.sqlite")
