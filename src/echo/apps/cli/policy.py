"""``echoctl policy``: what a risk policy makes of a trade, number by number."""

import json
import sys
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from echo.apps.cli.formulas import FORMULAS, rounding
from echo.apps.cli.policy_files import FileUnreadable, decimal_of, read_policy, read_spec
from echo.apps.cli.policy_running import explain_running
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.policy import RiskPolicy
from echo.domain.quantities import Side
from echo.domain.sizing import Funds, MasterTrade, Sized, SizingContext, size
from echo.domain.specs import SymbolMapping
from echo.domain.stop_loss import settable_stop

EXIT_REFUSED = 1
EXIT_BAD_INPUT = 2
DEFAULT_CONFIG: Final = Path("echo.toml")

app = typer.Typer(name="policy", help="What a risk policy makes of a trade.", no_args_is_help=True)

PolicyFile = Annotated[
    Path | None, typer.Option(help="The policy: JSON or TOML with risk_type, amount …")
]
SpecFile = Annotated[
    Path | None, typer.Option(help="The symbol: JSON or TOML with point, tick_size …")
]
Entry = Annotated[str | None, typer.Option(help="The slave's price at entry.")]
Account = Annotated[
    str | None, typer.Option(help="Ask the running Core about this account instead.")
]
Symbol = Annotated[str | None, typer.Option(help="With --account: what is traded.")]
Target = Annotated[str | None, typer.Option(help="With --account: the take profit.")]
Strategy = Annotated[
    str | None, typer.Option(help="With --account: the strategy; the first if left out.")
]
Master = Annotated[str | None, typer.Option(help="With --account: whose trade it is.")]
Config = Annotated[Path, typer.Option("--config", help="With --account: the Core's settings.")]
Stop = Annotated[str | None, typer.Option(help="The slave's stop loss; none if left out.")]
SideText = Annotated[str | None, typer.Option(help="BUY or SELL; told by the stop otherwise.")]
Currency = Annotated[
    str | None, typer.Option(help="The account's currency; the policy's if left out.")
]
Balance = Annotated[str | None, typer.Option(help="The slave's balance.")]
Equity = Annotated[str | None, typer.Option(help="The slave's equity.")]
MasterLot = Annotated[str | None, typer.Option(help="The master's size.")]
MasterContract = Annotated[
    str | None, typer.Option(help="The master's contract size; the slave's if left out.")
]
MasterBalance = Annotated[str | None, typer.Option(help="The master's balance.")]
MasterEquity = Annotated[str | None, typer.Option(help="The master's equity.")]
LeastDistance = Annotated[str, typer.Option(help="The least distance of a stop, in points.")]
Drift = Annotated[str, typer.Option(help="By what share the expected loss may exceed the risk.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.callback()
def root() -> None:
    """What a risk policy makes of a trade."""


@app.command()
def explain(
    policy: PolicyFile = None,
    spec: SpecFile = None,
    entry: Entry = None,
    account: Account = None,
    symbol: Symbol = None,
    target: Target = None,
    strategy: Strategy = None,
    master: Master = None,
    config: Config = DEFAULT_CONFIG,
    stop: Stop = None,
    side: SideText = None,
    account_currency: Currency = None,
    balance: Balance = None,
    equity: Equity = None,
    master_lot: MasterLot = None,
    master_contract_size: MasterContract = None,
    master_balance: MasterBalance = None,
    master_equity: MasterEquity = None,
    min_distance_points: LeastDistance = "5",
    max_risk_drift_pct: Drift = "0.02",
    as_json: AsJson = False,
) -> None:
    """Size one trade: inputs, formula, rounding, lot and expected loss, or the refusal.

    Offline with --policy, --spec, --entry and --stop; or with --account, --symbol, --side and
    --stop as the running Core would decide now, with every limit and filter.

    Exit code 1 if it is refused, 2 if the input cannot be read, 3 if no Core answers.
    """
    if account is not None:
        copied = explain_running(
            config,
            account=account,
            symbol=symbol,
            side=side,
            stop=stop,
            target=target,
            strategy=strategy,
            master=master,
            master_lot=master_lot,
            as_json=as_json,
        )
        raise typer.Exit(0 if copied else EXIT_REFUSED)
    if policy is None or spec is None or entry is None:
        _aside("give --policy, --spec and --entry, or --account to ask the running Core")
        raise typer.Exit(EXIT_BAD_INPUT)
    given = Given(
        entry=entry,
        stop=stop,
        side=side,
        account_currency=account_currency,
        balance=balance,
        equity=equity,
        master_lot=master_lot,
        master_contract_size=master_contract_size,
        master_balance=master_balance,
        master_equity=master_equity,
        min_distance_points=min_distance_points,
        max_risk_drift_pct=max_risk_drift_pct,
    )
    raise typer.Exit(_explain_offline(policy, spec, given, as_json=as_json))


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A trade as it was typed, and what it is sized by beside policy and symbol."""

    entry: str
    stop: str | None
    side: str | None
    account_currency: str | None
    balance: str | None
    equity: str | None
    master_lot: str | None
    master_contract_size: str | None
    master_balance: str | None
    master_equity: str | None
    min_distance_points: str
    max_risk_drift_pct: str


def _explain_offline(policy: Path, spec: Path, given: Given, *, as_json: bool) -> int:
    """Size and show; return the exit code."""
    try:
        rule, found = read_policy(policy, _aside), read_spec(spec, _aside)
        context = _context(rule, found, given)
        direction = _side(given.side, context)
    except FileUnreadable as error:
        _aside(str(error))
        return EXIT_BAD_INPUT
    result = explained(rule, context, direction)
    if as_json:
        print(json.dumps(_as_json(rule, result), indent=2))
    else:
        _show(Console(), rule, result)
    return EXIT_REFUSED if isinstance(result, Refusal) else 0


def _context(rule: RiskPolicy, spec: SymbolMapping, given: Given) -> SizingContext:
    currency = given.account_currency
    return SizingContext(
        spec=spec,
        entry_price=_price("--entry", given.entry),
        stop_price=None if given.stop is None else _price("--stop", given.stop),
        tick_value=spec.tick_value,
        account_currency=currency or rule.currency or None,
        funds=_funds(given.balance, given.equity, currency or rule.currency),
        master=_master(
            spec,
            rule.currency if currency is None else currency,
            lot=given.master_lot,
            contract_size=given.master_contract_size,
            balance=given.master_balance,
            equity=given.master_equity,
        ),
        min_distance_points=decimal_of(given.min_distance_points, "--min-distance-points"),
        max_risk_drift_pct=decimal_of(given.max_risk_drift_pct, "--max-risk-drift-pct"),
    )


def explained(policy: RiskPolicy, context: SizingContext, side: Side) -> Sized | Refusal:
    """Size as the Core does, with the entry for the price at which the position would close."""
    stop = settable_stop(
        policy,
        context.stop_price,
        side=side,
        exit_price=context.entry_price,
        spec=context.spec,
    )
    return stop if isinstance(stop, Refusal) else size(policy, replace(context, stop_price=stop))


def _aside(line: str) -> None:
    print(f"echoctl policy explain: {line}", file=sys.stderr)


def _price(option: str, text: str) -> Decimal:
    price = decimal_of(text, option)
    if price <= 0:
        raise FileUnreadable(f"{option} {text} is not a price above 0")
    return price


def _side(text: str | None, context: SizingContext) -> Side:
    if text is None:
        stop = context.stop_price
        return Side.BUY if stop is None or stop <= context.entry_price else Side.SELL
    try:
        return Side(text.upper())
    except ValueError:
        raise FileUnreadable(f"--side {text} is neither BUY nor SELL") from None


def _funds(balance: str | None, equity: str | None, currency: str | None) -> Funds | None:
    """Return what is known; one figure stands for both, as on an account without positions."""
    given = balance if balance is not None else equity
    if given is None:
        return None
    return Funds(
        balance=decimal_of(given, "--balance"),
        equity=decimal_of(equity if equity is not None else given, "--equity"),
        currency=currency or None,
    )


def _master(
    spec: SymbolMapping,
    currency: str | None,
    *,
    lot: str | None,
    contract_size: str | None,
    balance: str | None,
    equity: str | None,
) -> MasterTrade | None:
    if lot is None:
        return None
    return MasterTrade(
        lot=decimal_of(lot, "--master-lot"),
        contract_size=(
            spec.contract_size
            if contract_size is None
            else decimal_of(contract_size, "--master-contract-size")
        ),
        funds=_funds(balance, equity, currency),
    )


def _as_json(policy: RiskPolicy, result: Sized | Refusal) -> dict[str, Any]:
    found: dict[str, Any] = {
        "risk_type": policy.risk_type.value,
        "formula": FORMULAS[policy.risk_type],
    }
    if isinstance(result, Refusal):
        return found | {
            "lot": None,
            "expected_loss": None,
            "code": result.code.name,
            "reason": result.sentence,
        }
    inputs = {name: _plain(value) for name, value in result.inputs}
    return found | {
        "inputs": inputs,
        "rounding": rounding(inputs),
        "lot": float(result.lot),
        "expected_loss": None if result.expected_loss is None else float(result.expected_loss),
        "code": ErrorCode.NO_ERROR.name,
        "reason": "",
    }


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value


def _show(console: Console, policy: RiskPolicy, result: Sized | Refusal) -> None:
    console.print(f"[bold]{policy.risk_type}[/]   {FORMULAS[policy.risk_type]}")
    if isinstance(result, Refusal):
        console.print(f"refused   [bold red]{result.code.name}[/]   {result.sentence}")
        return
    table = Table(box=None, show_header=False, padding=(0, 3, 0, 0))
    for name, value in result.inputs:
        text = f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
        table.add_row(name, text)
    console.print(table)
    console.print(f"rounding   {rounding({name: _plain(value) for name, value in result.inputs})}")
    loss = "unknown" if result.expected_loss is None else f"{result.expected_loss:.2f}"
    console.print(f"[bold]lot {result.lot}[/]   expected_loss {loss} {policy.currency}")
