"""Account limits out of settings: packs by name or file, caps, and how headroom is counted."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from echo.config.limit_keys import LIMIT_KEYS
from echo.config.limit_packs import BadPack, LimitPack, load_pack
from echo.config.pack_rules import PackRules
from echo.config.setting import Value
from echo.domain.account_limits import AccountLimits
from echo.domain.exposure import Margins
from echo.domain.ids import AccountId, is_identifier
from echo.domain.lot_caps import LotCaps

ANY_ACCOUNT: Final = "*"
_NAMES: Final = {each.parts[-1]: each.default for each in LIMIT_KEYS}
_CURRENCY: Final = re.compile(r"[A-Z]{3}")

Fields = Mapping[str, Value]

_CHECKED: Final[dict[str, LimitPack]] = {}
"""Packs as they were when settings were last checked: what is put into force is what was checked,
whatever became of the files meanwhile."""


def account_limits(values: Mapping[str, Value]) -> dict[AccountId, AccountLimits]:
    """Return the limits of every account that has any, of *values* read without complaints."""
    found = {}
    for account, fields in _accounts(values):
        limits = _limits(fields, _CHECKED)
        if limits.watches or limits.caps.is_set:
            found[AccountId(account)] = limits
    return found


def limit_complaints(values: Mapping[str, Value]) -> list[str]:
    """Check every account's limits, the pack's file included; each complaint is one sentence."""
    found: list[str] = []
    for account, fields in _accounts(values):
        where = f"policy/{account}"
        currency = fields["limit_currency"]
        if currency is not None and not _CURRENCY.fullmatch(str(currency)):
            found.append(f"{where}/limit_currency = {currency!r} is not three capitals")
        if fields["limit_pack"] is not None and fields["limit_initial_balance"] is None:
            found.append(f"{where}/limit_initial_balance is missing: limit_pack needs it")
            continue
        try:
            pack = fields["limit_pack"]
            if pack is not None:
                _CHECKED[str(pack)] = load_pack(str(pack))
            limits = _limits(fields, _CHECKED)
            found += [f"{where}: {each}" for each in limits.complaints()]
        except BadPack as error:
            found.append(f"{where}/limit_pack: {error}")
    return list(dict.fromkeys(found))


def _accounts(values: Mapping[str, Value]) -> Iterator[tuple[str, Fields]]:
    """Yield every account that a limit is set for, with all its settings; ``*`` sets the slaves."""
    given: dict[str, dict[str, Value]] = {}
    for key, value in values.items():
        parts = key.split("/")
        if parts[0] == "policy" and len(parts) == 3 and parts[2] in _NAMES:
            given.setdefault(parts[1], {})[parts[2]] = value
    shared = given.pop(ANY_ACCOUNT, {})
    slaves = values.get("core/slave_accounts")
    if shared and isinstance(slaves, tuple):
        given = {**{str(each): {} for each in slaves}, **given}
    for account in sorted(filter(is_identifier, given)):
        yield account, {**_NAMES, **shared, **given[account]}


def _limits(fields: Fields, packs: Mapping[str, LimitPack]) -> AccountLimits:
    pack, initial_balance = fields["limit_pack"], _decimal(fields["limit_initial_balance"])
    rules = PackRules()
    if pack is not None and initial_balance is not None:
        known = packs.get(str(pack)) or load_pack(str(pack))
        rules = known.rules(initial_balance)
    trades = fields["max_open_trades"]
    own = LotCaps(
        per_trade=_decimal(fields["max_lots"]),
        per_symbol=_decimal(fields["max_lots_symbol"]),
        per_account=_decimal(fields["max_lots_account"]),
        leverage=_decimal(fields["max_leverage"]),
        open_trades=trades if isinstance(trades, int) else None,
    )
    age_ms = fields["limit_max_age_ms"]
    return AccountLimits(
        pack=str(pack or ""),
        currency=str(fields["limit_currency"] or ""),
        rules=rules.losses,
        ideas=rules.ideas,
        closings=rules.closings,
        caps=own.tighter(rules.caps),
        margins=Margins(
            slippage_points=_decimal(fields["limit_slippage"]) or Decimal(0),
            assumed_stop_points=_decimal(fields["limit_no_stop_points"]),
        ),
        scale=fields["limit_headroom"] != "omit",
        figures_max_age_ms=age_ms if isinstance(age_ms, int) else 10_000,
    )


def _decimal(value: Value) -> Decimal | None:
    return value if isinstance(value, Decimal) else None
