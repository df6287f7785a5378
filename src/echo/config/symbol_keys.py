"""Settings of single symbols: the tolerances of an account, for one symbol."""

from dataclasses import replace
from typing import Final

from echo.config.policy_keys import POLICY_KEYS
from echo.config.rule_keys import OPTION_KEYS
from echo.config.setting import Setting

OF_THE_ACCOUNT: Final = frozenset({"risk_fixed", "session_zone", "cancel_pendings"})
"""What cannot differ from symbol to symbol."""

SYMBOL_KEYS: Final[tuple[Setting, ...]] = tuple(
    replace(
        each,
        key=f"policy/{{account}}/{{symbol}}/{each.parts[-1]}",
        sentence=f"For one canonical symbol: as policy/{{account}}/{each.parts[-1]}.",
        default=None,
    )
    for each in (*POLICY_KEYS, *OPTION_KEYS)
    if each.parts[:-1] == ("policy", "{account}") and each.parts[-1] not in OF_THE_ACCOUNT
)
