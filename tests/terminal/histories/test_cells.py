"""Cells are read as terminals write them, and what is not understood is ``None``."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.quantities import Side
from echo.terminal.histories.cells import (
    INT64_MAX,
    NO_REMARK,
    CloseKind,
    Remark,
    broker_time_of,
    civil_ms,
    decimal_of,
    epoch_of,
    is_off_book,
    is_pending,
    leads_with_day,
    level_of,
    magic_of,
    positive_of,
    remark_of,
    side_code_of,
    side_of,
    ticket_of,
    utc_time_of,
    year_last_time_of,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.08625", "1.08625"),
        (" 2 300.50 ", "2300.50"),
        ("2\N{NO-BREAK SPACE}300.50", "2300.50"),
        ("10\N{NARROW NO-BREAK SPACE}000", "10000"),
        ("1'234.5", "1234.5"),
        ("1,08625", "1.08625"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1,234,567", "1234567"),
        ("5 576,000", "5576.000"),
        ("- 70.25", "-70.25"),
        ("\N{MINUS SIGN}70.25", "-70.25"),
        ("+3", "3"),
        (".5", "0.5"),
        ("7.", "7"),
    ],
)
def test_numbers_are_read_in_every_usual_spelling(text: str, expected: str) -> None:
    assert decimal_of(text) == Decimal(expected)


@pytest.mark.parametrize(
    "text", ["", "-", "abc", "NaN", "Infinity", "1e5", "0.10 / 0.10", "1.2.3", "market", "1" * 40]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert decimal_of(text) is None


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=5, min_value=-(10**9), max_value=10**9
    )
)
def test_a_number_survives_grouping_by_spaces(number: Decimal) -> None:
    assert decimal_of(f"{number:,}".replace(",", " ")) == number


def test_zero_is_no_level_and_not_positive() -> None:
    assert level_of("0.00000") is None
    assert positive_of("0") is None
    assert positive_of("-1") is None
    assert positive_of("0.01") == Decimal("0.01")


def test_tickets_have_64_bits() -> None:
    assert ticket_of("4294968001") == 4_294_968_001
    assert ticket_of(" 50 000 002 ") == 50_000_002
    assert ticket_of(str(INT64_MAX)) == INT64_MAX
    assert ticket_of(str(INT64_MAX + 1)) is None
    assert ticket_of("0") is None
    assert ticket_of("12a") is None
    assert ticket_of("#77.0") == 77


def test_magic_zero_means_traded_by_hand() -> None:
    assert magic_of("7001") == 7001
    assert magic_of("0") is None
    assert magic_of("") is None
    assert magic_of(str(2**64 - 1)) == 2**64 - 1
    assert magic_of(str(2**64)) is None


def test_sides_are_words_in_any_case_and_codes_where_a_column_says_so() -> None:
    assert side_of("Buy") is Side.BUY
    assert side_of(" SELL ") is Side.SELL
    assert side_of("0") is None
    assert side_code_of("0") is Side.BUY
    assert side_code_of("1") is Side.SELL
    assert side_code_of("OP_SELL") is Side.SELL
    assert side_code_of("hold") is None


@pytest.mark.parametrize(
    "text", ["buy limit", "SELL STOP", "buylimit", "buy stop limit", "OP_BUYSTOP"]
)
def test_pending_orders_are_told_from_trades(text: str) -> None:
    assert is_pending(text)
    assert side_of(text) is None


def test_bookings_are_told_from_trades() -> None:
    assert is_off_book("Balance")
    assert not is_off_book("buy")
    assert not is_pending("buy")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019.04.04 11:56:57", datetime(2019, 4, 4, 11, 56, 57, tzinfo=UTC)),
        ("2019.04.04 11:56", datetime(2019, 4, 4, 11, 56, tzinfo=UTC)),
        ("2019-04-04T11:56:57.250Z", datetime(2019, 4, 4, 11, 56, 57, 250_000, tzinfo=UTC)),
        ("2019/4/4 9:05", datetime(2019, 4, 4, 9, 5, tzinfo=UTC)),
        ("04.05.2019 11:56:57", datetime(2019, 5, 4, 11, 56, 57, tzinfo=UTC)),
        ("2019-04-04 11:56:57+03:00", datetime(2019, 4, 4, 11, 56, 57, tzinfo=UTC)),
    ],
)
def test_broker_times_are_wall_clock(text: str, expected: datetime) -> None:
    assert broker_time_of(text) == round(expected.timestamp() * 1000)


@pytest.mark.parametrize(
    "text",
    [
        *("", "50000002", "2019.04.04", "2019.04/04 1:00", "1969.01.01 00:00"),
        *("2019.13.01 00:00", "2019.02.29 00:00", "2019.04.04 24:00", "2019.04.04 10:61"),
    ],
)
def test_what_is_no_moment_is_none(text: str) -> None:
    assert broker_time_of(text) is None
    assert utc_time_of(text) is None


def test_a_named_zone_moves_a_time_to_utc() -> None:
    noon = utc_time_of("2019-04-04 12:00:00Z")

    assert utc_time_of("2019-04-04 15:00:00+03:00") == noon
    assert utc_time_of("2019-04-04T07:00:00-0500") == noon
    assert utc_time_of("2019.04.04 12:00:00") == noon


@given(st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31)))  # noqa: DTZ001 - wall clock
def test_civil_time_counts_like_the_calendar(moment: datetime) -> None:
    counted = civil_ms(
        date=(moment.year, moment.month, moment.day),
        clock=(moment.hour, moment.minute, moment.second),
    )

    assert counted == int(moment.replace(tzinfo=UTC, microsecond=0).timestamp()) * 1000


def test_unix_times_are_told_from_other_numbers() -> None:
    assert epoch_of("1554379017") == 1_554_379_017_000
    assert epoch_of("1554379017250") == 1_554_379_017_250
    assert epoch_of("1554379017.5") == 1_554_379_017_500
    assert epoch_of("50000002") is None
    assert epoch_of("never") is None


def test_a_number_above_twelve_tells_day_from_month() -> None:
    ambiguous, telling = "03/04/2019 10:00", "25/04/2019 10:00:30"

    assert not leads_with_day([ambiguous])
    assert leads_with_day([ambiguous, telling])
    assert year_last_time_of(ambiguous, day_first=False) == broker_time_of("2019.03.04 10:00")
    assert year_last_time_of(telling, day_first=True) == broker_time_of("2019.04.25 10:00:30")
    assert year_last_time_of("2019.04.25 10:00", day_first=True) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", NO_REMARK),
        ("breakout so far", NO_REMARK),
        ("#7001 breakout[tp]", Remark(magic=7001, kind=CloseKind.TP)),
        ("#2022052714 [sl]", Remark(magic=2_022_052_714, kind=CloseKind.SL)),
        ("#2022052714 ", Remark(magic=2_022_052_714)),
        ("to #1000005", Remark(to_ticket=1_000_005)),
        ("from #1000003[sl]", Remark(from_ticket=1_000_003, kind=CloseKind.SL)),
        ("#5 from #12", Remark(magic=5, from_ticket=12)),
        ("[sl 1.08700]", Remark(kind=CloseKind.SL, level=Decimal("1.08700"))),
        ("tp 5590.500", Remark(kind=CloseKind.TP, level=Decimal("5590.500"))),
        ("so: 48.2%/120.5/250.0", Remark(kind=CloseKind.SO)),
        ("[so 10.00%/1.00/2.00]", Remark(kind=CloseKind.SO)),
        ("close hedge by #44", NO_REMARK),
        ("slow system", NO_REMARK),
    ],
)  # fmt: skip
def test_comments_tell_magic_kind_and_lineage(text: str, expected: Remark) -> None:
    assert remark_of(text) == expected


@given(st.text())
def test_no_text_breaks_a_reader(text: str) -> None:
    for read in (
        *(decimal_of, positive_of, level_of, ticket_of, magic_of, side_of, side_code_of),
        *(broker_time_of, utc_time_of, epoch_of, is_pending, is_off_book),
    ):
        read(text)
    assert remark_of(text).is_silent in (True, False)
    assert leads_with_day([text]) in (True, False)
    assert year_last_time_of(text, day_first=True) is None or "/" in text
