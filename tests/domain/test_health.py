"""How a Core does, in words."""

from echo.domain.health import Health, Standby

WAITS = Standby(holder="left", since_ms=1_750_000_000_000)


def test_a_core_that_waits_says_for_whom_since_when_and_whether_it_could() -> None:
    broken = Standby(holder="left", since_ms=0, journal="no such file", serves_at="127.0.0.1:9")

    assert WAITS.sentence == (
        "standby, waits for the lease of left, since 2025-06-15 15:06:40 UTC, journal readable"
    )
    assert broken.sentence.endswith(
        "since 1970-01-01 00:00:00 UTC, journal not readable: no such file"
    )


def test_who_wants_more_is_sent_to_the_one_that_serves() -> None:
    known = Standby(holder="left", since_ms=0, serves_at="127.0.0.1:9")

    assert WAITS.refusal == "this Core is on standby: left serves"
    assert known.refusal == "this Core is on standby: left serves, and is asked at 127.0.0.1:9"


def test_its_state_is_a_word() -> None:
    found = [Health(ready=True), Health(ready=False, standby=WAITS), Health(ready=False)]

    assert [each.state for each in found] == ["serving", "standby", "not ready"]
    assert [each.sentence.split()[0] for each in found] == ["serving", "standby,", "not"]
