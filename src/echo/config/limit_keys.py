"""Settings of account limits: a firm's pack, caps of size, and how headroom is counted."""

from typing import Final

from echo.config.setting import Reload, Setting, choice, number, text, whole

LIVE: Final = Reload.LIVE

LIMIT_KEYS: Final[tuple[Setting, ...]] = (
    text(
        "policy/{account}/limit_pack",
        None,
        "Limits that the account must keep: the name of a pack, or a file that ends in .toml.",
        reload=LIVE,
    ),
    number(
        "policy/{account}/limit_initial_balance",
        None,
        "What the account began with; percentages of a pack are taken of it.",
        low="0.01",
        unit="money",
    ),
    text(
        "policy/{account}/limit_currency",
        None,
        "What the limits' money is in, three capitals; otherwise the account's own.",
        reload=LIVE,
    ),
    choice(
        "policy/{account}/limit_headroom",
        "scale",
        ("scale", "omit"),
        "What becomes of an entry that could break a limit in the worst case: made smaller, or left"
        " out.",
    ),
    number(
        "policy/{account}/limit_slippage",
        "20",
        "By how much worse than its level each stop is assumed to fill.",
        high="100000",
        unit="points",
    ),
    number(
        "policy/{account}/limit_no_stop_points",
        None,
        "How far a position without a stop is assumed to go; without it such a position stops all"
        " entries.",
        low="1",
        high="1000000",
        unit="points",
    ),
    whole(
        "policy/{account}/limit_max_age_ms",
        10_000,
        "Entries are left out while the account's money is older.",
        low=1_000,
        high=600_000,
        unit="ms",
        reload=LIVE,
    ),
    number(
        "policy/{account}/max_lots",
        None,
        "Larger copies are cut to this.",
        low="0.00000001",
        unit="lots",
    ),
    number(
        "policy/{account}/max_lots_symbol",
        None,
        "All positions in one symbol together.",
        low="0.00000001",
        unit="lots",
    ),
    number(
        "policy/{account}/max_lots_account",
        None,
        "All positions of the account together.",
        low="0.00000001",
        unit="lots",
    ),
    whole(
        "policy/{account}/max_open_trades",
        None,
        "Positions at once, those on their way and those that Echo did not open included.",
        low=1,
        high=10_000,
        reload=LIVE,
    ),
    number(
        "policy/{account}/max_leverage",
        None,
        "The value of all positions together, over the equity.",
        low="0.01",
        high="10000",
    ),
)
