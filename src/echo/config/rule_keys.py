"""Settings of windows and modes: when copying is held back, and how much of it is switched on."""

from typing import Final

from echo.config.setting import Reload, Setting, choice, switch, text, whole
from echo.domain.modes import MAY_BE_SET

LIVE: Final = Reload.LIVE

WINDOW_FIELDS: Final = ("start_utc", "end_utc", "pre_buffer_sec", "post_buffer_sec", "notes")

OPTION_KEYS: Final[tuple[Setting, ...]] = (
    choice(
        "policy/{account}/on_open",
        "block",
        ("block", "allow"),
        "What a window does with entries.",
    ),
    choice(
        "policy/{account}/on_close",
        "allow",
        ("allow", "block", "defer"),
        "What a window does with closes and reductions: defer = they are made when it is over;"
        " block = they are left to a person.",
    ),
    choice(
        "policy/{account}/on_modify",
        "allow",
        ("allow", "block", "defer"),
        "What a window does with changes of stops.",
    ),
    whole(
        "policy/{account}/flatten_before_sec",
        None,
        "Copies are closed so long before a window that concerns them; unset = they are not.",
        low=0,
        high=86_400,
        unit="s",
        reload=LIVE,
    ),
    switch(
        "policy/{account}/cancel_pendings",
        True,
        "Whether pending orders with the magic number of a followed strategy are deleted when a"
        " window begins.",
    ),
    text(
        "policy/{account}/session_zone",
        None,
        "IANA zone of the broker's clock, by which its trading hours are told; unset = they are"
        " left to the terminal.",
        reload=LIVE,
    ),
)


def _window_keys(folder: str) -> tuple[Setting, ...]:
    """Return the fields of a window that is kept in *folder*."""
    return (
        text(f"{folder}/start_utc", None, "When it begins: ISO 8601, or Unix ms.", reload=LIVE),
        text(f"{folder}/end_utc", None, "When it ends; unset = when it begins.", reload=LIVE),
        *(
            whole(
                f"{folder}/{side}_buffer_sec",
                0,
                f"How much longer it holds {where} that.",
                low=0,
                high=86_400,
                unit="s",
                reload=LIVE,
            )
            for side, where in (("pre", "before"), ("post", "after"))
        ),
        text(f"{folder}/notes", None, "What it is for.", reload=LIVE),
    )


_MODES: Final = tuple(map(str, MAY_BE_SET))

RULE_KEYS: Final[tuple[Setting, ...]] = (
    choice(
        "core/mode",
        "live",
        _MODES,
        "How much is copied: live; dry_run = all is decided, nothing sent; paused = no entries;"
        " close_only = reductions and closes only.  The strictest of all that concern a trade"
        " holds.",
    ),
    choice("policy/{account}/mode", "live", _MODES, "The same for one slave account."),
    choice("masters/{account}/mode", "live", _MODES, "The same for the trades of one master."),
    *OPTION_KEYS,
    *_window_keys("windows/{account}/{symbol}"),
    *_window_keys("windows/{account}/{symbol}/{id}"),
)
