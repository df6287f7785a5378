"""People are told of alarms, also when a channel fails for a while, and trades never wait."""

from collections.abc import Iterator
from threading import Thread

import pytest

from echo.domain.facts import Alarm, Fact, LinkChanged
from echo.domain.notices import Notice, NoticeBoard
from echo.domain.troubles import Troubles
from echo.links.notices import notifier
from echo.links.notices.channels import NotSent, Webhook
from echo.links.notices.notifier import Notifier
from tests.fakes import WITHIN_S
from tests.links.notices.inbox import HttpInbox, serving
from tests.stopwatch import Stopwatch


def alarm(key: str = "k") -> Alarm:
    return Alarm(key=key, code="UNPROTECTED", sentence="no stop")


def test_an_alarm_reaches_every_channel_and_other_facts_none() -> None:
    failures: list[str] = []
    with serving(HttpInbox()) as first, serving(HttpInbox()) as second:
        people = Notifier(
            NoticeBoard(),
            [Webhook(first.url), Webhook(second.url)],
            lambda name, why: failures.append(why),
        )
        people.observe(LinkChanged(peer="core", up=True))
        people.observe(alarm())
        for inbox in (first, second):
            assert inbox.posted.get(timeout=WITHIN_S)[1]["code"] == "UNPROTECTED"
        people.close()
        assert first.posted.empty()
    assert failures == []


def test_a_channel_that_fails_is_tried_again_and_told_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(notifier, "BACKOFF_S", (0.01,))
    failures: list[tuple[str, str]] = []
    with serving(HttpInbox()) as inbox:
        inbox.answers = [500, 500, 503]
        people = Notifier(
            NoticeBoard(), [Webhook(inbox.url)], lambda name, why: failures.append((name, why))
        )
        people.observe(alarm())
        assert inbox.posted.get(timeout=WITHIN_S)[1]["sentence"] == "no stop"
        people.close()

    assert [name for name, _ in failures] == ["webhook"]


def test_a_message_that_will_never_be_taken_holds_up_no_other() -> None:
    with serving(HttpInbox()) as inbox:
        inbox.answers = [400]
        people = Notifier(NoticeBoard(), [Webhook(inbox.url)], lambda name, why: None)
        people.observe(alarm("first"))
        people.observe(Alarm(key="second", code="UNPROTECTED", sentence="the second"))
        assert inbox.posted.get(timeout=WITHIN_S)[1]["sentence"] == "the second"
        people.close()


class Dead:
    """A channel that never takes anything."""

    name = "dead"

    def send(self, notice: Notice) -> None:
        raise NotSent("nobody there")


def test_a_dead_channel_holds_up_neither_trades_nor_the_end() -> None:
    people = Notifier(NoticeBoard(), [Dead()], lambda name, why: None)
    with Stopwatch() as watch:
        for number in range(5_000):
            people.observe(alarm(str(number)))
        assert watch.took_s < 1.0
        people.close()
        assert watch.took_s < 4.0


def test_facts_of_another_thread_do_not_meet_those_of_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inside: list[int] = []

    class Slow(Troubles):
        def take(self, fact: Fact, wall_ms: int) -> Iterator[Notice]:
            inside.append(1)
            together.append(len(inside))
            yield from super().take(fact, wall_ms)
            inside.pop()

    together: list[int] = []
    monkeypatch.setattr(notifier, "Troubles", Slow)
    people = Notifier(NoticeBoard(), [], lambda name, why: None)

    def tell() -> None:
        for number in range(2_000):
            people.observe(LinkChanged(peer=f"slave_{number}", up=number % 3 == 0))

    threads = [Thread(target=tell) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    people.close()

    assert set(together) == {1}
    assert len(together) == 8_000
