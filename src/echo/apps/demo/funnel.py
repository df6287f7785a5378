"""The funnel: of everything that masters opened, what reached a position, and what did not, why."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_OPEN, AccountId
from echo.domain.reconciliation import JournaledDecision, JournaledTrade

WORDS: Final[dict[ErrorCode, str]] = {
    ErrorCode.STOP_REQUIRED: "no stop to size the risk by",
    ErrorCode.SPREAD_EXCEEDED: "the spread was too wide",
    ErrorCode.SLIPPAGE_EXCEEDED: "the price had run away",
    ErrorCode.DELAY_EXCEEDED: "too old when it could have been sent",
    ErrorCode.STALE: "too old when it reached the terminal",
    ErrorCode.WINDOW_BLOCKED: "inside a window",
    ErrorCode.RISK_POLICY_MISSING: "not followed by this account",
    ErrorCode.RISK_POLICY_INVALID: "the policy does not fit the account",
    ErrorCode.SIDE_FILTERED: "a side that is not copied",
    ErrorCode.SYMBOL_FILTERED: "a symbol that is not copied",
    ErrorCode.SYMBOL_NOT_MAPPED: "a symbol that the account does not have",
    ErrorCode.TRADE_DISABLED: "the broker does not let it be opened",
    ErrorCode.SESSION_CLOSED: "outside the trading hours",
    ErrorCode.MARKET_CLOSED: "the broker's market was closed",
    ErrorCode.NO_MONEY: "not enough margin",
    ErrorCode.INVALID_STOPS: "the broker refused the stops",
    ErrorCode.VOLUME_BELOW_MIN: "smaller than the smallest lot",
    ErrorCode.QUOTE_STALE: "no fresh quote",
    ErrorCode.SPEC_MISSING: "no fresh specification",
    ErrorCode.HANDSHAKE_NOT_READY: "the account was not ready",
    ErrorCode.CLOSED_BEFORE_OPEN: "the master had closed already",
    ErrorCode.SINGLE_FLIGHT: "another entry was under way",
    ErrorCode.PAUSED: "copying was paused",
    ErrorCode.CLOSE_ONLY: "only closes were copied",
    ErrorCode.MAX_TRADES: "as many trades were open as may be",
    ErrorCode.MAX_LOTS: "as many lots were open as may be",
    ErrorCode.LIMIT_HEADROOM: "an account limit was too near",
    ErrorCode.LIMIT_REACHED: "an account limit was reached",
}
"""What a reason means, for people; others are told by their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why entries went no further; ``accounts`` counts the slaves that it happened to."""

    code: ErrorCode
    count: int
    accounts: int

    @property
    def told(self) -> str:
        """Say it in one line."""
        words = WORDS.get(self.code, "the terminal or its broker refused it")
        slaves = f"{self.accounts} slave{'s' * (self.accounts > 1)}"
        return f"{self.count} {words} ({self.code.name}, {slaves})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """Entries, from what masters opened down to positions.

    ``wanted`` is the number of opens times their followers; what has no outcome yet is
    ``waiting``.
    """

    opens: int
    wanted: int
    left_out: tuple[Reason, ...]
    failed: tuple[Reason, ...]
    shadowed: int
    waiting: int
    filled: int

    @property
    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield it line by line, the widest first."""
        yield "entries", f"{self.wanted} wanted: {self.opens} opens of masters, for every slave"
        for name, reasons in (("left out", self.left_out), ("refused", self.failed)):
            for place, reason in enumerate(reasons):
                yield name if place == 0 else "", reason.told
        if self.shadowed:
            yield "dry run", f"{self.shadowed} decided and not sent"
        if self.waiting:
            yield "waiting", f"{self.waiting} without an outcome"
        yield "positions", f"{self.filled} opened"


def funnel(trades: Sequence[JournaledTrade], decisions: Sequence[JournaledDecision]) -> Funnel:
    """Count what became of every entry."""
    entries = [row for row in decisions if row.seq == SEQ_OPEN]
    outcomes = Counter(row.outcome for row in entries)
    return Funnel(
        opens=len(trades),
        wanted=sum(len(trade.followers) for trade in trades),
        left_out=_reasons(entries, Outcome.OMITTED),
        failed=_reasons(entries, Outcome.FAILED),
        shadowed=outcomes[Outcome.SHADOWED],
        waiting=outcomes[Outcome.PENDING] + outcomes[Outcome.IN_DOUBT],
        filled=outcomes[Outcome.FILLED],
    )


def _reasons(entries: Sequence[JournaledDecision], outcome: Outcome) -> tuple[Reason, ...]:
    counts: Counter[ErrorCode] = Counter()
    accounts: dict[ErrorCode, set[AccountId]] = {}
    for row in entries:
        if row.outcome is outcome:
            counts[row.code] += 1
            accounts.setdefault(row.code, set()).add(row.account_id)
    return tuple(
        Reason(code=code, count=count, accounts=len(accounts[code]))
        for code, count in counts.most_common()
    )
