"""The pages that follow from the schema: the settings reference and the sample file.

    python -m tools.generate_settings

Nothing about a setting is written down twice; a test compares the committed pages with these.
"""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from textwrap import wrap
from typing import Final

from echo.config.schema import SETTINGS
from echo.config.setting import Setting, Value
from echo.config.symbol_keys import SYMBOL_KEYS

ITEMS_IN_TABLE_MAX: Final = 12
LINE_LETTERS_MAX: Final = 99

EXAMPLES: Final[dict[str, Value]] = {
    "core/tls/cert_file": "pki/core.crt",
    "core/tls/key_file": "pki/core.key",
    "core/tls/client_ca_file": "pki/ca.crt",
    "core/record_file": "var/core/events.jsonl",
    "postgres/host": "127.0.0.1",
    "postgres/database": "desk",
    "postgres/user": "echo_core",
    "postgres/password_file": "secrets/postgres.password",
    "postgres/ca_file": "pki/postgres-ca.crt",
    "redis/host": "127.0.0.1",
    "redis/user": "echo_core",
    "redis/password_file": "secrets/redis.password",
    "redis/ca_file": "pki/redis-ca.crt",
    "core/lease/file": "var/core/journal.lease",
    "core/lease/name": "left",
    "core/notices/webhook_url": "https://example.org/hooks/echo",
    "core/notices/telegram/chat_id": "-1001234567890",
    "core/notices/telegram/token_file": "secrets/telegram.token",
    "core/notices/email/to": "trader@example.org",
    "core/notices/email/from": "echo@example.org",
    "core/notices/email/host": "mail.example.org",
    "core/notices/email/user": "echo",
    "core/notices/email/password_file": "secrets/email.password",
    "core/notices/quiet_hours": "22:00-07:00",
    "endpoints/otel/otlp_endpoint": "127.0.0.1:4317",
    "endpoints/otel/metrics_endpoint": "127.0.0.1:14317",
    "telemetry/service_name": "echo-core",
    "telemetry/service_version": "0.1.0",
    "core/events/dir": "var/core/events",
    "agent/tls/ca_file": "pki/ca.crt",
    "agent/tls/cert_file": "pki/agent.crt",
    "agent/tls/key_file": "pki/agent.key",
    "policy/{account}/max_spread": Decimal(30),
    "policy/{account}/max_slippage": Decimal(20),
    "policy/{account}/catastrophic_sl": Decimal(500),
    "policy/{account}/risk_fixed": Decimal(100),
    "policy/{account}/limit_pack": "ftmo-2-step",
    "policy/{account}/limit_initial_balance": Decimal(100_000),
    "policy/{account}/limit_currency": "USD",
    "policy/{account}/limit_no_stop_points": Decimal(500),
    "policy/{account}/max_lots": Decimal(5),
    "policy/{account}/max_lots_symbol": Decimal(10),
    "policy/{account}/max_lots_account": Decimal(20),
    "policy/{account}/max_open_trades": 10,
    "policy/{account}/max_leverage": Decimal(30),
    "policy/{account}/flatten_before_sec": 300,
    "policy/{account}/session_zone": "Europe/Athens",
    **{
        f"windows/{{account}}/{{symbol}}{folder}/{name}": example
        for folder in ("", "/{id}")
        for name, example in (
            ("start_utc", "2026-07-29T18:00:00Z"),
            ("end_utc", "2026-07-29T18:05:00Z"),
            ("notes", "FOMC statement"),
        )
    },
    "risk/{account}/{strategy}/risk_type": "FIXED_LOT",
    "risk/{account}/{strategy}/lot_size": Decimal("0.1"),
    "risk/{account}/{strategy}/amount": Decimal(100),
    "risk/{account}/{strategy}/risk_pct": Decimal("0.5"),
    "risk/{account}/{strategy}/multiplier": Decimal(1),
    "risk/{account}/{strategy}/currency": "USD",
    "risk/{account}/{strategy}/min_lot_override": Decimal("0.01"),
    "risk/{account}/{strategy}/max_lot_override": Decimal(5),
    "risk/{account}/{strategy}/valid_until_ms": 1_893_456_000_000,
}
"""What the sample shows where there is no default."""

_BY_NAME: Final = {each.key: each.default for each in SETTINGS}
EXAMPLES.update(
    {
        each.key: EXAMPLES.get(whole_key, _BY_NAME[whole_key])
        for each in SYMBOL_KEYS
        for whole_key in (f"policy/{{account}}/{each.parts[-1]}",)
    }
)

PLACEHOLDERS: Final = {
    "{account}": "61100781",
    "{strategy}": "*",
    "{symbol}": "XAUUSD",
    "{id}": "fomc",
}

GROUPS: Final = {
    "core": "The Core",
    "postgres": "The server that keeps the journal",
    "redis": "The Redis that keeps overviews for several Cores",
    "endpoints": "Where the others are",
    "agent": "The Agent",
    "policy": "Tolerances of an account",
    "masters": "Masters",
    "telemetry": "What programs tell about themselves",
    "windows": "When entries are held back",
    "risk": "Who follows what, with how much",
}

_REFERENCE_HEAD: Final = """\
# Settings

Every setting of Core and Agent, generated from the schema. The same keys hold in `echo.toml`, where
the parts of a key are nested tables (`core/delivery/max_retries` is `max_retries` in the table
`[core.delivery]`), and in a key-value store. Every key is shown with its default in
[echo.sample.toml](../../deploy/echo.sample.toml).

An unknown key, a wrong type or a value out of bounds stops a program at its start; while it runs,
the last good settings stay in force and the mistake is an alarm. Lists may be written as an array,
as JSON or with commas. "At once": a change counts without a restart, for all that is decided from
then on.
"""

_SAMPLE_HEAD: Final = """\
# Settings of Echo.  Copy this file to echo.toml and take away the "#" before what you change.
# What stays commented out has the value shown, or none where it says "for example".
# Unknown keys, wrong types and values out of bounds are refused, each with its reason.
"""

_IGNORED_HEAD: Final = """\
Files and key-value stores of older versions may hold these keys. They are accepted, change nothing
and are named in a warning.
"""


def reference_page() -> str:
    """Return the settings reference as Markdown."""
    parts = [_REFERENCE_HEAD]
    for group, title in GROUPS.items():
        parts.append(f"## {title}\n")
        parts.append(_table(_of_group(group)))
        parts += [_long_default(each) for each in _of_group(group) if _is_long(each.default)]
    parts.append("## Accepted without effect\n")
    parts.append(_IGNORED_HEAD)
    rows = [f"| `{each.key}` | {each.sentence} |" for each in SETTINGS if each.ignored]
    parts.append("\n".join(["| key | why |", "|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def sample_file() -> str:
    """Return a sample ``echo.toml`` that names every setting and changes none."""
    lines = [_SAMPLE_HEAD]
    for group, title in GROUPS.items():
        lines.append(f"# {'-' * (96 - len(title))} {title}\n")
        for table, settings in groupby(_of_group(group), key=lambda each: each.parts[:-1]):
            lines.append(_sample_table(table, settings))
    return "\n".join(lines).rstrip() + "\n"


def bounds(setting: Setting) -> str:
    """Say what a value may be; empty where anything goes."""
    if setting.choices:
        return ", ".join(setting.choices)
    if setting.low is None or setting.high is None:
        return ""
    return f"{_spelled(setting.low)} to {_spelled(setting.high)}"


def toml_of(value: Value) -> str:
    """Spell a value as TOML does."""
    match value:
        case bool():
            return "true" if value else "false"
        case tuple():
            return f"[{', '.join(toml_of(each) for each in value)}]"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case None:
            raise ValueError("TOML has no way to say that a value is not set")
        case _:
            return _spelled(value)


def _of_group(group: str) -> list[Setting]:
    """The settings under *group*, those of one table together, in the order of the schema."""
    found = [each for each in SETTINGS if each.parts[0] == group and not each.ignored]
    tables = list(dict.fromkeys(each.parts[:-1] for each in found))
    return sorted(found, key=lambda each: tables.index(each.parts[:-1]))


def _table(settings: Iterable[Setting]) -> str:
    head = [
        "| key | value | default | bounds | a change counts | meaning |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join(head + [_row(each) for each in settings]) + "\n"


def _row(setting: Setting) -> str:
    value = f"{setting.kind}, {setting.unit}" if setting.unit else str(setting.kind)
    older = "".join(f" Older name: `{each}`." for each in setting.aliases)
    cells = (
        f"`{setting.key}`",
        value,
        _default(setting.default),
        bounds(setting),
        str(setting.reload),
        setting.sentence + older,
    )
    return f"| {' | '.join(cells)} |"


def _default(value: Value) -> str:
    if value is None:
        return "not set"
    if value == ():
        return "empty"
    if isinstance(value, tuple):
        return "below" if _is_long(value) else ", ".join(f"`{_spelled(each)}`" for each in value)
    return f"`{_spelled(value)}`"


def _is_long(value: Value) -> bool:
    return isinstance(value, tuple) and len(value) > ITEMS_IN_TABLE_MAX


def _long_default(setting: Setting) -> str:
    assert isinstance(setting.default, tuple)  # noqa: S101 -- only long lists come here
    items = ", ".join(f"`{_spelled(each)}`" for each in setting.default)
    return f"Default of `{setting.key}`: {items}.\n"


def _spelled(value: int | Decimal | bool | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _sample_table(table: tuple[str, ...], settings: Iterable[Setting]) -> str:
    named = [PLACEHOLDERS.get(part, part) for part in table]
    title = ".".join(part if part.isidentifier() else json.dumps(part) for part in named)
    # Tables of single accounts stay commented out: an empty one would already say something.
    mark = "#" if "{account}" in table else ""
    lines = [f"{mark}[{title}]"]
    for each in settings:
        lines += ["", *(f"# {line}" for line in _explained(each))]
        value = each.default if each.default is not None else EXAMPLES[each.key]
        lines += [f"#{line}" for line in _assigned(each.parts[-1], value)]
    return "\n".join(lines) + "\n"


def _assigned(name: str, value: Value) -> Iterator[str]:
    line = f"{name} = {toml_of(value)}"
    if len(line) <= LINE_LETTERS_MAX or not isinstance(value, tuple):
        yield line
        return
    yield f"{name} = ["
    items = ", ".join(toml_of(each) for each in value)
    yield from (f"  {part}" for part in wrap(items, LINE_LETTERS_MAX - 2))
    yield "]"


def _explained(setting: Setting) -> Iterator[str]:
    yield setting.sentence
    facts = [str(setting.kind)]
    if setting.unit:
        facts.append(setting.unit)
    if bounds(setting):
        facts.append(bounds(setting))
    facts.append(f"counts {setting.reload}")
    if setting.default is None:
        facts.append("not set; for example:")
    yield "; ".join(facts)
