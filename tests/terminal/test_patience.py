"""Work that may not be given up is tried more and more slowly, and people hear of it."""

from echo.domain.facts import Alarm
from echo.domain.quantities import Instant
from echo.terminal.effects import Observe
from echo.terminal.patience import Patience, alarm_if_long
from echo.terminal.workplace import Workplace
from tests.terminal.rig import slave_settings


def test_pauses_grow_to_ten_seconds_and_stay() -> None:
    patience = Patience(since_mono_ms=0)
    pauses = [patience.pause_ms]
    for _ in range(8):
        patience.next_attempt()
        pauses.append(patience.pause_ms)

    assert pauses == [250, 250, 500, 1_000, 2_000, 5_000, 10_000, 10_000, 10_000]


def test_a_person_is_told_after_five_seconds_thirty_and_five_minutes() -> None:
    place, patience = Workplace(slave_settings()), Patience(since_mono_ms=1_000)
    told = []

    for second in range(0, 400):
        place.now = Instant(0, 1_000 + second * 1_000)
        alarm_if_long(place, patience, "key", "why")
        told += [second for each in place.take_effects() if isinstance(each, Observe)]

    assert told == [5, 30, 300]


def test_the_alarm_says_how_long_and_why() -> None:
    place = Workplace(slave_settings())
    place.now = Instant(0, 6_000)

    alarm_if_long(place, Patience(since_mono_ms=0), "close:1", "code 132")

    [told] = place.take_effects()
    assert isinstance(told, Observe)
    assert isinstance(told.fact, Alarm)
    assert told.fact.sentence == "not done after 6000 ms: code 132"
