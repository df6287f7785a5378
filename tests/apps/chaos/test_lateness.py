"""Late opens: what left a terminal after its time is found, by the stamps of both ends."""

from echo.apps.chaos.lateness import late_opens
from echo.apps.demo.cast import cast
from echo.domain.policy import CopyOptions
from echo.terminal.book import BookEntry, stamp

PEOPLE = cast(1, 2)
[MASTER], [FIRST, SECOND] = PEOPLE.masters, PEOPLE.slaves
TTL_US = CopyOptions().max_delay_ms * 1_000
NOTICED = stamp("detected", "t/0", at_us=1_000)


def late(
    *of_slave: BookEntry, of_master: tuple[BookEntry, ...] = (NOTICED,)
) -> list[tuple[str, str, float]]:
    found = late_opens(PEOPLE, {MASTER: of_master, FIRST: of_slave, SECOND: ()})
    return [(each.subject, each.account_id, each.took_ms) for each in found]


def test_within_its_time_an_open_is_not_late() -> None:
    assert late(stamp("sent", "t/0", at_us=1_000 + TTL_US)) == []


def test_two_clocks_may_differ_a_little() -> None:
    assert late(stamp("sent", "t/0", at_us=1_000 + TTL_US * 11 // 10)) == []


def test_after_its_time_it_is_late() -> None:
    at_us = 1_000 + TTL_US * 11 // 10 + 1_000

    assert late(stamp("sent", "t/0", at_us=at_us)) == [
        ("t/0", FIRST.account_id, (at_us - 1_000) / 1_000)
    ]


def test_every_order_counts_not_only_the_first() -> None:
    orders = (stamp("sent", "t/0", at_us=2_000), stamp("sent", "t/0", at_us=2 * TTL_US))

    assert len(late(*orders)) == 1


def test_what_was_noticed_twice_counts_from_the_first_time() -> None:
    again = stamp("detected", "t/0", at_us=TTL_US)

    assert len(late(stamp("sent", "t/0", at_us=2 * TTL_US), of_master=(NOTICED, again))) == 1


def test_waiting_for_the_broker_is_no_excuse() -> None:
    blocked, sent = (stamp(note, "t/0", at_us=2 * TTL_US) for note in ("blocked", "sent"))

    assert len(late(blocked, sent)) == 1


def test_what_its_master_never_stamped_cannot_be_judged() -> None:
    assert late(stamp("sent", "u/0", at_us=2 * TTL_US)) == []
