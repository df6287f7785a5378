"""Windows and switches out of settings: what is meant, and what is refused with its reason."""

from datetime import UTC, datetime

import pytest

from echo.config.policies import policy_book
from echo.config.reading import read_settings
from echo.domain.ids import AccountId
from echo.domain.modes import Mode
from echo.domain.policy import PolicyBook
from echo.domain.windows import WindowAction, WindowRules

ACCOUNT = AccountId("7001")
MASTER = AccountId("1001")
FOMC_MS = int(datetime(2026, 7, 29, 18, tzinfo=UTC).timestamp()) * 1_000


def book(flat: dict[str, object]) -> PolicyBook:
    reading = read_settings(flat)
    assert reading.complaints == ()
    return policy_book(reading.values)


def complaints(flat: dict[str, object]) -> str:
    return "\n".join(read_settings(flat).complaints)


@pytest.mark.parametrize(
    "start",
    ["2026-07-29T18:00:00Z", "2026-07-29T14:00:00-04:00", "2026-07-29 18:00", str(FOMC_MS)],
)
def test_a_moment_may_be_written_in_several_ways(start: str) -> None:
    [window] = book(
        {
            "windows/7001/USD/start_utc": start,
            "windows/7001/USD/pre_buffer_sec": 300,
            "windows/7001/USD/notes": "FOMC",
        }
    ).windows

    assert window.starts_at_ms == window.ends_at_ms == FOMC_MS
    assert window.from_ms == FOMC_MS - 300_000
    assert window.concerns(ACCOUNT, "EURUSD")


def test_several_windows_of_one_symbol_have_names() -> None:
    found = book(
        {
            "windows/*/*/monday/start_utc": "2026-07-27T00:00:00Z",
            "windows/*/*/monday/end_utc": "2026-07-27T01:00:00Z",
            "windows/*/*/friday/start_utc": "2026-07-31T20:00:00Z",
            "windows/*/*/friday/end_utc": "2026-07-31T21:00:00Z",
        }
    ).windows

    assert [each.window_id for each in found] == [
        "settings.any.any.monday",
        "settings.any.any.friday",
    ]


@pytest.mark.parametrize(
    ("flat", "told"),
    [
        ({"windows/7001/USD/pre_buffer_sec": 60}, "start_utc is missing"),
        ({"windows/7001/USD/start_utc": "tomorrow"}, "neither ISO 8601 nor Unix ms"),
        ({"windows/7001/USD/start_utc": "2026-07-29T18:00:00Z"}, "has no length"),
        (
            {
                "windows/7001/USD/start_utc": "2026-07-29T18:00:00Z",
                "windows/7001/USD/end_utc": "2026-07-29T17:00:00Z",
            },
            "ends before it starts",
        ),
        (
            {
                "windows/7001/EURSUD/start_utc": "2026-07-29T18:00:00Z",
                "windows/7001/EURSUD/post_buffer_sec": 60,
            },
            "'EURSUD' is neither a symbol nor a currency",
        ),
        ({"policy/7001/session_zone": "Europe/Atlantis"}, "no time zone"),
        ({"policy/7001/on_open": "defer"}, "none of block, allow"),
        ({"policy/7001/mode": "flatten"}, "none of live"),
    ],
)
def test_what_cannot_be_meant_is_refused(flat: dict[str, object], told: str) -> None:
    assert told in complaints(flat)


def test_what_windows_do_is_told_for_each_account() -> None:
    rules = book(
        {
            "policy/*/on_close": "defer",
            "policy/7001/flatten_before_sec": 120,
            "policy/7001/cancel_pendings": False,
        }
    )

    assert rules.options(ACCOUNT).windows == WindowRules(
        on_close=WindowAction.DEFER, flatten_before_s=120, cancel_pendings=False
    )
    assert rules.options(AccountId("7002")).windows == WindowRules(on_close=WindowAction.DEFER)


def test_the_strictest_of_several_modes_holds() -> None:
    switches = book(
        {
            "core/mode": "dry_run",
            "policy/7001/mode": "close_only",
            "masters/1001/mode": "paused",
        }
    ).switches

    assert switches.mode(MASTER, ACCOUNT) is Mode.CLOSE_ONLY
    assert switches.mode(MASTER, AccountId("7002")) is Mode.PAUSED
    assert switches.mode(AccountId("1002"), AccountId("7002")) is Mode.DRY_RUN


def test_an_account_that_would_follow_itself_is_refused_with_the_chain() -> None:
    flat: dict[str, object] = {}
    for account, master in (("7001", "7002"), ("7002", "7003"), ("7003", "7001")):
        flat[f"risk/{account}/*/risk_type"] = "FIXED_LOT"
        flat[f"risk/{account}/*/lot_size"] = "0.1"
        flat[f"risk/{account}/*/master_accounts"] = master

    assert "7001 follows 7002 follows 7003 follows 7001" in complaints(flat)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"currency": "XQQ"}, "'XQQ' is not one of ISO 4217"),
        ({"amount": "NaN"}, "not a finite number"),
        ({"amount": "-1"}, "below 0.01"),
        ({"amount": "1e12"}, "above 1000000000"),
        ({"amount": "much"}, "not a number"),
        ({"min_lot_override": "2", "max_lot_override": "1"}, "above max_lot_override"),
        ({"master_accounts": "7001"}, "its own master"),
        ({"max_lot_override": "99999"}, "> 10000"),
    ],
)
def test_a_policy_without_sense_is_refused_with_its_number(
    changes: dict[str, object], told: str
) -> None:
    row = {"risk_type": "FIXED_RISK", "amount": "100", "currency": "USD", **changes}

    assert told in complaints({f"risk/7001/*/{name}": value for name, value in row.items()})
