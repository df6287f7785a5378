"""A slave account of a firm: 100,000 USD, 5 % a day from midnight in Prague, 10 % overall."""

from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from echo.domain.account_limits import AccountLimits
from echo.domain.accounts import AccountInfo, Position
from echo.domain.exposure import Margins
from echo.domain.facts import LimitAnchored, LimitStageChanged
from echo.domain.ids import AccountId
from echo.domain.limit_rules import Anchor, LimitKind, LimitRule
from echo.domain.limits_record import LimitsRecord
from echo.domain.policy import PolicyBook, RiskPolicy
from echo.domain.quantities import Instant
from echo.domain.reset_time import ResetTime
from echo.engine.effects import Effect
from echo.engine.events import PoliciesChanged
from tests.engine.reports import position, snapshot
from tests.engine.scenes import SLAVE, Desk, desk, facts, fixed_lot, spec_report

PRAGUE = ResetTime(time(0), "Europe/Prague")
DAILY = LimitRule(
    rule_id="daily-loss",
    kind=LimitKind.DAILY_LOSS,
    limit=Decimal(5),
    initial_balance=Decimal(100_000),
    reset=PRAGUE,
)
OVERALL = replace(
    DAILY,
    rule_id="overall-loss",
    kind=LimitKind.OVERALL_LOSS,
    anchor=Anchor.INITIAL,
    limit=Decimal(10),
    reset=None,
)
NO_SLIPPAGE = Margins(slippage_points=Decimal(0))
LIMITS = AccountLimits(pack="two-step", currency="USD", rules=(DAILY, OVERALL), margins=NO_SLIPPAGE)


def limited(
    limits: AccountLimits = LIMITS,
    *,
    policies: tuple[RiskPolicy, ...] | None = None,
    at: datetime = datetime(2026, 1, 15, 12, tzinfo=UTC),
    **changes: Any,
) -> Desk:
    """A Core at work, at noon of a winter's day, with limits for its slave, which was not seen."""
    stage = desk(policies=policies or (fixed_lot(lot="1.00"),), **changes)
    stage.now = Instant(int(at.timestamp()) * 1_000, stage.now.mono_ms)
    impose(stage, limits)
    return stage


def impose(stage: Desk, limits: AccountLimits | None) -> list[Effect]:
    """Put other limits into force."""
    stage.book = PolicyBook(
        stage.book.policies,
        default_options=stage.book.default_options,
        limits={} if limits is None else {SLAVE: limits},
    )
    return stage.feed(PoliciesChanged(stage.book))


def shown(
    stage: Desk,
    equity: int | str,
    *positions: Position,
    balance: int | str = 100_000,
    currency: str = "USD",
    account_id: AccountId = SLAVE,
    **changes: Any,
) -> list[Effect]:
    """The account shows its money and its positions; its market and its specs are fresh."""
    stage.probe()
    stage.say(spec_report(account_id), message_id=None)
    told = stage.quote(account_id)
    info = AccountInfo(
        account_id=account_id,
        balance=Decimal(balance),
        equity=Decimal(equity),
        margin=Decimal(0),
        margin_free=Decimal(equity),
        margin_level=Decimal(0),
        currency=currency,
    )
    said = snapshot(*positions, account_id=account_id, info=info, sequence=stage.now.mono_ms)
    return told + stage.say(replace(said, **changes), message_id=None)


def holding(ticket: int = 9001, lot: str = "1.00", **changes: Any) -> Position:
    """A long position with its stop 100 points below the price that it was opened at."""
    return position(
        ticket,
        **{"lot": Decimal(lot), "stop_loss": Decimal("1.09910"), **changes},
    )


def jump(stage: Desk, *when: int) -> None:
    """Let the clocks go on to a moment, UTC, without any timer noticing."""
    then = datetime(*when, tzinfo=UTC)  # type: ignore[arg-type, misc]  # year to second
    stage.later(int(then.timestamp()) * 1_000 - stage.now.wall_ms)


def stages(effects: list[Effect]) -> list[tuple[str, str]]:
    """Which limits changed to which stage."""
    return [(fact.rule_id, fact.stage.name) for fact in facts(effects, LimitStageChanged)]


def anchors(effects: list[Effect]) -> list[tuple[str, int, bool]]:
    """Which limits count from which value, and whether that is a guess."""
    return [
        (fact.rule_id, int(fact.anchor_value), fact.estimated)
        for fact in facts(effects, LimitAnchored)
    ]


def stored(stage: Desk) -> LimitsRecord:
    """What the journal holds of the slave's limits."""
    [record] = stage.archive.all(LimitsRecord)
    return record
