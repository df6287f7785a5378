"""``echoctl policy``: what a risk policy makes of a trade, number by number."""

import json
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from echo.apps.cli.policy_files import FileUnreadable, decimal_of, read_policy, read_spec
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.policy import RiskPolicy, RiskType
from echo.domain.quantities import Side
from echo.domain.sizing import Funds, MasterTrade, Sized, SizingContext, size
from echo.domain.specs import SymbolMapping
from echo.domain.stop_loss import settable_stop

EXIT_REFUSED = 1
EXIT_BAD_INPUT = 2

app = typer.Typer(name="policy", help="What a risk policy makes of a trade.", no_args_is_help=True)

_RISKING: Final = "lot = amount / (ticks * tick_value + cost_per_lot)"
_ALIGNED: Final = "master_lot * multiplier * master_contract_size / contract_size"
FORMULAS: Final = {
    RiskType.FIXED_LOT: "lot = lot_size",
    RiskType.FIXED_RISK: _RISKING,
    RiskType.RISK_PERCENT: f"{_RISKING}, amount = basis * risk_pct / 100",
    RiskType.MULTIPLIER: f"lot = {_ALIGNED}",
    RiskType.EQUITY_RATIO: f"lot = {_ALIGNED} * slave_equity / master_equity",
    RiskType.BALANCE_RATIO: f"lot = {_ALIGNED} * slave_balance / master_balance",
}


@app.callback()
def root() -> None:
    """What a risk policy makes of a trade."""


@app.command()
def explain(
    policy: Annotated[Path, typer.Option(help="The policy: JSON or TOML with risk_type, amount …")],
    spec: Annotated[Path, typer.Option(help="The symbol: JSON or TOML with point, tick_size …")],
    entry: Annotated[str, typer.Option(help="The slave's price at entry.")],
    stop: Annotated[
        str | None, typer.Option(help="The slave's stop loss; none if left out.")
    ] = None,
    side: Annotated[
        str | None, typer.Option(help="BUY or SELL; told by the stop otherwise.")
    ] = None,
    account_currency: Annotated[
        str | None, typer.Option(help="The account's currency; the policy's if left out.")
    ] = None,
    balance: Annotated[str | None, typer.Option(help="The slave's balance.")] = None,
    equity: Annotated[str | None, typer.Option(help="The slave's equity.")] = None,
    master_lot: Annotated[str | None, typer.Option(help="The master's size.")] = None,
    master_contract_size: Annotated[
        str | None, typer.Option(help="The master's contract size; the slave's if left out.")
    ] = None,
    master_balance: Annotated[str | None, typer.Option(help="The master's balance.")] = None,
    master_equity: Annotated[str | None, typer.Option(help="The master's equity.")] = None,
    min_distance_points: Annotated[
        str, typer.Option(help="The least distance of a stop, in points.")
    ] = "5",
    max_risk_drift_pct: Annotated[
        str, typer.Option(help="By what share the expected loss may exceed the risk.")
    ] = "0.02",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Size one trade offline: inputs, formula, rounding, lot and expected loss, or the refusal.

    Exit code 1 if the policy refuses it, 2 if the input cannot be read.
    """
    try:
        rule, symbol = read_policy(policy, _aside), read_spec(spec, _aside)
        context = SizingContext(
            spec=symbol,
            entry_price=_price("--entry", entry),
            stop_price=None if stop is None else _price("--stop", stop),
            tick_value=symbol.tick_value,
            account_currency=account_currency or rule.currency or None,
            funds=_funds(balance, equity, account_currency or rule.currency),
            master=_master(
                symbol,
                rule.currency if account_currency is None else account_currency,
                lot=master_lot,
                contract_size=master_contract_size,
                balance=master_balance,
                equity=master_equity,
            ),
            min_distance_points=decimal_of(min_distance_points, "--min-distance-points"),
            max_risk_drift_pct=decimal_of(max_risk_drift_pct, "--max-risk-drift-pct"),
        )
        direction = _side(side, context)
    except FileUnreadable as error:
        print(f"echoctl policy explain: {error}", file=sys.stderr)
        raise typer.Exit(EXIT_BAD_INPUT) from None
    result = explained(rule, context, direction)
    if as_json:
        print(json.dumps(_as_json(rule, result), indent=2))
    else:
        _show(Console(), rule, result)
    raise typer.Exit(EXIT_REFUSED if isinstance(result, Refusal) else 0)


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
        "rounding": _rounding(inputs),
        "lot": float(result.lot),
        "expected_loss": None if result.expected_loss is None else float(result.expected_loss),
        "code": ErrorCode.NO_ERROR.name,
        "reason": "",
    }


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value


def _rounding(inputs: dict[str, object]) -> str:
    wanted = inputs.get("wanted_lot", inputs.get("lot_size"))
    shown = f"{wanted:.6g}" if isinstance(wanted, float) else wanted
    return f"{shown} down to a multiple of {inputs['lot_step']}, in bounds: {inputs['lot']}"


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
    console.print(f"rounding   {_rounding({name: _plain(value) for name, value in result.inputs})}")
    loss = "unknown" if result.expected_loss is None else f"{result.expected_loss:.2f}"
    console.print(f"[bold]lot {result.lot}[/]   expected_loss {loss} {policy.currency}")
