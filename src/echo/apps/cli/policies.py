"""``echoctl policy get | set | import | withdraw``: the risk policies of the running Core."""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.markup import escape
from rich.table import Table

from echo.apps.cli.asking import asked, plain_console, who
from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_USAGE, give_up
from echo.config.policies import policy_book
from echo.config.reading import read_settings
from echo.config.toml_file import NotToml, flatten_toml
from echo.domain.desk import (
    ListRules,
    PolicyInForce,
    PutPolicies,
    RulesChanged,
    RulesInForce,
    WithdrawPolicy,
)
from echo.domain.ids import ANY_STRATEGY, AccountId, StrategyId
from echo.domain.policy import RiskPolicy
from echo.wire.operations import NOBODY, write_answer

FILE_BYTES_MAX: Final = 1 << 20

Config = Annotated[Path, typer.Option("--config", help="The Core's settings.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
By = Annotated[str | None, typer.Option("--by", help="Who you are; by default your user name.")]
Account = Annotated[str, typer.Option(help="The slave account.")]
Strategy = Annotated[str, typer.Option(help="The strategy; * = any.")]
DEFAULT_CONFIG: Final = Path("echo.toml")

_FIELDS: Final = (
    *("risk_type", "lot_size", "amount", "currency", "risk_pct", "risk_basis", "multiplier"),
    *("tiny_trade", "min_lot_override", "max_lot_override", "commission_per_lot"),
    *("commission_rate", "master_accounts", "valid_until_ms"),
)
_NOTHING_CHANGED: Final = "nothing was changed"


def get(
    account: Annotated[str | None, typer.Option(help="Only this slave account.")] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """List the policies in force, where each comes from, and how often it was changed.

    Exit code 1 if an account that was named has none.
    """
    answer = asked("policy get", config, NOBODY, ListRules(), as_json)
    assert isinstance(answer, RulesInForce)  # noqa: S101 -- the answer to that question
    found = tuple(each for each in answer.policies if account in {None, each.policy.account_id})
    if as_json:
        only = RulesInForce(windows=(), switches=(), policies=found)
        print(write_answer(only).decode())
    else:
        _show(found)
    if account is not None and not found:
        raise typer.Exit(EXIT_PROBLEM)


def set_(
    values: Annotated[
        list[str], typer.Argument(metavar="KEY=VALUE...", help="amount=150 currency=USD …")
    ],
    account: Account,
    strategy: Strategy = ANY_STRATEGY,
    config: Config = DEFAULT_CONFIG,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Change a policy of the running Core, or write a new one; what is not named stays.

    It is checked whole, in force within a second, written to its history, and comes before a
    policy of the settings for the same account and strategy.
    """
    command = "policy set"
    answer = asked(command, config, NOBODY, ListRules(), as_json)
    assert isinstance(answer, RulesInForce)  # noqa: S101 -- the answer to that question
    row: dict[str, object] = {}
    for each in answer.policies:
        if (each.policy.account_id, each.policy.strategy_id) == (account, strategy):
            row = _row(each.policy)
    for text in values:
        key, equals, value = text.partition("=")
        if not equals or key not in _FIELDS:
            sentence = f"{text[:80]!r} is no KEY=VALUE with one of {', '.join(_FIELDS)}"
            give_up(command, EXIT_USAGE, sentence, as_json=as_json)
        row[key] = value
        if not value:
            del row[key]
    flat = {f"risk/{account}/{strategy}/{key}": value for key, value in row.items()}
    _put(command, flat, config, by, as_json)


def import_(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="TOML or JSON with risk.ACCOUNT.STRATEGY tables."),
    ],
    config: Config = DEFAULT_CONFIG,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Put all policies of a file into force, or none: written as they are in the settings."""
    command = "policy import"
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            give_up(command, EXIT_USAGE, f"{file} has more than {FILE_BYTES_MAX >> 20} MiB")
        flat = _flat(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        give_up(command, EXIT_USAGE, f"{file}: {error.strerror}", as_json=as_json)
    except (NotToml, ValueError) as error:
        sentence = f"{file} is neither TOML nor JSON: {error}"
        give_up(command, EXIT_USAGE, sentence, _NOTHING_CHANGED, as_json=as_json)
    others = sorted(key for key in flat if not key.startswith("risk/"))
    if others:
        sentence = f"{file}: {', '.join(others[:5])} are no policies, which are risk/…"
        give_up(command, EXIT_USAGE, sentence, _NOTHING_CHANGED, as_json=as_json)
    _put(command, flat, config, by, as_json)


def withdraw(
    account: Account,
    strategy: Strategy = ANY_STRATEGY,
    config: Config = DEFAULT_CONFIG,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Take back what was set or imported: what the settings say counts again."""
    command = "policy withdraw"
    request = WithdrawPolicy(account_id=AccountId(account), strategy_id=StrategyId(strategy))
    _print(asked(command, config, who(command, by), request, as_json), as_json)


def _put(
    command: str, flat: Mapping[str, object], config: Path, by: str | None, as_json: bool
) -> None:
    reading = read_settings(flat)
    if reading.complaints:
        sentence = "\n".join(reading.complaints)
        give_up(command, EXIT_USAGE, sentence, _NOTHING_CHANGED, as_json=as_json)
    policies = policy_book(reading.values).policies
    request = PutPolicies(policies=policies)
    _print(asked(command, config, who(command, by), request, as_json), as_json)


def _flat(text: str) -> dict[str, object]:
    if not text.lstrip().startswith("{"):
        return flatten_toml(text)
    found: dict[str, object] = {}

    def walk(table: Mapping[str, Any], prefix: str) -> None:
        for name, value in table.items():
            if isinstance(value, dict):
                walk(value, f"{prefix}{name}/")
            else:
                found[f"{prefix}{name}"] = value

    walk(json.loads(text, parse_float=Decimal), "")
    return found


def _row(policy: RiskPolicy) -> dict[str, object]:
    """Return the policy as settings spell it, without what is not set."""
    names = {"commission_rate": "commission_rate_pct"}
    row: dict[str, object] = {}
    for key in _FIELDS:
        value = getattr(policy, names.get(key, key))
        if isinstance(value, frozenset):
            value = sorted(value)
        if value not in (None, "", []):
            row[key] = value
    return row


def _show(policies: tuple[PolicyInForce, ...]) -> None:
    console = plain_console()
    if not policies:
        console.print("no policy is in force: nothing is copied")
        return
    table = Table("account", "strategy", "risk type", "values", "from", "version")
    for each in policies:
        values = _row(each.policy)
        kind = str(values.pop("risk_type"))
        told = " ".join(f"{key}={_spelled(value)}" for key, value in values.items())
        table.add_row(
            each.policy.account_id,
            each.policy.strategy_id,
            kind,
            escape(told),
            each.origin,
            str(each.policy.version),
        )
    console.print(table)


def _spelled(value: object) -> str:
    if isinstance(value, list):
        return ",".join(value)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _print(answer: object, as_json: bool) -> None:
    assert isinstance(answer, RulesChanged)  # noqa: S101 -- the answer to a change
    print(write_answer(answer).decode() if as_json else answer.sentence)
