"""Overviews: what a whole journal says when it is added up, for people and dashboards.

Nothing is decided by them, so they may be some seconds old; each tells how old it is.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from echo.domain.answers import Outcome
from echo.domain.ids import AccountId, StrategyId
from echo.domain.intents import ActionKind

OVERVIEW_ROWS_MAX: Final = 2_000
"""Rows of one overview; where there are more it says that it is not complete.  Writing so many down
keeps the event loop for less than a millisecond."""


class OverviewKind(StrEnum):
    """What is added up."""

    TRADES = "trades"
    """Masters' trades, and what their copies came to."""
    DECISIONS = "decisions"
    """How often each account came to each outcome, and for which reason."""
    LATENCY = "latency"
    """Mean milliseconds per hop of successful opens, per slave account."""


class OverviewFrom(StrEnum):
    """Where an overview was found."""

    JOURNAL = "journal"
    MEMORY = "memory"
    REDIS = "redis"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskOverview:
    """Add up a journal.

    ``first`` and ``last`` are UTC days, both included, on which trades were opened or decisions
    made; ``None`` = without bound.  Latency is always of everything that is kept.
    """

    kind: OverviewKind
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TradesRow:
    """Trades of one master account, strategy and symbol.

    ``followers`` are copies that were wanted; ``unsettled`` decisions have no outcome yet.
    """

    master_account_id: AccountId
    strategy_id: StrategyId
    symbol: str
    trades: int
    settled: int
    followers: int
    executions_ok: int
    executions_failed: int
    unsettled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionsRow:
    """How often one account came to one outcome; ``code`` is the reason's name."""

    account_id: AccountId
    kind: ActionKind
    outcome: Outcome
    code: str
    decisions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyRow:
    """Mean milliseconds of one slave account's successful opens; ``None`` = stamps are missing."""

    account_id: AccountId
    executions: int
    master_ea_to_agent_ms: float | None
    agent_to_core_ms: float | None
    core_process_ms: float | None
    core_to_agent_ms: float | None
    agent_to_slave_ea_ms: float | None
    slave_ea_process_ms: float | None
    broker_ms: float | None
    e2e_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The answer: rows of the kind that was asked for, and no others.

    ``read_at_ms``: when the journal was read, by the clock of the Core that read it.
    ``complete`` false = only the first `OVERVIEW_ROWS_MAX` rows are here.
    """

    kind: OverviewKind
    read_at_ms: int
    complete: bool = True
    trades: tuple[TradesRow, ...] = ()
    decisions: tuple[DecisionsRow, ...] = ()
    latency: tuple[LatencyRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOverview:
    """An overview as it is told: how old it is, and where it was found."""

    overview: Overview
    age_ms: int
    found_in: OverviewFrom
