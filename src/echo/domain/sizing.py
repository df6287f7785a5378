"""Position sizing: how many lots a slave opens for one copied trade."""

from dataclasses import dataclass
from decimal import Decimal

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.funds import Funds, RiskBasis
from echo.domain.policy import RiskPolicy, RiskType
from echo.domain.sealing import sealed
from echo.domain.specs import SymbolMapping
from echo.domain.stop_loss import StopCost, cost_at_stop
from echo.domain.volume import guard_volume

__all__ = ["Funds", "Inputs", "MasterTrade", "Sized", "SizingContext", "guard_volume", "size"]

Inputs = tuple[tuple[str, object], ...]
"""Named numbers behind a decision, in the order in which they were used."""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Sized:
    """A size to send, what it is expected to lose at its stop, and how it came about.

    ``lot`` is a multiple of the lot step inside the broker's bounds; ``expected_loss`` is money
    in account currency, ``None`` where there is no stop or no value of a tick to tell it from.
    """

    lot: Decimal
    expected_loss: Decimal | None
    inputs: Inputs


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class MasterTrade:
    """What is copied.  ``contract_size`` and ``funds`` are ``None`` while they are unknown."""

    lot: Decimal
    contract_size: Decimal | None = None
    funds: Funds | None = None


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class SizingContext:
    """What a size depends on beside the policy.

    ``entry_price`` and ``stop_price`` are the slave's own, in quote currency: the price it would
    open at now and the stop that will really be set.  ``tick_value`` is money per tick and lot in
    ``account_currency``.  ``free_lots``: what caps per symbol and account leave, ``None`` = all.
    """

    spec: SymbolMapping
    entry_price: Decimal
    stop_price: Decimal | None
    tick_value: Decimal | None
    account_currency: str | None
    funds: Funds | None = None
    master: MasterTrade | None = None
    free_lots: Decimal | None = None
    min_distance_points: Decimal = Decimal(0)
    max_risk_drift_pct: Decimal = Decimal("0.02")

    @property
    def stop_cost(self) -> StopCost:
        """What being stopped out depends on."""
        return StopCost(
            spec=self.spec,
            entry_price=self.entry_price,
            stop_price=self.stop_price,
            tick_value=self.tick_value,
            account_currency=self.account_currency,
            min_distance_points=self.min_distance_points,
        )


def size(policy: RiskPolicy, context: SizingContext) -> Sized | Refusal:
    """Size a copy under *policy*; a refusal names the number that stood in the way."""
    match policy.risk_type:
        case RiskType.FIXED_LOT:
            return _fixed_lot(policy, context)
        case RiskType.FIXED_RISK:
            return _fixed_risk(policy, context)
        case RiskType.RISK_PERCENT:
            return _risk_percent(policy, context)
        case RiskType.MULTIPLIER:
            return _multiplied(policy, context)
        case RiskType.EQUITY_RATIO:
            return _by_ratio(policy, context, RiskBasis.EQUITY)
        case RiskType.BALANCE_RATIO:
            return _by_ratio(policy, context, RiskBasis.BALANCE)


def _fixed_lot(policy: RiskPolicy, context: SizingContext) -> Sized | Refusal:
    if policy.lot_size is None or not policy.lot_size > 0:
        return _invalid(f"FIXED_LOT with a lot size of {policy.lot_size}")
    return _guarded(policy, context, policy.lot_size, (("lot_size", policy.lot_size),))


def _fixed_risk(policy: RiskPolicy, context: SizingContext) -> Sized | Refusal:
    if policy.amount is None or not policy.amount > 0:
        return _invalid(f"FIXED_RISK with {policy.amount} to risk")
    return _risking(policy, context, policy.amount, (("amount", policy.amount),))


def _risk_percent(policy: RiskPolicy, context: SizingContext) -> Sized | Refusal:
    """Risk a share of the account: ``amount = balance or equity * percent / 100``."""
    if policy.risk_pct is None or not policy.risk_pct > 0:
        return _invalid(f"RISK_PERCENT with {policy.risk_pct} % to risk")
    if context.funds is None:
        return Refusal(ErrorCode.SPEC_MISSING, "the account has not reported its funds yet")
    basis = context.funds.of(policy.risk_basis)
    if not basis > 0:
        return _invalid(f"{policy.risk_pct} % of a {policy.risk_basis} of {basis}")
    inputs = ((str(policy.risk_basis), basis), ("risk_pct", policy.risk_pct))
    amount = basis * policy.risk_pct / 100
    return _risking(policy, context, amount, (*inputs, ("amount", amount)))


def _risking(
    policy: RiskPolicy, context: SizingContext, amount: Decimal, inputs: Inputs
) -> Sized | Refusal:
    """Risk *amount*: ``lot = amount / (ticks * tick_value + cost)``, rounded down.

    Ticks, not points: tick value is money per tick (book.mql4.com, MODE_TICKVALUE), and on many
    metals and indices the two differ.  It is divided once and last: a quotient on the way, say of
    a tick size of 0.03, could cost a whole lot step.  The check at the end compares the final
    loss with the amount itself, so that no clamp on the way can excuse an excess.
    """
    cost = cost_at_stop(policy, context.stop_cost)
    if isinstance(cost, Refusal):
        return cost
    spec = context.spec
    wanted = amount * spec.tick_size / cost.by_tick_size
    lot = guard_volume(
        wanted,
        spec,
        policy,
        free_lots=context.free_lots,
        max_risk_drift_pct=context.max_risk_drift_pct,
    )
    if isinstance(lot, Refusal):
        return lot
    loss = lot * cost.by_tick_size / spec.tick_size
    allowed = amount * (1 + context.max_risk_drift_pct)
    if loss > allowed:
        return _invalid(
            f"{lot} lots would lose {loss:.2f} > allowed {allowed:.2f} {context.account_currency}"
        )
    return Sized(
        lot=lot,
        expected_loss=loss,
        inputs=(
            *inputs,
            ("currency", context.account_currency),
            *cost.inputs,
            ("wanted_lot", wanted),
            ("lot_step", spec.lot_step),
            ("lot", lot),
            ("expected_loss", loss),
        ),
    )


def _by_ratio(policy: RiskPolicy, context: SizingContext, basis: RiskBasis) -> Sized | Refusal:
    """Keep both accounts in proportion: the master's lot times the ratio of what they hold."""
    mode = policy.risk_type
    ours, master = context.funds, context.master
    theirs = master.funds if master is not None else None
    if ours is None or theirs is None:
        whose = "slave" if ours is None else "master"
        return Refusal(ErrorCode.SPEC_MISSING, f"the {whose} has not reported its funds yet")
    if ours.currency != theirs.currency:
        return _invalid(f"{mode} between {theirs.currency} and {ours.currency}")
    own, its = ours.of(basis), theirs.of(basis)
    if not (own > 0 and its > 0):
        return _invalid(f"{mode} of {own} to {its}")
    inputs = ((f"slave_{basis}", own), (f"master_{basis}", its))
    return _multiplied(policy, context, own=own, its=its, inputs=inputs)


def _multiplied(
    policy: RiskPolicy,
    context: SizingContext,
    *,
    own: Decimal = Decimal(1),
    its: Decimal = Decimal(1),
    inputs: Inputs = (),
) -> Sized | Refusal:
    """Scale the master's lot; contracts of unlike size are aligned, unknown ones not guessed."""
    mode, spec, master = policy.risk_type, context.spec, context.master
    multiplier = policy.multiplier
    if multiplier is None and mode is not RiskType.MULTIPLIER:
        multiplier = Decimal(1)
    if multiplier is None or not multiplier > 0:
        return _invalid(f"{mode} with a multiplier of {multiplier}")
    if master is None or not master.lot > 0:
        return _invalid(f"{mode} of {master.lot if master else None} lots")
    if not spec.contract_size or not master.contract_size:
        whose = "the master" if spec.contract_size else "this account"
        return Refusal(
            ErrorCode.SPEC_MISSING,
            f"contract size of {spec.broker_symbol} is unknown at {whose}, {mode} needs it",
        )
    # Divided once and last: a quotient on the way could cost a whole lot step.
    wanted = master.lot * multiplier * master.contract_size * own
    lot = wanted / (spec.contract_size * its)
    return _guarded(
        policy,
        context,
        lot,
        (
            ("master_lot", master.lot),
            ("multiplier", multiplier),
            *inputs,
            ("master_contract_size", master.contract_size),
            ("contract_size", spec.contract_size),
            ("wanted_lot", lot),
        ),
    )


def _guarded(
    policy: RiskPolicy, context: SizingContext, wanted: Decimal, inputs: Inputs
) -> Sized | Refusal:
    lot = guard_volume(
        wanted,
        context.spec,
        policy,
        free_lots=context.free_lots,
        max_risk_drift_pct=context.max_risk_drift_pct,
    )
    if isinstance(lot, Refusal):
        return lot
    cost = cost_at_stop(policy, context.stop_cost)
    loss = None if isinstance(cost, Refusal) else lot * cost.by_tick_size / context.spec.tick_size
    told = (*inputs, ("lot_step", context.spec.lot_step), ("lot", lot))
    return Sized(lot=lot, expected_loss=loss, inputs=told)


def _invalid(sentence: str) -> Refusal:
    return Refusal(ErrorCode.RISK_POLICY_INVALID, sentence)
