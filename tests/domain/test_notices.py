"""A person is told what matters, once, at any hour; a storm is one message and a number."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.facts import Alarm
from echo.domain.ids import AccountId
from echo.domain.notices import MONEY, NoticeBoard, NoticeRules, QuietHours, Severity

NOON_MS = int(datetime(2026, 7, 1, 12, tzinfo=UTC).timestamp() * 1_000)
MINUTE = 60_000
QUIET = QuietHours(begin=time(22), end=time(7), zone=ZoneInfo("Europe/Madrid"))


def alarm(code: str = "DELIVERY_SLOW", key: str = "k") -> Alarm:
    return Alarm(key=key, code=code, sentence="it is so", account_id=AccountId("70001"))


def local_ms(hour: int, minute: int = 0) -> int:
    at = datetime(2026, 7, 1, hour, minute, tzinfo=ZoneInfo("Europe/Madrid"))
    return int(at.timestamp() * 1_000)


def test_an_alarm_is_told_with_its_account_and_numbers() -> None:
    notice = NoticeBoard().take(alarm("IN_DOUBT"), NOON_MS)

    assert notice is not None
    assert notice.severity is Severity.MONEY
    assert notice.text == "Echo, money: IN_DOUBT, account 70001: it is so"


def test_the_same_alarm_is_told_again_only_after_a_while() -> None:
    board = NoticeBoard()
    told = [board.take(alarm(), NOON_MS + minute * MINUTE) is not None for minute in range(31)]

    assert [minute for minute, each in enumerate(told) if each] == [0, 15, 30]


def test_another_subject_is_another_alarm() -> None:
    board = NoticeBoard()

    assert board.take(alarm(key="a"), NOON_MS)
    assert board.take(alarm(key="b"), NOON_MS)


def test_a_storm_is_cut_off_and_counted_in_the_next_notice() -> None:
    board = NoticeBoard(NoticeRules(storm_max=3))
    told = [board.take(alarm(key=f"k{n}"), NOON_MS + n) is not None for n in range(10)]

    assert told == [True] * 3 + [False] * 7
    later = board.take(alarm(key="later"), NOON_MS + 11 * MINUTE)
    assert later is not None
    assert later.held_back == 7
    assert later.text.endswith("(7 more were held back)")


@pytest.mark.parametrize(
    ("hour", "minute", "is_told"),
    [(21, 59, True), (22, 0, False), (3, 0, False), (6, 59, False), (7, 0, True)],
)
def test_at_night_only_money_is_told(hour: int, minute: int, is_told: bool) -> None:
    at_ms = local_ms(hour, minute)

    assert (NoticeBoard(NoticeRules(quiet=QUIET)).take(alarm(), at_ms) is not None) is is_told
    assert NoticeBoard(NoticeRules(quiet=QUIET)).take(alarm("UNPROTECTED"), at_ms)


def test_hours_within_one_day_are_quiet_too() -> None:
    siesta = QuietHours(begin=time(14), end=time(16), zone=ZoneInfo("Europe/Madrid"))

    assert siesta.covers(local_ms(15))
    assert not siesta.covers(local_ms(16))


@given(st.lists(st.integers(0, 50), max_size=80))
def test_money_is_never_held_back_for_the_first_time(pauses: list[int]) -> None:
    board = NoticeBoard(NoticeRules(storm_max=2, quiet=QUIET))
    at_ms = local_ms(23)
    for number, pause in enumerate(pauses):
        at_ms += pause
        assert board.take(alarm("UNPROTECTED", key=f"k{number}"), at_ms) is not None


def test_who_was_told_that_it_fails_is_told_that_it_works_again_and_nobody_else() -> None:
    board = NoticeBoard()
    recovered = Alarm(key="journal", code="journal_recovered", sentence="after 5000 ms")
    assert board.take(recovered, NOON_MS) is None

    board.take(Alarm(key="journal", code="journal_degraded", sentence="no disk"), NOON_MS)
    notice = board.take(recovered, NOON_MS + 1)

    assert notice is not None
    assert notice.text == "Echo, recovered: journal_recovered: after 5000 ms"
    assert board.take(recovered, NOON_MS + 2) is None


def test_a_clock_that_jumps_back_silences_nothing() -> None:
    board = NoticeBoard()
    board.take(alarm(), NOON_MS)

    assert board.take(alarm(), NOON_MS - 60 * MINUTE)


def test_every_code_about_money_is_one_that_is_given() -> None:
    assert "UNPROTECTED" in MONEY
    assert "DELIVERY_SLOW" not in MONEY
