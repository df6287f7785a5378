"""Windows hold entries back and let closes pass, at the right symbols, to the millisecond."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.errors import ErrorCode
from echo.domain.ids import AccountId
from echo.domain.intents import ActionKind
from echo.domain.windows import (
    DEFAULT_RULES,
    Window,
    WindowAction,
    WindowRules,
    Windows,
    refuse_window,
)

ACCOUNT = AccountId("2001")
NOON_MS = int(datetime(2026, 7, 29, 12, tzinfo=UTC).timestamp()) * 1_000
MINUTE_MS = 60_000
NEWS = Window(
    window_id="nfp",
    symbol="USD",
    starts_at_ms=NOON_MS,
    ends_at_ms=NOON_MS + 5 * MINUTE_MS,
    pre_buffer_s=120,
    post_buffer_s=60,
    notes="Non-Farm Payrolls",
)


@pytest.mark.parametrize(
    ("minutes", "holds"), [(-2.001, False), (-2, True), (0, True), (5.999, True), (6, False)]
)
def test_buffers_widen_a_window_and_its_end_is_not_in_it(minutes: float, holds: bool) -> None:
    assert NEWS.holds(NOON_MS + int(minutes * MINUTE_MS)) is holds


@pytest.mark.parametrize(
    ("symbol", "canonical", "concerned"),
    [
        ("*", "GER40", True),
        ("EURUSD", "EURUSD", True),
        ("EURUSD", "GBPUSD", False),
        ("USD", "EURUSD", True),
        ("USD", "USDJPY", True),
        ("USD", "XAUUSD", True),
        ("USD", "EURJPY", False),
        ("USD", "US30", False),
        ("GER", "GER40", False),
    ],
)
def test_whom_a_window_concerns(symbol: str, canonical: str, concerned: bool) -> None:
    assert replace(NEWS, symbol=symbol).concerns(ACCOUNT, canonical) is concerned


def test_a_window_of_one_account_concerns_no_other() -> None:
    own = replace(NEWS, account_id=ACCOUNT)

    assert own.concerns(ACCOUNT, "EURUSD")
    assert not own.concerns(AccountId("2002"), "EURUSD")


def test_by_default_entries_are_blocked_and_closes_never() -> None:
    actions = {kind: DEFAULT_RULES.action(kind) for kind in ActionKind}

    assert actions == {
        ActionKind.OPEN: WindowAction.BLOCK,
        ActionKind.MODIFY: WindowAction.ALLOW,
        ActionKind.REDUCE: WindowAction.ALLOW,
        ActionKind.CLOSE: WindowAction.ALLOW,
    }
    funded = WindowRules(on_close=WindowAction.DEFER)
    assert funded.action(ActionKind.REDUCE) is WindowAction.DEFER


def test_of_several_the_one_that_holds_longest_is_named() -> None:
    longer = replace(NEWS, window_id="fomc", ends_at_ms=NOON_MS + 60 * MINUTE_MS)
    windows = Windows([longer, NEWS])

    assert windows.in_force(ACCOUNT, "EURUSD", NOON_MS) == longer
    assert windows.in_force(ACCOUNT, "EURJPY", NOON_MS) is None
    assert len(windows) == len(list(windows)) == 2


def test_windows_that_touch_are_one_when_something_is_deferred() -> None:
    after = replace(
        NEWS,
        window_id="b",
        starts_at_ms=NEWS.until_ms + 120_000,
        ends_at_ms=NEWS.until_ms + 240_000,
    )
    windows = Windows([NEWS, after])

    assert windows.free_from_ms(ACCOUNT, "EURUSD", NOON_MS) == after.until_ms
    assert windows.free_from_ms(ACCOUNT, "EURJPY", NOON_MS) == NOON_MS


def test_positions_are_closed_ahead_only_where_that_is_asked() -> None:
    windows = Windows([NEWS])
    ahead = WindowRules(flatten_before_s=300)
    due_ms = NEWS.from_ms - 300_000

    assert windows.to_flatten(ACCOUNT, "EURUSD", due_ms, DEFAULT_RULES) is None
    assert windows.to_flatten(ACCOUNT, "EURUSD", due_ms - 1, ahead) is None
    assert windows.to_flatten(ACCOUNT, "EURUSD", due_ms, ahead) == NEWS
    assert windows.to_flatten(ACCOUNT, "EURJPY", due_ms, ahead) is None
    assert windows.to_flatten(ACCOUNT, "EURUSD", NEWS.until_ms, ahead) is None


def test_the_next_change_is_known_and_the_past_is_dropped() -> None:
    windows = Windows([NEWS])

    assert windows.next_change_ms(NEWS.from_ms - 1) == NEWS.from_ms
    assert windows.next_change_ms(NOON_MS) == NEWS.until_ms
    assert windows.next_change_ms(NEWS.until_ms) is None
    assert len(windows.without_past(NEWS.until_ms - 1)) == 1
    assert len(windows.without_past(NEWS.until_ms)) == 0


def test_a_window_of_no_length_counts_by_its_buffers() -> None:
    point = replace(NEWS, ends_at_ms=NEWS.starts_at_ms)

    assert point.complaint == ""
    assert point.holds(NOON_MS)
    assert "no length" in replace(point, pre_buffer_s=0, post_buffer_s=0).complaint


@pytest.mark.parametrize(
    ("window", "why"),
    [
        (replace(NEWS, ends_at_ms=NOON_MS - 1), "ends before it starts"),
        (replace(NEWS, ends_at_ms=NOON_MS + 32 * 86_400_000), "32.0 days > 31"),
        (replace(NEWS, pre_buffer_s=-1), "pre_buffer_sec -1"),
        (replace(NEWS, post_buffer_s=86_401), "post_buffer_sec 86401"),
    ],
)
def test_a_senseless_window_is_named(window: Window, why: str) -> None:
    assert why in window.complaint


def test_a_window_across_the_change_of_clocks_lasts_as_long_as_it_lasts() -> None:
    """From 01:30 to 03:30 in New York, in the night in which there is no 02:30."""
    winter, summer = (timezone(timedelta(hours=hours)) for hours in (-5, -4))
    begins = datetime(2026, 3, 8, 1, 30, tzinfo=winter)
    ends = datetime(2026, 3, 8, 3, 30, tzinfo=summer)
    window = replace(
        NEWS,
        starts_at_ms=int(begins.timestamp()) * 1_000,
        ends_at_ms=int(ends.timestamp()) * 1_000,
    )

    assert window.ends_at_ms - window.starts_at_ms == 60 * MINUTE_MS


def test_an_omission_names_the_window_and_when_it_ends() -> None:
    no = refuse_window(NEWS, "EURUSD")

    assert no.code is ErrorCode.WINDOW_BLOCKED
    assert no.sentence == (
        "EURUSD is blocked for USD from 2026-07-29 11:58:00 to 2026-07-29 12:06:00 UTC"
        " (Non-Farm Payrolls)"
    )
    assert "for" not in refuse_window(replace(NEWS, symbol="*", notes=""), "EURUSD").sentence


moments = st.integers(0, 100)


@given(st.lists(st.tuples(moments, moments), max_size=8), moments)
def test_after_what_was_deferred_nothing_is_in_force(
    spans: list[tuple[int, int]], at_ms: int
) -> None:
    windows = Windows(
        Window(window_id=str(number), starts_at_ms=min(span), ends_at_ms=max(span))
        for number, span in enumerate(spans)
    )
    free_ms = windows.free_from_ms(ACCOUNT, "EURUSD", at_ms)

    assert free_ms >= at_ms
    assert windows.in_force(ACCOUNT, "EURUSD", free_ms) is None
    assert all(windows.in_force(ACCOUNT, "EURUSD", each) for each in range(at_ms, free_ms))


SPANS = st.tuples(st.integers(0, 50), st.integers(1, 20))


@given(st.lists(SPANS, max_size=12), st.lists(st.integers(0, 80), max_size=30))
def test_whatever_was_asked_before_the_answer_is_the_same(
    spans: list[tuple[int, int]], moments: list[int]
) -> None:
    """Asked in any order, also backwards: a clock may be set."""
    found = [
        Window(window_id=f"w{n}", starts_at_ms=start, ends_at_ms=start + lasts)
        for n, (start, lasts) in enumerate(spans)
    ]
    windows = Windows(found)
    for at_ms in moments:
        holding = [each for each in found if each.holds(at_ms)]
        longest = max((each.until_ms for each in holding), default=None)
        told = windows.in_force(ACCOUNT, "EURUSD", at_ms)

        assert (told.until_ms if told else None) == longest
        assert set(windows.concerning(ACCOUNT, at_ms)) == set(holding)
