from collections import Counter
from dataclasses import dataclass, field, replace

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN
from echo.domain.ledger import LedgerContents, LedgerEntry, LedgerKind
from echo.engine.state import CommandState
from echo.sim import truths
from echo.sim.faults import Mishap, MishapKind
from echo.sim.truths import DecisionKey
from echo.stores.memory import MemoryJournal
from tests.sim.stage import SLAVE, closed, ended, opened, world
from tests.terminal.rig import close


@dataclass
class Told:
    settled_facts: Counter[DecisionKey] = field(default_factory=Counter)
    core_lives: int = 1
    doubted: set[DecisionKey] = field(default_factory=set)


def copied() -> tuple[MemoryJournal, DecisionKey, DecisionKey]:
    """A journal after one copy, and the keys of its open and its close."""
    journal = ended(opened(), closed()).journal
    (trade_id,) = journal.trades
    return journal, (trade_id, SEQ_OPEN, SLAVE), (trade_id, SEQ_CLOSE, SLAVE)


def test_prices_leap_between_a_quote_and_its_fill_or_not() -> None:
    told = ended(opened(), closed())
    (trade_id,) = told.journal.trades
    opening = told.journal.decisions[trade_id, SEQ_OPEN, SLAVE]
    detected_ms = told.watch.detected_ms[trade_id, SEQ_OPEN]
    filled_ms = told.watch.settled_ms[trade_id, SEQ_OPEN, SLAVE]
    quoted_ms = detected_ms - told.scenario.quote_max_age_ms

    def leapt(at_ms: int, kind: MishapKind = MishapKind.GAP) -> bool:
        leap = Mishap(kind=kind, at_ms=at_ms, target="market")
        return truths.leapt(replace(told.scenario, mishaps=(leap,)), told.watch, opening)

    assert [leapt(quoted_ms - 1), leapt(quoted_ms)] == [False, True]
    assert [leapt(filled_ms), leapt(filled_ms + 1)] == [True, False]
    assert not leapt(detected_ms, MishapKind.SLEEP)


def test_an_outcome_has_its_ground_in_the_journal() -> None:
    journal, opening, closing = copied()
    assert list(truths.unfounded(journal)) == []
    (trade_id, _, account_id) = opening
    copy = journal.copies.pop((trade_id, account_id))
    assert "no copy" in next(truths.unfounded(journal))
    journal.copies[trade_id, account_id] = copy
    journal.commands.clear()
    assert "no command" in next(truths.unfounded(journal))
    journal.decisions[opening] = replace(
        journal.decisions[opening], outcome=Outcome.OMITTED, code=ErrorCode.NO_ERROR, sentence=""
    )
    assert "nobody said why" in next(truths.unfounded(journal))
    assert closing in journal.decisions


def test_a_close_is_decided_after_its_open() -> None:
    journal, opening, _ = copied()
    assert list(truths.disordered(journal)) == []
    journal.decisions[opening] = replace(journal.decisions[opening], outcome=Outcome.PENDING)
    assert len(list(truths.disordered(journal))) == 1


def test_people_are_told_once() -> None:
    journal, opening, closing = copied()
    told = Told(Counter((opening, closing)))
    assert list(truths.silences(journal, told)) == []
    told.settled_facts[opening] = 2
    assert "2 times" in next(truths.silences(journal, told))
    told.doubted.add(opening)
    assert list(truths.silences(journal, told)) == []


def test_an_omission_that_nobody_hears_of_is_noticed_unless_a_core_died() -> None:
    journal, opening, _ = copied()
    journal.decisions[opening] = replace(
        journal.decisions[opening], outcome=Outcome.OMITTED, code=ErrorCode.STALE
    )
    assert "nobody was told" in next(truths.silences(journal, Told()))
    assert list(truths.silences(journal, Told(core_lives=2))) == []


def test_what_changes_when_everything_is_said_again_is_named() -> None:
    assert list(truths.changed({"one": 1, "two": 2}, {"one": 1, "two": 3, "three": 3})) == [
        "two changed when everything was said once more"
    ]


def test_what_was_in_doubt_may_be_settled_by_an_old_word_and_nothing_else_may() -> None:
    before = {"doubted": Outcome.IN_DOUBT, "omitted": Outcome.OMITTED, "filled": Outcome.FILLED}
    after = {"doubted": Outcome.FILLED, "omitted": Outcome.FILLED, "filled": Outcome.IN_DOUBT}

    assert list(truths.changed(before, after)) == [
        "omitted changed when everything was said once more",
        "filled changed when everything was said once more",
    ]


def test_what_an_action_says_is_the_same_as_a_value_and_as_a_record() -> None:
    action = next(iter(copied()[0].actions.values())).action
    record = {"ticket": getattr(action, "ticket", None)}
    assert truths.content(record)[-1] == truths.content(action)[-1]


def test_what_is_over_and_kept_all_the_same_is_named() -> None:
    over = ended(opened(), closed())
    (agent,) = over.agents
    commands = list(over.holder.engine.state.commands.values())
    assert list(truths.hoarded({agent.name: agent.ledger.load()}, commands, ())) == []

    during = world(opened(), closed())
    for each in during.nodes.values():
        if each.wanted:
            each.start()
    during._tick()
    waiting: list[CommandState] = []
    while not waiting:
        during.until(during.now_ms + 1)
        waiting = list(during.holder.engine.state.commands.values())
    (lane,) = {(each.trade_id, SEQ_OPEN, each.account_id) for each in waiting}
    assert list(truths.hoarded({}, waiting, ()))
    assert list(truths.hoarded({}, waiting, {lane})) == []


def test_an_agent_keeps_nothing_that_it_has_delivered() -> None:
    entry = LedgerEntry(
        key="uplink:action:1:t:0",
        n=1,
        kind=LedgerKind.UPLINK,
        account_id=SLAVE,
        message=close(1),
    )
    held = LedgerContents(ledger_id="l", n=1, entries=(entry,))
    written = replace(held, entries=(replace(entry, kind=LedgerKind.WRITTEN),))

    found = list(truths.hoarded({"agent-1": held, "agent-2": written}, (), ()))

    assert found == ["the ledger of agent-1 still holds uplink:action:1:t:0"]
