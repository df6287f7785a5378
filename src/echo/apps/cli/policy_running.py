"""``echoctl policy explain --account``: what the running Core would do about an entry now."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from echo.apps.cli.asking import asked, plain_console
from echo.apps.cli.exits import EXIT_USAGE, give_up
from echo.apps.cli.formulas import FORMULAS, rounding
from echo.apps.cli.policy_files import FileUnreadable, decimal_of
from echo.domain.errors import ErrorCode
from echo.domain.explanations import EntryExplained, ExplainEntry
from echo.domain.ids import AccountId, StrategyId, is_identifier
from echo.domain.policy import RiskType
from echo.domain.quantities import Side
from echo.wire.operations import NOBODY

COMMAND = "policy explain"


def explain_running(
    config: Path,
    *,
    account: str,
    symbol: str | None,
    side: str | None,
    stop: str | None,
    target: str | None,
    strategy: str | None,
    master: str | None,
    master_lot: str | None,
    as_json: bool,
) -> bool:
    """Ask and show; returns whether the account would copy it."""
    for option, name in (("--account", account), ("--strategy", strategy), ("--master", master)):
        if name is not None and not is_identifier(name):
            give_up(COMMAND, EXIT_USAGE, f"{option} {name[:80]!r} is no name", as_json=as_json)
    if not symbol or side is None or side.upper() not in set(Side):
        sentence = "with --account, --symbol SYMBOL and --side BUY or SELL are needed"
        give_up(COMMAND, EXIT_USAGE, sentence, as_json=as_json)
    question = ExplainEntry(
        account_id=AccountId(account),
        symbol=symbol,
        side=Side(side.upper()),
        stop_loss=_number("--stop", stop, as_json),
        take_profit=_number("--target", target, as_json),
        strategy_id=StrategyId(strategy) if strategy else None,
        master_id=AccountId(master) if master else None,
        master_lot=_number("--master-lot", master_lot, as_json) or Decimal(1),
    )
    answer = asked(COMMAND, config, NOBODY, question, as_json)
    assert isinstance(answer, EntryExplained)  # noqa: S101 -- the answer to that question
    if as_json:
        print(json.dumps(_as_json(answer), indent=2))
    else:
        _show(plain_console(), answer)
    return answer.code == ErrorCode.NO_ERROR.name


def _number(option: str, text: str | None, as_json: bool) -> Decimal | None:
    if text is None:
        return None
    try:
        number = decimal_of(text, option)
    except FileUnreadable as error:
        give_up(COMMAND, EXIT_USAGE, str(error), as_json=as_json)
    if number <= 0:
        give_up(COMMAND, EXIT_USAGE, f"{option} {text} is not above 0", as_json=as_json)
    return number


def _as_json(answer: EntryExplained) -> dict[str, Any]:
    """Return the answer in the form of an offline one, with what only a running Core knows."""
    inputs = {name: _plain(value) for name, value in answer.inputs}
    levels = {"stop_loss": answer.stop_loss, "take_profit": answer.take_profit}
    return {
        "account_id": answer.account_id,
        "symbol": answer.symbol,
        "side": answer.side.value,
        "risk_type": inputs.get("risk_type"),
        "formula": _formula(answer),
        "inputs": inputs,
        "rounding": rounding(inputs) if answer.lot is not None else None,
        "lot": _float(answer.lot),
        "expected_loss": _float(answer.expected_loss),
        **{name: _float(level) for name, level in levels.items()},
        "after_fill": answer.after_fill,
        "code": answer.code,
        "reason": answer.reason,
    }


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)


def _plain(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return None if text == "None" else text


def _formula(answer: EntryExplained) -> str | None:
    name = dict(answer.inputs).get("risk_type")
    return FORMULAS[RiskType(name)] if name in set(RiskType) else None


def _show(console: Console, answer: EntryExplained) -> None:
    what = f"{answer.side} {answer.symbol} on account {answer.account_id}"
    if answer.lot is None:
        console.print(f"[bold]{what}[/]   omitted   [bold red]{answer.code}[/]   {answer.reason}")
        return
    console.print(f"[bold]{what}[/]   {_formula(answer) or ''}")
    table = Table(box=None, show_header=False, padding=(0, 3, 0, 0))
    for name, value in answer.inputs:
        table.add_row(name, value)
    console.print(table)
    console.print(f"rounding   {rounding({name: _plain(value) for name, value in answer.inputs})}")
    if answer.after_fill:
        console.print("stop and target are too near for the order: they are set after the fill")
    loss = "unknown" if answer.expected_loss is None else f"{answer.expected_loss:.2f}"
    console.print(
        f"[bold]lot {answer.lot}[/]   expected_loss {loss}   stop {answer.stop_loss}"
        f"   target {answer.take_profit}"
    )
