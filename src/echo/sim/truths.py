"""What the journal must be able to tell by itself, and what must be left of everything: nothing."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, Protocol

from echo.domain.answers import Outcome
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, AccountId, TradeId
from echo.domain.journal import DecisionRecord
from echo.domain.ledger import LedgerContents, LedgerKind
from echo.engine.state import CommandState
from echo.sim.faults import MishapKind
from echo.sim.scenario import Scenario
from echo.stores.memory import MemoryJournal

DecisionKey = tuple[TradeId, int, AccountId]

TELLING: Final = frozenset({Outcome.OMITTED, Outcome.FAILED, Outcome.MANUAL})
"""Outcomes of which people hear."""


class Told(Protocol):
    """What was seen of the facts that the Core told."""

    settled_facts: Counter[DecisionKey]
    core_lives: int
    doubted: set[DecisionKey]


class Timed(Protocol):
    """When a master's open was seen, and when a decision became final."""

    detected_ms: dict[tuple[TradeId, int], int]
    settled_ms: dict[DecisionKey, int]


def leapt(scenario: Scenario, timed: Timed, opened: DecisionRecord) -> bool:
    """Whether prices leapt after they were quoted to the Core, and before the order was filled."""
    detected_ms = timed.detected_ms.get((opened.trade_id, SEQ_OPEN), 0)
    quoted_ms = detected_ms - scenario.quote_max_age_ms
    filled_ms = timed.settled_ms.get((opened.trade_id, SEQ_OPEN, opened.account_id), quoted_ms)
    return any(
        each.kind is MishapKind.GAP and quoted_ms <= each.at_ms <= filled_ms
        for each in scenario.mishaps
    )


def unfounded(journal: MemoryJournal) -> Iterator[str]:
    """Outcomes whose ground is not in the journal."""
    for (trade_id, seq, account_id), row in journal.decisions.items():
        why = _missing(journal, row)
        if why:
            yield f"action {seq} of {trade_id} on {account_id} is {row.outcome.value}: {why}"


def _missing(journal: MemoryJournal, row: DecisionRecord) -> str:
    match row.outcome:
        case Outcome.FILLED if (row.trade_id, row.account_id) not in journal.copies:
            return "there is no copy"
        case Outcome.FILLED if row.command_id not in journal.commands:
            return "there is no command"
        case Outcome.OMITTED | Outcome.FAILED if not (row.code or row.sentence):
            return "nobody said why"
    return ""


def disordered(journal: MemoryJournal) -> Iterator[str]:
    """Closes that were decided before it was known whether there was anything to close."""
    for (trade_id, seq, account_id), row in journal.decisions.items():
        if seq != SEQ_CLOSE or not row.outcome.is_final:
            continue
        opened = journal.decisions.get((trade_id, SEQ_OPEN, account_id))
        if opened is None or not opened.outcome.is_final:
            yield f"the close of {trade_id} on {account_id} is decided, its open is not"


def silences(journal: MemoryJournal, told: Told) -> Iterator[str]:
    """Outcomes of which nobody was told, or twice.

    A Core that dies between its commit and its word cannot do better than that.
    """
    for key, row in journal.decisions.items():
        times = told.settled_facts[key]
        once = 2 if key in told.doubted else 1
        if times > once:
            yield f"action {key[1]} of {key[0]} on {key[2]} was told {times} times"
        elif not times and told.core_lives == 1 and row.outcome in TELLING:
            yield f"action {key[1]} of {key[0]} on {key[2]} is {row.outcome.value}, nobody was told"


def hoarded(
    ledgers: Mapping[str, LedgerContents],
    commands: Iterable[CommandState],
    doubtful: Collection[DecisionKey],
) -> Iterator[str]:
    """What somebody still keeps although it is over: memory and files would grow for ever.

    Args:
        ledgers: Those of the Agents, by their names.
        commands: What the Core waits for.
    """
    for name, contents in ledgers.items():
        for entry in contents.entries:
            if entry.kind is LedgerKind.UPLINK:
                yield f"the ledger of {name} still holds {entry.key}"
    lanes = {(trade_id, account_id) for trade_id, _, account_id in doubtful}
    for command in commands:
        if (command.trade_id, command.account_id) not in lanes:
            yield f"the Core still waits for {command.command.command_id}"


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    """Tell what is not as it was before.

    What was in doubt may be settled: an answer that was lost with whoever had heard it is as good
    when it is heard once more.
    """
    for what, was in before.items():
        now = after.get(what)
        settled = was is Outcome.IN_DOUBT and now in {Outcome.FILLED, Outcome.FAILED}
        if now != was and not settled:
            yield f"{what} changed when everything was said once more"


def content(action: object) -> tuple[str, ...]:
    """What an action says, whether it is a value or a record of an EA's file."""

    def said(name: str) -> str:
        value = action.get(name) if isinstance(action, Mapping) else getattr(action, name, None)
        return "" if value is None else str(value)

    return tuple(said(name) for name in ("volume_remaining", "stop_loss", "take_profit", "ticket"))
